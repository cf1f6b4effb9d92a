"""The operations of the control API on reader slots: cards put in and taken out, and their APDUs."""

from cardsim.trace import Event, decode, hex_of_command
from harness.doors import control_slot_messages as said
from harness.doors.control_messages import Nothing
from harness.doors.control_operation import Asked, Operation, Running
from harness.slots import Happening, Slot, SlotLine

_EVENTS = {
    Happening.INSERTED: said.TraceEvent.INSERTED,
    Happening.REMOVED: said.TraceEvent.REMOVED,
    Event.POWER_ON: said.TraceEvent.POWER_ON,
    Event.RESET: said.TraceEvent.RESET,
    Event.COMMAND: said.TraceEvent.COMMAND,
    Event.POWER_OFF: said.TraceEvent.POWER_OFF,
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
    profile, life = up.world.card_of(resident).profile, up.world.card_life(resident)
    return _state(up.slots.insert(asked.name, profile, resident, life))


def remove_card(up: Running, asked: Asked) -> said.SlotState:
    """Take the card out of a slot: its power is gone at once."""
    return _state(up.slots.remove(asked.name))


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
    Operation("POST", f"{_SLOT}/remove", Nothing, said.SlotState, remove_card),
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
    )


def _line(line: SlotLine) -> said.TraceEntry:
    if isinstance(line.what, Happening):
        return said.TraceEntry(
            event=_EVENTS[line.what], card=line.card, command="", data="", sw="", where="", text=line.what.value
        )
    told = line.what
    is_command = told.event is Event.COMMAND
    return said.TraceEntry(
        event=_EVENTS[told.event],
        card=line.card,
        command="".join(hex_of_command(told.command)),
        data=told.answer.hex().upper(),
        sw=f"{told.sw:04X}" if is_command else "",
        where=told.where,
        text=decode(told),
    )
