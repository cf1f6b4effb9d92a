"""The control API as other commands use it: found in the home, asked with its token, faults as one line."""

from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlencode

import httpx
import msgspec

from harness.announcement import find, read_told
from harness.contract.messages import Message, Refused
from harness.contract.vocabulary import Kind
from harness.doors import control_app_messages as apped
from harness.doors import control_fault_messages as faulty
from harness.doors import control_messages as said
from harness.doors import control_policy_messages as policed
from harness.doors import control_slot_messages as slotted
from harness.errors import ConfigurationError
from harness.home import home

PATIENCE_SECONDS = said.LONGEST_WAIT + 10.0
"""The journal may be asked to wait; handing over a card may first have to make its keys."""
FAULTS = "/v1/jlis/faults"
SAID_BY_WORLD = ("event", "resident", "clock", "store", "slot", "card", "app", "option", "fault", "policy")
"""Refusals whose `actual` is a whole sentence of the world's own, with both sides in it."""
Answer = TypeVar("Answer", bound=Message)


class ControlClient:
    """The world that runs in a home; ConfigurationError when none does, or when it refuses."""

    def __init__(self, place: Path, told: Path | None = None) -> None:
        """Speak to the process that wrote its addresses to the file `told`, where one is named."""
        found = find(place) if told is None else read_told(told)
        self.addresses = found.addresses
        self._http = httpx.Client(
            base_url=found.addresses["control"],
            headers={"authorization": f"Bearer {found.token}"},
            timeout=PATIENCE_SECONDS,
            trust_env=False,
        )

    @classmethod
    def found(cls, told: Path | None = None) -> Self:
        """Return the client of the world that is up in the user's home, or of the process that `told` is of."""
        return cls(home(), told)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def clock(self) -> said.ClockState:
        """Return the clock."""
        return self._ask("GET", "/v1/clock", said.ClockState)

    def change_clock(self, change: said.SetClock | said.AdvanceClock | str) -> said.ClockState:
        """Set or advance the clock, or `freeze` or `run` it, and return it."""
        match change:
            case said.SetClock():
                return self._ask("PUT", "/v1/clock", said.ClockState, change)
            case said.AdvanceClock():
                return self._ask("POST", "/v1/clock/advance", said.ClockState, change)
        return self._ask("POST", f"/v1/clock/{change}", said.ClockState)

    def residents(self) -> list[said.ResidentState]:
        """Return everybody."""
        return self._ask("GET", "/v1/residents", said.Residents).residents

    def new_resident(self, wanted: said.NewResident) -> said.ResidentState:
        """Register somebody."""
        return self._ask("POST", "/v1/residents", said.ResidentState, wanted)

    def card(self, resident_id: str, which: said.WhichCard = said.WhichCard()) -> said.Card:  # noqa: B008  (frozen)
        """Return a resident's card."""
        return self._ask("GET", f"{_path(resident_id)}/card?{_query(which)}", said.Card)

    def happen(self, resident_id: str, event: str, message: Message) -> said.ResidentState:
        """Let a resident `lose`, `move` or be `revoke`d, and return them."""
        return self._ask("POST", f"{_path(resident_id)}/{event}", said.ResidentState, message)

    def befall(self, resident_id: str, wanted: said.LifeEventWanted) -> said.ResidentState:
        """Let something of the life cycle befall a resident, and return them."""
        return self._ask("POST", f"{_path(resident_id)}/events", said.ResidentState, wanted)

    def certificates(self, resident_id: str) -> list[said.CertificateState]:
        """Return every certificate that a resident was ever issued."""
        return self._ask("GET", f"{_path(resident_id)}/certificates", said.Certificates).certificates

    def new_crowd(self, wanted: said.CrowdWanted) -> int:
        """Register many people at once, and return how many there are then."""
        return self._ask("POST", "/v1/crowd", said.CrowdState, wanted).residents

    def anchors(self) -> said.Anchors:
        """Return what to trust."""
        return self._ask("GET", "/v1/anchors", said.Anchors)

    def journal(self, query: said.JournalQuery = said.JournalQuery()) -> said.JournalPage:  # noqa: B008  (frozen)
        """Return what was asked of the fake J-LIS; with `wait`, as soon as there is anything."""
        return self._ask("GET", f"/v1/journal?{_query(query)}", said.JournalPage)

    def apps(self, resident_id: str) -> apped.AppList:
        """Return what is in the free area of a resident's card."""
        return self._ask("GET", f"{_path(resident_id)}/card/apps", apped.AppList)

    def load_app(self, resident_id: str, wanted: apped.NewApp) -> apped.AppList:
        """Load a generic application into it."""
        return self._ask("POST", f"{_path(resident_id)}/card/apps", apped.AppList, wanted)

    def delete_app(self, resident_id: str, aid: str) -> apped.AppList:
        """Delete an application from it."""
        return self._ask("DELETE", f"{_path(resident_id)}/card/apps?{urlencode({'aid': aid})}", apped.AppList)

    def change_app(self, resident_id: str, change: apped.AppChange) -> apped.AppList:
        """Let a counter in it go down or up."""
        return self._ask("POST", f"{_path(resident_id)}/card/apps/change", apped.AppList, change)

    def slots(self) -> list[slotted.SlotState]:
        """Return every slot."""
        return self._ask("GET", "/v1/slots", slotted.SlotList).slots

    def insert(
        self,
        slot: str,
        resident_id: str,
        which: said.WhichCard = said.WhichCard(),  # noqa: B008  (frozen)
        *,
        beside: bool = False,
    ) -> slotted.SlotState:
        """Put a resident's card into a slot."""
        message = slotted.InsertCard(
            resident=resident_id,
            beside=beside,
            form=which.form,
            variant=which.variant,
            other=which.other,
            options=which.options,
        )
        return self._ask("POST", _slot(slot, "insert"), slotted.SlotState, message)

    def swap(
        self,
        slot: str,
        resident_id: str,
        which: said.WhichCard = said.WhichCard(),  # noqa: B008  (frozen)
    ) -> slotted.SlotState:
        """Take what is in a slot out and put a resident's card in."""
        message = slotted.SwapCard(
            resident=resident_id,
            form=which.form,
            variant=which.variant,
            other=which.other,
            options=which.options,
        )
        return self._ask("POST", _slot(slot, "swap"), slotted.SlotState, message)

    def remove(self, slot: str) -> slotted.SlotState:
        """Take the card out of a slot."""
        return self._ask("POST", _slot(slot, "remove"), slotted.SlotState)

    def set_conditions(self, slot: str, conditions: slotted.SlotConditions) -> slotted.SlotState:
        """Let a slot have this interface, take this long, and go wrong like this from now on."""
        return self._ask("POST", _slot(slot, "conditions"), slotted.SlotState, conditions)

    def power_on(self, slot: str) -> bytes:
        """Return the ATR of the card in a slot, which has power now."""
        return bytes.fromhex(self._ask("POST", _slot(slot, "power-on"), slotted.CardReset).atr)

    def reset(self, slot: str) -> bytes:
        """Return the ATR after a warm reset."""
        return bytes.fromhex(self._ask("POST", _slot(slot, "reset"), slotted.CardReset).atr)

    def power_off(self, slot: str) -> slotted.SlotState:
        """Take the power away."""
        return self._ask("POST", _slot(slot, "power-off"), slotted.SlotState)

    def transmit(self, slot: str, command: bytes) -> bytes:
        """Return the card's answer to one command."""
        message = slotted.CommandApdu(command=command.hex())
        return bytes.fromhex(self._ask("POST", _slot(slot, "transmit"), slotted.ResponseApdu, message).answer)

    def trace(self, slot: str, since: int = 0) -> slotted.TracePage:
        """Return what happened in a slot since a mark."""
        return self._ask("GET", f"{_slot(slot, 'trace')}?since={since}", slotted.TracePage)

    def faults(self) -> list[faulty.FaultState]:
        """Return the faults of the fake J-LIS that stand."""
        return self._ask("GET", FAULTS, faulty.FaultList).faults

    def set_fault(self, wanted: faulty.NewFault) -> faulty.FaultState:
        """Let answers of the fake J-LIS be wrong from now on."""
        return self._ask("POST", FAULTS, faulty.FaultState, wanted)

    def remove_fault(self, fault_id: str) -> faulty.FaultState:
        """Take one fault away."""
        return self._ask("DELETE", f"{FAULTS}/{quote(fault_id, safe='')}", faulty.FaultState)

    def clear_faults(self) -> list[faulty.FaultState]:
        """Take every fault away."""
        return self._ask("DELETE", FAULTS, faulty.FaultList).faults

    def ocsp_policy(self, kind: Kind) -> policed.OcspPolicy:
        """Return how the responder of a kind speaks."""
        return self._ask("GET", _policy(kind), policed.OcspPolicy)

    def change_ocsp_policy(self, kind: Kind, change: policed.OcspPolicyChange) -> policed.OcspPolicy:
        """Let the responder of a kind speak otherwise in what is named, and return how."""
        return self._ask("PATCH", _policy(kind), policed.OcspPolicy, change)

    def reset_ocsp_policy(self, kind: Kind) -> policed.OcspPolicy:
        """Let the responder of a kind speak as in the beginning, and return how."""
        return self._ask("DELETE", _policy(kind), policed.OcspPolicy)

    def _ask(self, method: str, path: str, answers: type[Answer], message: Message | None = None) -> Answer:
        body = None if message is None else msgspec.json.encode(message)
        try:
            response = self._http.request(method, path, content=body)
        except httpx.HTTPError as fault:
            raise ConfigurationError(
                f"{self._http.base_url}: expected the world's control door, actual {type(fault).__name__}: {fault}; "
                "start it with `kazashi up`"
            ) from fault
        if response.status_code != 200:
            raise ConfigurationError(_refusal(response))
        return msgspec.json.decode(response.content, type=answers)


def _path(resident_id: str) -> str:
    return f"/v1/residents/{quote(resident_id, safe='')}"


def _slot(name: str, what: str) -> str:
    return f"/v1/slots/{quote(name, safe='')}/{what}"


def _policy(kind: Kind) -> str:
    return f"/v1/jlis/ocsp/{kind.value}/policy"


def _query(message: Message) -> str:
    return urlencode(msgspec.to_builtins(message))


def _refusal(response: httpx.Response) -> str:
    """Return a refusal in one line: what it says of itself when it keeps the form."""
    try:
        error = msgspec.json.decode(response.content, type=Refused).error
    except msgspec.MsgspecError:
        return f"control door: expected 200, actual {response.status_code}: {response.text[:200]!r}"
    if error.what in SAID_BY_WORLD:
        return error.actual
    if error.what == "address":
        return (
            f"{error.where}: this control door has no such operation; journal, faults and policies of `kazashi serve "
            "jlis` are at a door of its own: name the file that its --json wrote with --of"
        )
    return f"{error.what}: {error.where}: expected {error.expected}, actual {error.actual}"
