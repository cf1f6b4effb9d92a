"""Which of somebody's cards a message of the control API means."""

import msgspec

from harness.doors.control_messages import WhichCard
from harness.doors.control_slot_messages import InsertCard, SwapCard
from harness.presented import Which


def which_of(message: WhichCard | InsertCard | SwapCard) -> Which:
    """Return it."""
    variant, other = message.variant, message.other
    return Which(
        message.form,
        None if variant is msgspec.UNSET else variant,
        None if other is msgspec.UNSET else other,
        message.options,
    )
