"""The roles whose cases are `RoleCase`s, by name; the relying party's are `conformance.case`."""

from typing import Any

from conformance.roles.card.case import CARD
from conformance.roles.platform_client.case import PLATFORM_CLIENT
from conformance.roles.responder.case import RESPONDER
from conformance.roles.role_catalogue import Vocabulary
from conformance.roles.tap_client.case import TAP_CLIENT

VOCABULARIES: dict[str, Vocabulary[Any]] = {
    each.role.value: each for each in (RESPONDER, CARD, TAP_CLIENT, PLATFORM_CLIENT)
}
