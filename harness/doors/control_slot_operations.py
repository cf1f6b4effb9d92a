"""The operations of the control API on reader slots: cards put in and taken out, and their APDUs."""

from cardsim.readers.conditions import Conditions, TakenOut
from cardsim.readers.weak_field import WeakField
from cardsim.trace import Event, decode, hex_of_command
from harness.doors import control_slot_messages as said
from harness.doors.control_messages import Nothing
from harness.doors.control_operation import Asked, Operation, Running
from harness.doors.which_card import which_of
from harness.presented import present
from harness.slot import Happening, Slot, SlotLine, SlotRefused

_EVENTS = {
    Happening.INSERTED: said.TraceEvent.INSERTED,
    Happening.REMOVED: said.TraceEvent.REMOVED,
    Event.POWER_ON: said.TraceEvent.POWER_ON,
    Event.RESET: said.TraceEvent.RESET,
    Event.COMMAND: said.TraceEvent.COMMAND,
    Event.POWER_OFF: said.TraceEvent.POWER_OFF,
    Event.TORN: said.TraceEvent.TORN,
}


def list_slots(up: Running, _: Asked) -> said.SlotList:
    """Return every slot with the card in it."""
    return said.SlotList(slots=[_state(slot) for slot in up.slots])


def get_slot(up: Running, asked: Asked) -> said.SlotState:
    """Return one slot with the card in it."""
    return _state(up.slots[asked.name])


def insert_card(up: Running, asked: Asked) -> said.SlotState:
    """Put a resident's card into an empty slot; its spent tries are as it was taken out with, or as written since."""
    resident = asked.message.resident
    card, life = present(up.world, resident, which_of(asked.message))
    return _state(up.slots.insert(asked.name, card.profile, resident, life, beside=asked.message.beside))


def swap_card(up: Running, asked: Asked) -> said.SlotState:
    """Take what is in a slot out and put a resident's card in; what was there stays where that fails."""
    resident = asked.message.resident
    card, life = present(up.world, resident, which_of(asked.message))
    return _state(up.slots.swap(asked.name, card.profile, resident, life))


def remove_card(up: Running, asked: Asked) -> said.SlotState:
    """Take the card out of a slot: its power is gone at once."""
    return _state(up.slots.remove(asked.name, asked.message.resident))


def set_conditions(up: Running, asked: Asked) -> said.SlotState:
    """Let a slot have this interface, take this long, and go wrong like this from now on."""
    up.slots[asked.name].set_conditions(_conditions(asked.message))
    return _state(up.slots[asked.name])


def power_on(up: Running, asked: Asked) -> said.CardReset:
    """Give the card power, or a cold reset when it has power already, and return its ATR."""
    return said.CardReset(atr=up.slots[asked.name].power_on().hex().upper())


def reset_card(up: Running, asked: Asked) -> said.CardReset:
    """Reset a card that has power (warm) and return its ATR."""
    return said.CardReset(atr=up.slots[asked.name].reset().hex().upper())


def power_off(up: Running, asked: Asked) -> said.SlotState:
    """Take the card's power away and return the slot."""
    slot = up.slots[asked.name]
    slot.power_off()
    return _state(slot)


def transmit(up: Running, asked: Asked) -> said.ResponseApdu:
    """Send one command to a card that has power, and return its answer."""
    answer = up.slots[asked.name].transmit(bytes.fromhex(asked.message.command))
    return said.ResponseApdu(answer=answer.hex().upper())


def get_trace(up: Running, asked: Asked) -> said.TracePage:
    """Return what happened in a slot since a mark, its cards' commands and answers, PINs masked."""
    mark, lines = up.slots[asked.name].trace_since(asked.message.since)
    return said.TracePage(mark=mark, entries=[_line(line) for line in lines])


_SLOT = "/v1/slots/{slot}"
SLOT_OPERATIONS = (
    Operation("GET", "/v1/slots", Nothing, said.SlotList, list_slots),
    Operation("GET", _SLOT, Nothing, said.SlotState, get_slot),
    Operation("POST", f"{_SLOT}/insert", said.InsertCard, said.SlotState, insert_card),
    Operation("POST", f"{_SLOT}/swap", said.SwapCard, said.SlotState, swap_card),
    Operation("POST", f"{_SLOT}/remove", said.RemoveCard, said.SlotState, remove_card),
    Operation("POST", f"{_SLOT}/conditions", said.SlotConditions, said.SlotState, set_conditions),
    Operation("POST", f"{_SLOT}/power-on", Nothing, said.CardReset, power_on),
    Operation("POST", f"{_SLOT}/reset", Nothing, said.CardReset, reset_card),
    Operation("POST", f"{_SLOT}/power-off", Nothing, said.SlotState, power_off),
    Operation("POST", f"{_SLOT}/transmit", said.CommandApdu, said.ResponseApdu, transmit),
    Operation("GET", f"{_SLOT}/trace", said.TraceQuery, said.TracePage, get_trace),
)


def _state(slot: Slot) -> said.SlotState:
    state = slot.state()
    return said.SlotState(
        name=slot.name,
        resident=state.resident,
        card=state.card,
        powered=state.powered,
        reader=None if slot.reader is None else str(slot.reader),
        connected=state.connected,
        beside=state.beside,
        conditions=_told(state.conditions),
    )


def _conditions(asked: said.SlotConditions) -> Conditions:
    """Return what was asked for; SlotRefused where it contradicts itself."""
    weak, out = asked.weak, asked.taken_out
    try:
        return Conditions(
            asked.interface,
            None if asked.atr is None else bytes.fromhex(asked.atr),
            asked.pupi_in_atr,
            asked.uid,
            asked.latency,
            None if weak is None else WeakField(weak.loss, weak.retries, weak.seed),
            None if out is None else TakenOut(out.at, out.when),
            asked.two_cards,
            asked.seed,
        )
    except ValueError as fault:
        raise SlotRefused(f"conditions: {fault}") from fault


def _told(held: Conditions) -> said.SlotConditions:
    weak, out = held.weak, held.taken_out
    return said.SlotConditions(
        held.interface,
        None if held.atr is None else held.atr.hex().upper(),
        held.pupi_in_atr,
        held.uid,
        held.latency,
        None if weak is None else said.WeakFieldState(weak.loss, weak.retries, weak.seed),
        None if out is None else said.TakenOutState(out.at, out.when),
        held.two_cards,
        held.seed,
    )


def _line(line: SlotLine) -> said.TraceEntry:
    if isinstance(line.what, Happening):
        return said.TraceEntry(
            event=_EVENTS[line.what], card=line.card, command="", data="", sw="", where="", text=line.what.value
        )
    told = line.what
    is_command = told.event is Event.COMMAND
    has_command = is_command or told.event is Event.TORN
    return said.TraceEntry(
        event=_EVENTS[told.event],
        card=line.card,
        command="".join(hex_of_command(told.command)) if has_command else "",
        data=told.answer.hex().upper(),
        sw=f"{told.sw:04X}" if is_command else "",
        where=told.where,
        text=decode(told),
        torn=told.torn,
        aid=told.aid.hex().upper(),
        fid=told.fid,
    )
