"""What the ceilings of a run are, and what they say of its rate. Pure."""

from msgspec import Struct

TOO_CLOSE = 0.8
"""From this part of its own ceiling on, a generator says more of itself than of the target."""
ONE_CORE = 0.9
"""A target that was this busy has shown what one of its cores can do."""


class ServerCeiling(Struct, frozen=True):
    """What the target does when wrk asks: right answers a second, with latencies in milliseconds."""

    name: str
    rate: float
    p50: float
    p99: float
    wrong: int
    note: str = ""
    strange: int = 0
    """Answers other than HTTP 200: the users would have counted each as an error."""


class Ceilings(Struct, frozen=True):
    """Beside the requests a second of the run."""

    reached: float
    """Requests a second of the run itself."""
    generator: float | None = None
    """Requests a second of the same users against a target that answers at once, decides nothing."""
    in_process: float | None = None
    """Of a core: logins a second of a processor in a bare loop; `reached` is then by the processor's seconds, too."""
    target_busy: float | None = None
    """How many cores the target kept busy during the load."""
    server: list[ServerCeiling] = []
    left_out: list[str] = []
    """What was not measured, and why."""

    @property
    def share(self) -> float | None:
        """Which part of its own ceiling the generator reached."""
        return self.reached / self.generator if self.generator else None

    @property
    def is_generator_bound(self) -> bool:
        """Whether the rate is the generator's rather than the target's."""
        return self.share is not None and self.share >= TOO_CLOSE

    @property
    def wrong(self) -> int:
        """Wrong verdicts under wrk."""
        return sum(each.wrong for each in self.server)

    @property
    def strange(self) -> int:
        """Answers under wrk that are none."""
        return sum(each.strange for each in self.server)


def wants_server(reached: float, generator: float | None, target_busy: float | None) -> bool:
    """Return whether the run left open what the target can do: no core of it was busy, or the generator was."""
    is_bound = generator is not None and reached >= TOO_CLOSE * generator
    return is_bound or target_busy is None or target_busy < ONE_CORE


def lines_of(ceilings: Ceilings) -> list[str]:
    """Return what a person is told, in both languages."""
    told = []
    if ceilings.in_process:
        told.append(
            f"users in process / プロセス内利用者: {ceilings.reached:.0f} logins a second of a core, "
            f"{ceilings.reached / ceilings.in_process:.0%} of a bare loop's {ceilings.in_process:.0f}"
        )
    if ceilings.generator is not None and ceilings.share is not None:
        told.append(
            f"ceiling of the generator / 生成器の上限: {ceilings.generator:.0f} requests/s; "
            f"reached {ceilings.share:.0%} of it"
        )
    if ceilings.is_generator_bound:
        told.append(
            "THE GENERATOR IS THE BOTTLENECK: the target's rate is a lower bound / 生成器が律速です。対象の値は下限です"
        )
    if ceilings.target_busy is not None:
        told.append(f"the target kept {ceilings.target_busy:.2f} cores busy / 対象の CPU 使用コア数")
    told += [
        f"wrk: {each.name} {each.rate:.0f}/s, "
        + (f"p50 {each.p50:.1f} ms p99 {each.p99:.1f} ms, wrong {each.wrong}" if each.p50 else "of both")
        + (f" ({each.note})" if each.note else "")
        for each in ceilings.server
    ]
    return told + [f"not measured / 未測定: {each}" for each in ceilings.left_out]
