"""Accounts in a store, of holders who are numbers: for what is decided in the store and not by the core."""

from datetime import datetime

import msgspec

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.attempt import Attempt, Recognised, Tie
from reference_impl.verification.genuineness import BirthRecord, parse_birth_record
from reference_impl.verification.purpose import Carrier
from reference_impl.verification.verdict import HolderKey
from tests.reference_impl import pki
from tests.reference_impl.accounts.told import AS_OF, NOW

RECORD = parse_birth_record(pki.birth_record())


def holder(serial: int, issuer: str = "issuer") -> HolderKey:
    """A certificate."""
    return HolderKey(issuer, f"{serial:x}")


def chip(number: int, born: str = "19900401") -> BirthRecord:
    """The record of a chip, another one for each number."""
    return msgspec.structs.replace(RECORD, chip_key=number.to_bytes(8), birth_date=born)


def enrol(
    accounts: Accounts,
    serial: int,
    service: str = "library",
    *,
    record: BirthRecord | None = None,
    carrier: Carrier = Carrier.CARD,
    at: datetime = NOW,
    issuer: str = "issuer",
) -> str:
    """The account of a certificate that enrols with a chip of its own, or as a phone without one."""
    shown = None if carrier is Carrier.PHONE else record or chip(serial)
    attempt = Attempt(holder(serial, issuer), service, at, shown, carrier=carrier)
    assert accounts.enrol(attempt) is None
    account = accounts.id_of(holder(serial, issuer))
    assert account is not None
    return account


def renewal(
    account: str,
    old: int,
    new: int,
    *,
    service: str = "library",
    at: datetime = AS_OF,
    record: BirthRecord | None = None,
) -> Attempt:
    """An attempt with the certificate that follows, as the link service named it."""
    recognised = Recognised(account, Tie.LINK, at, holder(old))
    return Attempt(holder(new), service, NOW, record, None, Carrier.CARD, account, recognised)
