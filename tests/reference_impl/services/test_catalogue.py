"""The table of the systems that public documents describe: complete, loadable, honest about what is ours."""

from collections import Counter

from reference_impl.services.loading import catalogue
from reference_impl.services.policy import Policy
from reference_impl.services.rules import find_contradictions
from reference_impl.services.vocabulary import Archetype, Confidence, EntitlementKind, Method, Need, Whose

ROWS = 118
IN_DOCUMENT = {
    "chiba-library": 1,
    "municipal-uses-2019": 19,
    "multi-purpose-2016": 25,
    "citizen-card-1-9": 67,
    "resident-package-2017": 6,
}
"""Counted with grep in the register of services."""
PARTS = set(Policy.__struct_fields__) | {"entitlements.per", "entitlements.limit"}


def by_id() -> dict[str, Policy]:
    """The catalogue by the services' ids."""
    return {each.id: each for each in catalogue()}


def test_all_rows_load_and_none_contradicts_itself() -> None:
    """Loading refuses contradictions; asked again policy by policy, no rule finds any."""
    assert len(by_id()) == ROWS
    assert Counter(each.origin.document for each in catalogue() if each.origin) == IN_DOCUMENT
    assert [find_contradictions(each) for each in catalogue()] == [[]] * ROWS


def test_every_archetype_has_a_row() -> None:
    """No way of using the card is without an example."""
    assert {each.archetype for each in catalogue()} == set(Archetype)


def test_every_row_names_its_document_and_what_is_ours() -> None:
    """Both confidences occur, and `assumed` names parts that a policy has."""
    origins = [each.origin for each in catalogue()]
    assert None not in origins
    assert {origin.confidence for origin in origins if origin} == set(Confidence)
    assert {part for origin in origins if origin for part in origin.assumed} <= PARTS


def test_rows_that_need_a_platform_say_so() -> None:
    """A kiosk and a PPID need one; a municipal text service and a direct serial tap do not."""
    rows = by_id()
    for needy in ("mkpf-type1", "convenience-store", "auth-app", "himeji-self-checkout"):
        assert rows[needy].needs == (Need.PLATFORM,), needy
    for free in ("chiba-library", "himeji-forms", "online-filing", "nagai-smart-lock"):
        assert rows[free].needs == (), free


def test_documented_numbers() -> None:
    """Two rides a day and seventy a year; 2000 points; kiosks closed over the new year; 65 and over; 18 and over."""
    rows = by_id()
    taxi = {each.id: each.limit for each in rows["maebashi-mytaku"].entitlements}
    assert taxi == {"rides-a-day": 2, "rides-a-year": 70}
    (points,) = rows["tsu-silver-emica"].entitlements
    assert (points.kind, points.limit) == (EntitlementKind.ALLOWANCE, 2000)
    hours = rows["convenience-store"].hours
    assert hours is not None
    assert hours.closed == ("12-29..01-03",)
    assert rows["nakatosa-bus"].serves.age is not None
    assert rows["nakatosa-bus"].serves.age.from_ == 65
    assert rows["miki-health-points"].serves.age is not None
    assert rows["miki-health-points"].serves.age.from_ == 18
    assert {each.whose for each in rows["sanjo-shelter"].entitlements} == {Whose.HOUSEHOLD}


def test_only_the_library_of_2017_taps_without_asking() -> None:
    """The one documented exception to the rule that a tap asks for the status."""
    taps = [each for each in catalogue() if each.facts.is_tap and each.status.method is Method.NONE]
    assert [(each.id, each.predates_rule) for each in taps] == [("chiba-library", True)]
