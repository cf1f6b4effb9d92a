"""The operations of the control API on the free area of a resident's card: what a municipality's counter does there.

The card may lie in a slot of this API or nowhere. It is given power for it, and a cold reset afterwards: nothing that
was verified for the counter stays verified for whoever uses the slot.
"""

from collections.abc import Callable

import msgspec

from cardsim.slot import InsertedCard
from harness import card_apps
from harness.doors import control_app_messages as said
from harness.doors.control_messages import Nothing
from harness.doors.control_operation import Asked, Operation, Running

Act = Callable[[InsertedCard], None]


def list_apps(up: Running, asked: Asked) -> said.AppList:
    """Return what is in the free area of a resident's card."""
    return _at_counter(up, asked, lambda _: None)


def load_app(up: Running, asked: Asked) -> said.AppList:
    """Load a generic application (card-app, card-app-count) into the free area, and return what is there."""
    message = asked.message
    given = {
        name: value
        for name, value in msgspec.structs.asdict(message).items()
        if name != "aid" and value is not msgspec.UNSET
    }
    wanted = card_apps.AppWanted(**given, aid=b"" if message.aid is msgspec.UNSET else bytes.fromhex(message.aid))
    return _at_counter(up, asked, lambda card: card_apps.load(card.profile, card.transmit, wanted))


def delete_app(up: Running, asked: Asked) -> said.AppList:
    """Delete an application from the free area with all it held, and return what is left."""
    aid = bytes.fromhex(asked.message.aid)
    return _at_counter(up, asked, lambda card: card_apps.delete(card.profile, card.transmit, aid))


def change_app(up: Running, asked: Asked) -> said.AppList:
    """Let a counter go down, as a ride does, or up, and return what is in the free area."""
    message = asked.message
    mark = b"" if message.mark is msgspec.UNSET else bytes.fromhex(message.mark)
    pin = "" if message.pin is msgspec.UNSET else message.pin
    aid = bytes.fromhex(message.aid)
    return _at_counter(
        up, asked, lambda card: card_apps.change(card.profile, card.transmit, aid, message.amount, mark, pin)
    )


def _at_counter(up: Running, asked: Asked, act: Act) -> said.AppList:
    profile, life = up.world.card_of(asked.name).profile, up.world.card_life(asked.name)
    card_apps.require_area(profile)

    def done(card: InsertedCard) -> card_apps.AppsNow:
        act(card)
        return card_apps.apps_of(card.profile, card.kept)

    return told(profile.serial, up.slots.at_counter(profile, life, done))


def told(serial: str, found: card_apps.AppsNow) -> said.AppList:
    """Return the free area as a message."""
    return said.AppList(
        card=serial,
        apps=[_app(each) for each in found.apps],
        room_left=found.room_left,
        loads=found.loads,
    )


def _app(app: card_apps.AppNow) -> said.AppState:
    counter = app.counter
    record = None
    if counter is not None:
        record = said.AppCounter(
            value=counter.value, changes=counter.changes, limit=counter.limit, mark=counter.mark.hex().upper()
        )
    return said.AppState(
        aid=app.aid.hex().upper(),
        label=app.label,
        user_id=app.user_id.decode("utf-8", "backslashreplace"),
        until=app.until,
        pin=app.has_pin,
        cost=app.cost,
        counter=record,
    )


_APPS = "/v1/residents/{resident_id}/card/apps"
APP_OPERATIONS = (
    Operation("GET", _APPS, Nothing, said.AppList, list_apps),
    Operation("POST", _APPS, said.NewApp, said.AppList, load_app),
    Operation("DELETE", _APPS, said.NamedApp, said.AppList, delete_app),
    Operation("POST", f"{_APPS}/change", said.AppChange, said.AppList, change_app),
)
