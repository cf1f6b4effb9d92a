"""The fields for approval: who tested, who reviewed, who approved; name, date, signature or seal, and remarks."""

from dataclasses import dataclass

from conformance.report.view import Both


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs; `key` begins the names of the fields."""

    key: str
    words: Both


PERSONS = (
    Person("tested", Both("Tested by", "試験実施者")),
    Person("reviewed", Both("Reviewed by", "確認者")),
    Person("approved", Both("Approved by", "承認者")),
)
