"""Every requirement of the register for a relying party: which tests hold it here, or why it is not the core's."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.reference_impl.test_refusals_path import ACCEPTED, REFUSED
from tests.reference_impl.test_refusals_proof import LOGINS
from tests.reference_impl.test_refusals_tap import REPLACED

TESTS = Path(__file__).parent.parent
REGISTER = TESTS.parent / "conformance" / "requirements.yaml"
PATH, PROOF, TAP = "test_refusals_path", "test_refusals_proof", "test_refusals_tap"
RULES, STATUS, METHODS, CACHE = "test_ocsp_rules", "test_status", "test_methods", "test_status_cache"
LISTS, READING = "../revocation_lists/test_statuses", "../revocation_lists/test_reading"
_ID = re.compile(r"RP-[A-Z]+-\d{3}")
IN_TABLES = {
    found[0] for each in (*REFUSED, *ACCEPTED, *LOGINS, *REPLACED) if (found := _ID.match(str(each[0]))) is not None
}
"""Each of them in the id of a row, which has an exact reason."""

NAMED: dict[str, tuple[str, ...]] = {
    "RP-PATH-004": (f"{PATH}::test_end_is_compared_in_utc_and_read_by_the_pivot",),
    "RP-PATH-005": (f"{PATH}::test_end_is_compared_in_utc_and_read_by_the_pivot",),
    "RP-PATH-011": (
        f"{PATH}::test_production_configuration_refuses_the_test_arc",
        "test_trust::test_authority_that_calls_itself_jpki_is_kept_out",
    ),
    "RP-PATH-013": (f"{PATH}::test_signature_certificate_needs_its_own_bits_and_policy",),
    "RP-PATH-020": (f"{PATH}::test_parameters_of_the_algorithm_may_be_absent",),
    "RP-PATH-023": ("test_parsing::test_time_is_read_in_either_form",),
    "RP-PATH-024": (f"{PATH}::test_unusual_certificate_is_accepted",),
    "RP-PATH-025": ("vectors/test_vectors::test_the_core_gives_the_demanded_reason",),
    "RP-PATH-026": (f"{PATH}::test_unusual_certificate_is_accepted",),
    "RP-PROOF-010": (f"{PROOF}::test_login_needs_the_signature_over_its_challenge",),
    "RP-FORM-001": (
        "test_taps::test_missing_part_is_malformed",
        "test_bad_input::test_every_truncation_is_malformed_with_offset_and_rule",
    ),
    "RP-SVC-001": (f"{PROOF}::test_service_closed_or_raised_is_refused",),
    "RP-PROOF-001": ("test_challenges::test_each_attempt_has_a_fresh_challenge_of_32_bytes",),
    "RP-PROOF-002": (
        "test_verifier::test_one_challenge_accepts_one_of_many_threads",
        "test_challenges::test_fifty_parallel_completions_give_one_acceptance",
    ),
    "RP-PROOF-003": (f"{PROOF}::test_challenge_is_ours_once_and_for_its_time",),
    "RP-PROOF-004": (f"{PROOF}::test_challenge_is_ours_once_and_for_its_time",),
    "RP-PROOF-005": (f"{PROOF}::test_challenge_is_ours_once_and_for_its_time",),
    "RP-PROOF-008": (f"{PROOF}::test_document_is_verified_in_the_way_that_was_said",),
    "RP-KAZ-001": (f"{TAP}::test_tap_needs_an_enrolment_its_birth_date_and_its_chip",),
    "RP-KAZ-002": (f"{TAP}::test_tap_asks_for_the_status_each_time",),
    "RP-KAZ-004": (f"{TAP}::test_tap_asks_for_the_status_each_time",),
    "RP-KAZ-005": (f"{TAP}::test_tap_is_served_in_supervised_places_only",),
    "RP-KAZ-006": (f"{PROOF}::test_service_closed_or_raised_is_refused",),
    "RP-KAZ-007": (f"{TAP}::test_tap_needs_an_enrolment_its_birth_date_and_its_chip",),
    "RP-KAZ-008": ("test_taps::test_birth_date_is_given_to_nobody_else",),
    "RP-ACC-001": (f"{PROOF}::test_account_is_known_by_issuer_key_and_serial",),
    "RP-ACC-002": (
        "accounts/test_end_to_end::test_a_renewed_certificate_goes_on_with_the_account",
        "accounts/test_end_to_end::test_a_new_chip_is_learnt_with_the_pin_and_not_from_a_tap",
        "accounts/test_end_to_end::test_without_links_a_renewed_card_is_not_linked",
    ),
    "RP-ACC-003": (
        f"{STATUS}::test_answer_is_refused_for_its_reason",
        "accounts/test_end_to_end::test_a_move_is_seen_in_the_paired_certificate_and_stops_no_tap",
    ),
    "RP-ACC-005": ("accounts/test_standing::test_no_code_is_read_as_death",),
    "RP-ACC-006": (
        f"{METHODS}::test_revoked_is_not_made_good_by_what_is_no_newer",
        "accounts/test_end_to_end::test_a_lost_card_leads_on_to_the_next_one",
    ),
    "RP-ACC-007": (f"{PROOF}::test_phone_is_not_a_card",),
    "RP-ACC-008": (
        f"{PROOF}::test_account_is_that_of_this_service_and_of_the_expected_holder",
        "test_challenges::test_parallel_enrolments_open_one_account",
    ),
    "RP-ACC-009": (f"{PROOF}::test_account_is_that_of_this_service_and_of_the_expected_holder",),
    "RP-LEAVE-001": (
        "accounts/test_leaving::test_leaving_one_service_keeps_the_others",
        "accounts/test_leaving::test_leaving_the_last_service_erases_the_account",
        "accounts/test_verbs::test_whoever_is_not_enrolled_leaves_nothing",
    ),
    "RP-OFF-001": (
        "services/test_reconcile::test_what_is_wrong_is_refused_kept_and_not_counted",
        "services/test_reconcile::test_certificate_that_ended_meanwhile_was_good_when_it_was_shown",
    ),
    "RP-OFF-002": ("services/test_reconcile::test_record_counts_once_and_is_answered_alike",),
    "RP-OFF-003": (
        "services/test_reconcile::test_who_enrolled_later_was_a_stranger_then",
        "services/test_reconcile::test_what_is_wrong_is_refused_kept_and_not_counted",
    ),
    "RP-PRIV-001": ("test_verifier::test_verdict_holds_no_secret",),
    "RP-CRL-001": (f"{LISTS}::test_list_that_is_not_believed",),
    "RP-CRL-002": (f"{LISTS}::test_list_that_is_not_believed",),
    "RP-CRL-003": (f"{LISTS}::test_list_that_is_not_believed",),
    "RP-CRL-004": (f"{LISTS}::test_list_that_is_not_believed", f"{LISTS}::test_authority_without_crl_sign"),
    "RP-CRL-005": (f"{LISTS}::test_every_bit_counts",),
    "RP-CRL-006": (f"{LISTS}::test_window", f"{LISTS}::test_list_of_another_time_is_not_taken"),
    "RP-CRL-007": (f"{LISTS}::test_list_of_another_time_is_not_taken",),
    "RP-CRL-008": (
        f"{LISTS}::test_going_back",
        "../revocation_lists/test_library::test_list_that_goes_back_is_refused",
    ),
    "RP-CRL-009": (f"{LISTS}::test_list_that_is_not_believed",),
    "RP-CRL-010": (f"{READING}::test_wrong_entry_is_refused_wherever_it_stands",),
    "RP-CRL-011": (f"{LISTS}::test_listed_and_unlisted",),
    "RP-CRL-012": (f"{LISTS}::test_listed_and_unlisted",),
    "RP-CRL-013": (f"{READING}::test_wrong_entry_is_refused_wherever_it_stands",),
    "RP-CRL-014": (f"{LISTS}::test_list_that_is_not_believed",),
    "RP-CRL-015": (f"{LISTS}::test_no_list_is_not_good",),
    "RP-CRL-016": (f"{METHODS}::test_unless_told_otherwise_only_no_answer_falls_back",),
    "RP-CRL-017": (f"{LISTS}::test_list_that_is_not_believed",),
    **{
        f"RP-OCSP-{number:03}": (f"{RULES}::test_each_rule_alone",)
        for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 20, 24, 25, 26)
    },
    "RP-OCSP-010": (f"{RULES}::test_each_rule_alone", f"{CACHE}::test_kept_to_the_second"),
    "RP-OCSP-013": (
        f"{METHODS}::test_revoked_is_not_made_good_by_what_is_no_newer",
        f"{METHODS}::test_an_answer_cannot_be_made_to_fall_back",
    ),
    "RP-OCSP-014": (f"{RULES}::test_an_error_with_a_good_answer_attached_is_no_answer",),
    "RP-OCSP-017": (
        f"{PROOF}::test_login_needs_the_signature_over_its_challenge",
        f"{PATH}::test_certificate_is_refused_for_its_reason",
    ),
    "RP-OCSP-018": (f"{PATH}::test_certificate_is_refused_for_its_reason",),
    "RP-OCSP-019": (f"{CACHE}::test_kept_to_the_second",),
    "RP-OCSP-021": (f"{METHODS}::test_without_lists_no_method_finds_anything_good",),
    "RP-OCSP-022": (
        "test_status_client::test_each_question_has_its_own_time_out",
        "test_status_client::test_endless_answer_takes_bounded_memory",
    ),
    "RP-OCSP-023": (f"{STATUS}::test_answer_is_refused_for_its_reason",),
    "RP-NONCE-001": ("test_ocsp_request::test_request_is_what_the_builder_of_another_makes",),
    "RP-NONCE-002": ("test_ocsp_request::test_request_is_what_the_builder_of_another_makes",),
    "RP-NONCE-003": (f"{RULES}::test_each_rule_alone",),
    "RP-NONCE-004": (f"{RULES}::test_each_rule_alone",),
    "RP-NONCE-005": (f"{RULES}::test_each_rule_alone",),
}
"""Requirements held by tests that are in no table of ids."""

NOT_THE_CORES: dict[str, str] = {
    "RP-ATTR-001": "the core decides nothing by a holder's attributes and reads none",
    "RP-ATTR-002": "as RP-ATTR-001; an unknown otherName does not hinder step (1)",
    "RP-ATTR-003": "as RP-ATTR-001",
    "RP-OCSP-011": "the lightweight profile is not claimed: an answer without nextUpdate is used for thirty minutes",
    "RP-ACC-004": "the words stand in findings.py and differ by reason; what a user sees is the service's",
    "RP-PRIV-002": "the audit is the service's (store/audit.py)",
    "RP-PRIV-003": "what is stored is the service's; the privacy cases search its files (conformance/privacy)",
    "RP-PRIV-004": "as RP-PRIV-003, of what is asked of J-LIS",
    "RP-PRIV-005": "as RP-PRIV-003, of the log (web/test_log.py)",
}


@cache
def functions(module: str) -> set[str]:
    """The functions of a test module."""
    tree = ast.parse((TESTS / "reference_impl" / f"{module}.py").read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def of_a_relying_party() -> list[str]:
    """The ids of the role."""
    register: dict[str, list[dict[str, Any]]] = yaml.safe_load(REGISTER.read_text(encoding="utf-8"))
    return [row["id"] for row in register["requirements"] if row["role"] == "relying-party"]


def test_every_requirement_names_its_tests_or_why_not() -> None:
    """Each id once: in a table of refusals, by the names of tests, or with a reason; and no id that does not exist."""
    required = of_a_relying_party()
    assert [each for each in required if each not in IN_TABLES | NAMED.keys() | NOT_THE_CORES.keys()] == []
    assert sorted((IN_TABLES | NAMED.keys() | NOT_THE_CORES.keys()) - set(required)) == []
    assert sorted(NOT_THE_CORES.keys() & (IN_TABLES | NAMED.keys())) == []


def test_named_tests_exist() -> None:
    """A test that was renamed or removed is noticed."""
    missing = [
        (each, test)
        for each, tests in NAMED.items()
        for test in tests
        if test.split("::")[1] not in functions(test.split("::")[0])
    ]
    assert missing == []
