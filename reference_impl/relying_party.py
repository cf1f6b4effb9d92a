"""The relying party: sessions begun and completed, between the store, the clock, the responder and the core."""

import secrets
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime

import msgspec

from reference_impl.accounts.account import Accounts, AccountView
from reference_impl.clock import Clock
from reference_impl.configuration import Configuration
from reference_impl.messages import Begin, BeginAnswer, Complete, Terminal
from reference_impl.store.audit import Audit
from reference_impl.store.database import Database
from reference_impl.store.sessions import CHALLENGE_LENGTH, Session, Sessions
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.core import (
    Attempt,
    ChipMaterial,
    Enrolled,
    HolderKey,
    Judgement,
    decide,
    identify,
    not_enrolled,
    place_refused,
)
from reference_impl.verification.der import DerError
from reference_impl.verification.genuineness import BirthRecord
from reference_impl.verification.ocsp import NONCE_LENGTH
from reference_impl.verification.place import is_place_allowed
from reference_impl.verification.purpose import TEST_POLICIES, AcceptedPolicies, CertificateKind, Purpose
from reference_impl.verification.revocation import StatusUnreachable
from reference_impl.verification.verdict import Finding, Reason, Refusal, Step, Verdict
