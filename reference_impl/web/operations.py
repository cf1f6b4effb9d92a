"""All operations of the service. Routes, OpenAPI, log and metrics are drawn from this table."""

from typing import Final

from reference_impl.web.attempts import attempts
from reference_impl.web.office import OFFICE
from reference_impl.web.operation import Operation
from reference_impl.web.uses import USES

OPERATIONS: Final[tuple[Operation, ...]] = (*attempts(), *USES, *OFFICE)
DESCRIPTION: Final = "/openapi.json"
NOWHERE: Final = "-"
"""The route of what is no operation, for log and metrics."""

ROUTES: Final = (*dict.fromkeys(row.path for row in OPERATIONS), DESCRIPTION, NOWHERE)
