"""What is seen of the target while Locust loads it: its processes, the questions it asks, its counter, its faults."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import structs

from loadtests.conditions import Announcements
from loadtests.counter import Counter, CounterCheck
from loadtests.disturbance import Disturbance, DoneFault, Means, require_means
from loadtests.faults import FaultKind, PlannedFault
from loadtests.people import People
from loadtests.population import Population
from loadtests.publication import Publication
from loadtests.readiness import Progress, await_lists
from loadtests.reference import Prepared
from loadtests.scene import Scene
from loadtests.tally import Tally
from loadtests.watch import Sample, Watch, listener_at


@dataclass
class Seen:
    """Everything that was seen beside the tally."""

    target: list[Sample] = field(default_factory=list)
    generator: list[Sample] = field(default_factory=list)
    faults: list[DoneFault] = field(default_factory=list)
    counter: CounterCheck | None = None


class Observation:
    """From before the load to after it. `begun` is told of its beginning; `seen` is whole when the block has ended."""

    def __init__(self, scene: Scene, ready: Prepared, plan: list[PlannedFault], announced: Path) -> None:
        self.seen = Seen()
        pid = scene.target_pid or (listener_at(scene.address) if scene.address else None)
        stage = scene.stage
        swaps = any(fault.kind is FaultKind.CRL_SWAP for fault in plan)
        self._publication = (
            Publication(stage.world, scene.address, ready.options.timeout) if swaps and stage is not None else None
        )
        means = Means(stage.faults if stage else None, ready.database, scene.target_pid, self._publication)
        require_means(plan, means)
        self._disturbance = Disturbance(plan, means, Announcements(announced))
        self._target = Watch(pid, scene.questions)
        self._generator: Watch | None = None
        where = ready.counter_at(scene.address)
        self._counter_at = (where, ready.token)
        self._counter: Counter | None = None
        self._address, self._patience = scene.address, ready.options.patience
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self._target)
        self._stack.callback(self._disturbance.close)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        self.seen.target = self._target.samples
        self.seen.generator = self._generator.samples if self._generator is not None else []
        self.seen.faults = self._disturbance.done

    def people(self, people: People, announced: Path, waiting: Progress | None = None) -> People:
        """Return whom Locust drives, told where faults are announced; the target counts for us from here on.

        Before a publication it is the eve of that, and the product has the eve's lists.
        """
        if isinstance(people, Population):
            if self._publication is not None:
                people = structs.replace(people, moment=self._publication.just_before(), moving=True)
                await_lists(self._address, people, self._patience, waiting)
                self._publication.asked = 0
            people = structs.replace(people, announced=str(announced))
        where, token = self._counter_at
        self._counter = Counter(where, token) if where else None
        return people

    def begun(self, instant: float, pid: int) -> None:
        """The load began then, by this process and those that it started."""
        self._generator = self._stack.enter_context(Watch(pid))
        self._disturbance.begun(instant)

    def compare(self, tally: Tally) -> None:
        """Ask the target how many requests it counted."""
        if self._counter is not None:
            answered = sum(interval.answers for interval in tally.series.intervals)
            others = self._publication.asked if self._publication is not None else 0
            self.seen.counter = self._counter.check(tally.requests, answered, others=others)
