"""Who lives here: every story has residents and cards of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from cardsim.options import Options
from cardsim.readers.conditions import Conditions
from harness.card_apps import AppKind
from harness.contract.configuration import configuration
from harness.contract.vocabulary import Capability, Reason
from harness.forgery import Variant
from harness.jlis.validity import JST
from harness.keys import KeyPool
from harness.municipalities import AOI, WAKABA
from harness.personalisation import IssuedCard, with_free_area
from harness.presented import FORMS, Form, Which, present
from scenarios.card_app_desk import CardAppDesk
from scenarios.cards import Card, Reader
from scenarios.clock import StoryClock
from scenarios.offline import OfflineTerminal
from scenarios.resident import Resident
from scenarios.secrets import Secret
from scenarios.serial_alone import LibraryOf2017
from scenarios.stage import Stage
from scenarios.stopwatch import Stopwatch
from scenarios.story import NOTHING, Words
from scenarios.telling import Telling
from scenarios.terminal import Holder, Slot, Terminal
from scenarios.text_desk import TextDesk

_PATIENCE = 10
"""Attempts of three seconds each."""


class Town:
    """Gives cards to residents at its counter; and what is not given there is seen here, too."""

    def __init__(self, stage: Stage, telling: Telling, clock: StoryClock, folder: Path, reader: Reader) -> None:
        self._stage, self._telling, self._clock = stage, telling, clock
        self._folder, self._reader = folder, reader
        self._terminals = 0

    def wants_a_product_that_offers(self, capability: Capability) -> None:
        """Tell the story about a product with this capability; for another one it is not applicable."""
        if capability not in self._stage.product.capabilities:
            self._telling.skip(f"the product offers no {capability.value}")

    def issues_a_card(  # noqa: PLR0913  (what may be special of a card)
        self,
        *,
        that_expires_today: bool = False,
        that_expires_in: timedelta | None = None,
        to_somebody_born: date | None = None,
        whose_certificates_end_in: timedelta | None = None,
        that_counts_scans_together: bool = False,
        with_a_free_area: bool = False,
        in_the_city: bool | None = None,
        **special: Any,
    ) -> Resident:
        """Return a new resident with a new card, both certificates on it, PIN and password set.

        `in_the_city` says who lives in Aoi-shi and who does not;
        `special` is what the resident register has of them otherwise than by chance. Certificates that end before
        their rule of validity stand for those of years ago: no real ones end so.
        """
        today = self._clock.today().date()
        if that_expires_today or that_expires_in is not None:
            special["card_expiry"] = today + (that_expires_in or timedelta())
        if in_the_city is not None:
            here = AOI if in_the_city else WAKABA
            special |= {"municipality": here.code, "address": f"{here.prefecture}{here.name}本町1丁目2番3号"}
        if to_somebody_born is not None:
            special["birth_date"] = to_somebody_born
        world = self._stage.world
        person = world.new_resident(**special)
        early = None if whose_certificates_end_in is None else _last_second(today + whose_certificates_end_in)
        issued = world.issue_card(person.id, not_after=early)
        ends = special.get("card_expiry") or (early and early.astimezone(JST).date())
        until = NOTHING if ends is None else Words(f" that ends on {ends}", f"（{ends}満了）")
        serial = f"{issued.auth_serial:X}"
        self._telling.say(Words(f"a resident is given card {serial}", f"住民にカード{serial}が交付される") + until)
        options = Options(codes_share_tries=that_counts_scans_together)
        held = partial(world.card_of, person.id, options=options)
        return self._resident(person.id, partial(_with_free_area, held, self._stage.keys) if with_a_free_area else held)

    def sees_a_forgery(self, of: Resident, variant: Variant, *, on_the_chip_of: Resident | None = None) -> Resident:
        """Return somebody with a card that says it is another's, with one thing wrong (`harness.forgery`)."""
        japanese, english = variant.told
        self._telling.say(Words(f"somebody has a card: {english}", f"偽のカードが現れる: {japanese}"))
        other = None if on_the_chip_of is None else on_the_chip_of.issued.resident.id
        which, of_whom = Which(variant=variant, other=other), of.issued.resident.id
        folder = self._folder / f"forgery-{len(list(self._folder.iterdir()))}"
        return self._resident(of_whom, lambda: present(self._stage.world, of_whom, which)[0], folder)

    def looks_at_the_phone_of(self, resident: Resident, form: Form = Form.ANDROID) -> Resident:
        """Return the resident with the phone in hand instead of the card."""
        japanese, english = FORMS[form]
        self._telling.say(Words(f"the resident takes {english}", f"利用者が{japanese}を取り出す"))
        holder, which = resident.issued.resident.id, Which(form)
        return self._resident(holder, lambda: present(self._stage.world, holder, which)[0])

    def finds_the_old_card_of(self, resident: Resident) -> Resident:
        """Return the resident with the piece of plastic that is theirs now, on which nothing is written from now on."""
        return self._resident(resident.issued.resident.id, partial(_same, resident.issued))

    def tells_the_product_of_new_authorities(self) -> None:
        """The operator of the product pins the authorities that are in office now, beside the older ones."""
        self._telling.settle()
        self._telling.say(Words("the operator pins the new authorities", "運用者が新しい認証局を信頼点に加える"))
        self._stage.client.configure(configuration(self._stage.world, self._stage.addresses))

    def has_the_lists_of_today(self, asked_about: Resident) -> None:
        """The operator of the product has the revocation lists fetched anew, and waits until they are there.

        Somebody logs in until the product knows a status: it waits for its lists itself, for three seconds each time.
        """
        self._telling.settle()
        self._telling.say(Words("the operator has the lists of today fetched", "運用者が今日の失効リストを取得させる"))
        self._stage.client.configure(configuration(self._stage.world, self._stage.addresses))
        terminal, holder = Terminal(self._stage.client), Holder(asked_about.card, asked_about.birth_date)
        for _ in range(_PATIENCE):
            with ExitStack() as held:
                outcome = terminal.finish(terminal.log_in(Slot(held), holder, asked_about.knows(Secret.PIN)))
            if outcome is not None and outcome.reason is not Reason.STATUS_UNAVAILABLE:
                return
        self._telling.break_off(Words("expected lists, actual none", "期待: 失効リスト、実際: なし"))

    def has_a_library_of_2017(self) -> LibraryOf2017:
        """Return a library that links cards by the serial number alone, as was done before the rule."""
        return LibraryOf2017(self._telling)

    def has_a_desk_for_citizens(self) -> TextDesk:
        """Return a desk of Aoi-shi that believes the address in the chip."""
        return TextDesk(self._telling)

    def has_a_service_on_the_card(self, *, that_counts_rides: bool = False) -> CardAppDesk:
        """Return a service of the town that knows its users by an application on their cards."""
        kind = AppKind.CARD_APP_COUNT if that_counts_rides else AppKind.CARD_APP
        return CardAppDesk(self._telling, self._clock, kind)

    def has_a_terminal_without_a_line(self) -> OfflineTerminal:
        """Return a terminal of the product that cannot ask anybody for now."""
        self._terminals += 1
        return OfflineTerminal(f"terminal-{self._terminals}", self._stage, self._telling)

    def has_stopwatches(self) -> Iterator[tuple[Stopwatch, Conditions]]:
        """Return a stopwatch for taps through each kind of reader, one after another."""
        for kind in self._reader.kinds:
            yield Stopwatch(self._telling, kind), Conditions(latency=kind)

    def _resident(self, holder: str, issued: Callable[[], IssuedCard], folder: Path | None = None) -> Resident:
        """Return somebody with a card; what one holder has lies in one folder, so that old cards keep their tries."""
        life = partial(self._stage.world.card_life, holder)
        return Resident(self._stage, self._telling, Card(issued, life, folder or self._folder / holder, self._reader))


def _last_second(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), JST)


def _with_free_area(held: Callable[[], IssuedCard], keys: KeyPool) -> IssuedCard:
    card = held()
    return replace(card, profile=with_free_area(card.profile, keys))


def _same(issued: IssuedCard) -> IssuedCard:
    return issued
