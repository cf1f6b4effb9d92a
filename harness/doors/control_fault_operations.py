"""The operations of the control API on faults of the fake J-LIS."""

from msgspec import UNSET

from harness.doors import control_fault_messages as said
from harness.doors.control_messages import Nothing
from harness.doors.control_operation import Asked, Operation, Running
from harness.jlis.fault_grammar import GRAMMAR
from harness.jlis.faults import Order, Standing


def list_faults(up: Running, _: Asked) -> said.FaultList:
    """Return the faults that stand."""
    return _all(list(up.faults))


def set_fault(up: Running, asked: Asked) -> said.FaultState:
    """Let answers of the fake J-LIS be wrong from now on, in one way, and return the fault with its id."""
    wanted: said.NewFault = asked.message
    order = Order(
        fault=wanted.fault,
        door=wanted.door,
        serial=None if wanted.serial is UNSET else int(wanted.serial, 16),
        count=None if wanted.count is UNSET else wanted.count,
        seconds=None if wanted.seconds is UNSET else wanted.seconds,
        entries=None if wanted.entries is UNSET else wanted.entries,
        since=None if wanted.since is UNSET else wanted.since,
        until=None if wanted.until is UNSET else wanted.until,
        probability=None if wanted.probability is UNSET else wanted.probability,
        seed=0 if wanted.seed is UNSET else wanted.seed,
    )
    return _state(up.faults.set(order))


def remove_fault(up: Running, asked: Asked) -> said.FaultState:
    """Take one fault away and return it as it was."""
    return _state(up.faults.remove(asked.name))


def clear_faults(up: Running, _: Asked) -> said.FaultList:
    """Take every fault away and return them as they were."""
    return _all(up.faults.clear())


_FAULTS = "/v1/jlis/faults"
FAULT_OPERATIONS = (
    Operation("GET", _FAULTS, Nothing, said.FaultList, list_faults),
    Operation("POST", _FAULTS, said.NewFault, said.FaultState, set_fault),
    Operation("DELETE", _FAULTS, Nothing, said.FaultList, clear_faults),
    Operation("DELETE", f"{_FAULTS}/{{fault_id}}", Nothing, said.FaultState, remove_fault),
)


def _all(standing: list[Standing]) -> said.FaultList:
    return said.FaultList(faults=[_state(each) for each in standing])


def _state(standing: Standing) -> said.FaultState:
    order = standing.order
    return said.FaultState(
        id=standing.id,
        fault=order.fault,
        door=order.door,
        serial=None if order.serial is None else f"{order.serial:x}",
        seconds=None if GRAMMAR[order.fault].seconds is None else order.shift,
        since=order.since,
        until=order.until,
        probability=order.probability,
        seed=order.seed,
        given=standing.given,
        left=standing.left,
    )
