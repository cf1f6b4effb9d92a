"""Which of somebody's cards a message of the control API means."""

import msgspec

from harness.doors.control_messages import WhichCard
from harness.presented import Which


def which_of(message: WhichCard) -> Which:
    """Return it."""
    variant, other = message.variant, message.other
    return Which(
        message.form,
        None if variant is msgspec.UNSET else variant,
        None if other is msgspec.UNSET else other,
    )
