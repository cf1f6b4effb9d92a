"""Hypothesis chooses what happens: a machine whose rules are steps, each held against the oracle as it is taken."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from scenarios.exploration.lives import EFFECTS
from scenarios.exploration.play import Play
from scenarios.exploration.presenting import COMPLETIONS, HOWS, WRONG_BY, Begins, Completes, Presents, WithWrongClock
from scenarios.exploration.stage import Venue
from scenarios.exploration.steps import (
    KINDS,
    PLACES,
    QUICK,
    SECRETS,
    TURNS,
    Arrives,
    Befalls,
    GetsAnother,
    NewAuthorities,
    Outage,
    Step,
    Turns,
    Types,
)
from scenarios.telling import StoryBroken

STEPS = 20
"""Of one play: enough to be enrolled, renewed and refused in."""
BEGINNINGS = (date(2026, 4, 2), date(2027, 12, 27), date(2028, 2, 26), date(2026, 3, 28))
"""An ordinary day; the end of a year; the days before a leap day; those before another fiscal year."""
which = st.integers(0, 10**6)
"""Of those that there are: the remainder decides."""


uses = st.lists(st.sampled_from(["tap", "login", "sign", "enrol"]), min_size=1, max_size=2, unique=True)
after = st.lists(st.sampled_from(["relink", "enrol", "tap", "login"]), min_size=1, max_size=3, unique=True)
soon = st.sampled_from(["the mark", "a second before the mark", "a second after the mark", "a minute on"])
later = st.sampled_from(["a second on", "300 seconds on", "301 seconds on", "the mark", "a day on"])
bendings = st.lists(st.sampled_from(COMPLETIONS), max_size=3)
ENDING = sorted(event for event, effect in EFFECTS.items() if effect.auth or effect.sign)


class Broken(Exception):
    """A play did not come out as foretold."""

    def __init__(self, begins: date, steps: list[Step], report: str) -> None:
        super().__init__(report)
        self.begins, self.steps, self.report = begins, steps, report


Watch = Callable[[Play], None]
"""Told of every play that came to its end."""


def explore(venue: Venue, *, seeded: int, plays: int, watch: Watch, faults: tuple[str, ...] = QUICK) -> Broken | None:
    """Return the first play of a seed that did not come out as foretold, whole as it was found; None where all did."""
    machine = seed(seeded)(_machine(venue, watch, faults))
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=plays,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=[Phase.generate],  # what is found is made small by `reduction`, which plays fewer times
                suppress_health_check=list(HealthCheck),
                verbosity=Verbosity.quiet,
                print_blob=False,
            ),
        )
    except Broken as found:
        return found
    return None


def _machine(venue: Venue, watch: Watch, faults: tuple[str, ...]) -> type[RuleBasedStateMachine]:  # noqa: C901  (its rules)
    """Return the machine of a venue."""

    class Exploration(RuleBasedStateMachine):
        """One play."""

        def __init__(self) -> None:
            super().__init__()
            self._held, self._steps = ExitStack(), list[Step]()

        @initialize(begins=st.sampled_from(BEGINNINGS), kinds=st.lists(st.sampled_from(KINDS), max_size=2))
        def begin(self, begins: date, kinds: list[str]) -> None:
            """A day, one or two people, and mostly a registration, without which nothing much can happen."""
            self._begins = begins
            self._play = Play(self._held.enter_context(venue.set(begins)), begins)
            for kind in (*kinds, "adult"):
                if kind != "adult" or not self._play.people:
                    self._take(Arrives(kind))
            self._take(Turns("a second after the mark"))
            self._take(Presents(0, "enrol"))

        @rule(kind=st.sampled_from(KINDS))
        def arrives(self, kind: str) -> None:
            """Somebody else."""
            self._take(Arrives(kind))

        @rule(which=which, who=which)
        def turns(self, which: int, who: int) -> None:
            """Time goes on."""
            self._take_one_of([Turns(to, self._who(who)) for to in TURNS], which)

        @rule(to=st.sampled_from(TURNS[:6]))
        def turns_a_little(self, to: str) -> None:
            """Most of what is wrong shows within minutes."""
            self._take(Turns(to))

        @rule(to=st.sampled_from(["the end", "a second before the end", "a second after the end"]), who=which)
        def turns_to_an_end(self, to: str, who: int) -> None:
            """Or at the last second of a certificate."""
            self._take(Turns(to, self._who(who)))

        @rule(which=which, who=which)
        def befalls(self, which: int, who: int) -> None:
            """Life."""
            self._take_one_of([Befalls(self._who(who), event) for event in sorted(EFFECTS)], which)

        @rule(which=which, who=which, to=soon, purposes=uses)
        def befalls_and_shows(self, which: int, who: int, to: str, purposes: list[str]) -> None:
            """And what the product makes of it, about the mark from which OCSP knows."""
            self._take_one_of([Befalls(self._who(who), event) for event in ENDING], which)
            self._take(Turns(to))
            self._shows(who, purposes)

        @rule(who=which, to=soon, event=st.sampled_from(["renews the certificates", "gets another card"]), shown=after)
        def renews_and_links(self, who: int, to: str, event: str, shown: list[str]) -> None:
            """What happens to everybody every five years; many do not know that they have to say so."""
            self._take(Befalls(self._who(who), event))
            self._take(Turns(to))
            self._shows(who, shown)

        @rule(who=which)
        def gets_another(self, who: int) -> None:
            """And keeps the old card."""
            self._take(GetsAnother(self._who(who)))

        @rule(data=st.data(), who=which, purpose=st.sampled_from(sorted(HOWS)))
        def presents(self, data: st.DataObject, who: int, purpose: str) -> None:
            """Before the product, as it should be done or not."""
            self._take(self._presents(data, who, purpose))

        @rule(who=which, place=st.sampled_from(PLACES), how=st.sampled_from(HOWS["tap"]), chip=st.none() | which)
        def a_member_taps(self, who: int, place: str, how: str, chip: int | None) -> None:
            """The commonest of all; whoever is none becomes one first, and then nothing but this is against it."""
            member = self._who(who)
            if self._play.oracle.account_of(self._play.people[member].card.auth) is None:
                self._take(Outage(""))
                self._take(Turns("the mark"))
                self._take(Presents(member, "enrol"))
            self._take(Presents(member, "tap", how, place, None if chip is None else self._who(chip)))

        @rule(who=which)
        def taps(self, who: int) -> None:
            """As it should be done."""
            self._take(Presents(self._who(who), "tap"))

        @rule(who=which, purpose=st.sampled_from(["enrol", "login", "relink", "sign"]))
        def presents_as_it_should_be(self, who: int, purpose: str) -> None:
            """The others as they should be."""
            self._take(Presents(self._who(who), purpose))

        @rule(data=st.data(), who=which, purpose=st.sampled_from(sorted(HOWS)), by=st.sampled_from(WRONG_BY))
        def presents_at_the_wrong_time(self, data: st.DataObject, who: int, purpose: str, by: int) -> None:
            """While the product's clock is wrong."""
            self._take(WithWrongClock(by, self._presents(data, who, purpose)))

        @rule(who=which, purpose=st.sampled_from(["tap", "login", "sign"]), to=st.none() | later, hows=bendings)
        def begins(self, who: int, purpose: str, to: str | None, hows: list[str]) -> None:
            """Something that is presented later, if at all."""
            self._take(Begins(self._who(who), purpose))
            if to is not None:
                self._take(Turns(to))
            for how in hows:
                self._completes(len(self._play.begun) - 1, how, who + 1)

        @rule(attempt=which, how=st.sampled_from(COMPLETIONS), other=which)
        def completes(self, attempt: int, how: str, other: int) -> None:
            """Now, once more, elsewhere or bent."""
            self._completes(attempt, how, other)

        @rule(who=which, secret=st.sampled_from(SECRETS), times=st.integers(1, 4), wrong=st.booleans())
        def types(self, who: int, secret: str, times: int, wrong: bool) -> None:  # noqa: FBT001  (a drawn value)
            """At a keypad or before a scanner."""
            for _ in range(times):
                self._take(Types(self._who(who), secret, wrong))

        @rule(fault=st.sampled_from(sorted(faults)), who=which, purposes=uses, heals=st.booleans())
        def outage(self, fault: str, who: int, purposes: list[str], heals: bool) -> None:  # noqa: FBT001
            """J-LIS is ill while somebody comes, and mostly well again."""
            self._take(Outage(fault))
            self._shows(who, purposes)
            if heals:
                self._take(Outage(""))

        @rule()
        def is_well_again(self) -> None:
            """Or later."""
            self._take(Outage(""))

        @rule()
        def new_authorities(self) -> None:
            """The operator looks after the anchors."""
            self._take(NewAuthorities())

        def teardown(self) -> None:
            """Settle what was passed over in silence, and give everything up."""
            with self._held:
                if hasattr(self, "_play"):
                    watch(self._play)

        def _presents(self, data: st.DataObject, who: int, purpose: str) -> Presents:
            how = data.draw(st.sampled_from(HOWS[purpose]), label="how")
            place = data.draw(st.sampled_from(PLACES), label="place") if purpose == "tap" else "attended"
            chip = data.draw(st.none() | which, label="whose chip") if purpose in {"tap", "enrol"} else None
            return Presents(self._who(who), purpose, how, place, None if chip is None else self._who(chip))

        def _shows(self, who: int, purposes: list[str]) -> None:
            for purpose in purposes:
                self._take(Presents(self._who(who), purpose))

        def _completes(self, attempt: int, how: str, other: int) -> None:
            if self._play.begun:
                among = self._play.people if how == "certificate" else self._play.begun
                self._take(Completes(attempt % len(self._play.begun), how, other % len(among)))

        def _who(self, which: int) -> int:
            return which % len(self._play.people)

        def _take_one_of(self, steps: Sequence[Step], which: int) -> None:
            possible = [step for step in steps if step.is_possible(self._play)]
            if possible:
                self._take(possible[which % len(possible)])

        def _take(self, step: Step) -> None:
            if not step.is_possible(self._play):
                return
            self._steps.append(step)
            try:
                step.take(self._play)
            except StoryBroken as broken:
                raise Broken(self._begins, list(self._steps), str(broken)) from broken

    return Exploration
