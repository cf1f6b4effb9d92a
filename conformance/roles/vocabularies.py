"""The roles whose cases are `RoleCase`s, by name; the relying party's are `conformance.case`."""

from typing import Any

from conformance.roles.card.case import CARD
from conformance.roles.responder.case import RESPONDER
from conformance.roles.role_catalogue import Vocabulary

VOCABULARIES: dict[str, Vocabulary[Any]] = {each.role.value: each for each in (RESPONDER, CARD)}
