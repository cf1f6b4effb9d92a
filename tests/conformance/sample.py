"""A small part of the catalogue, of every chapter something, for tests that are about something else than its cases."""

from dataclasses import replace

from conformance.catalogue_loader import Catalogue

SAMPLE = (
    "enrol/copied-certificate",
    "enrol/forged-signature",
    "enrol/genuine-chip",
    "enrol/self-made-chip",
    "login/counted",
    "login/forged-signature",
    "login/fresh-challenge",
    "login/genuine-signature",
    "login/replayed-challenge",
    "login/wrong-pin",
    "sign/after-address-change",
    "sign/before-address-change",
    "sign/forged-signature",
    "status/lost-at-the-mark",
    "status/lost-before-the-mark",
    "status/revoked-at-the-mark",
    "status/revoked-before-the-mark",
    "tap/genuine-chip",
    "tap/not-enrolled",
    "tap/outdoor",
    "tap/recorded-proof",
    "tap/self-made-chip",
    "tap/spliced-card",
    "tap/stranger-terminal",
    "validity/one-second-early",
    "validity/one-second-late",
    "validity/seconds-after-the-end",
    "validity/seconds-before-the-end",
)


def sample_of(catalogue: Catalogue) -> Catalogue:
    """Return the part as if it were the whole catalogue."""
    return replace(catalogue.with_twins(list(SAMPLE)), left_out=0)
