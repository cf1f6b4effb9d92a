"""The answer that nearly everybody gets, joined from parts: one question, and nothing wrong with what is said.

Within one second, as of one mark and by one policy, such answers of a responder differ in CertID, status and nonce. The
first of each form is drafted as ever (`ocsp.drafted`) and taken apart around CertID and nonce; the next ones are
joined. The register is asked about each of them, and each is signed. That the octets are those of the long way is
proved in tests/harness/test_ocsp_plain.py.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from harness.jlis.ocsp import UNKNOWN, Entries, OcspAnswer, Speaker, drafted, status_of
from harness.jlis.ocsp_delegates import DELEGATES
from harness.jlis.ocsp_draft import Draft, to_be_signed
from harness.jlis.ocsp_policy import ResponderPolicy
from harness.jlis.ocsp_question import OcspRequest

MOST_FORMS = 1024
"""Each revoked certificate has a form of its own, for its date."""
SECOND = timedelta(seconds=1)


class Form(NamedTuple):
    """What answers of one form have in common, around CertID and nonce."""

    before: bytes
    between: bytes
    after: bytes
    echoes: bool
    """Whether the nonce comes back."""
    sign: Callable[[bytes], bytes]
    seal: Callable[[bytes, bytes], bytes]


class Unsigned(NamedTuple):
    """What will be said when it is signed."""

    data: bytes
    form: Form
    serial: int
    said: str


class PlainAnswers:
    """What one responder says within one second of the world, as of one mark."""

    def __init__(self, speaker: Speaker, now: datetime, mark: datetime) -> None:
        self._speaker = speaker
        self._mark = mark
        self._since = now.replace(microsecond=0)
        self._until = self._since + SECOND
        self._named = DELEGATES.named(speaker.generations)
        self._forms: dict[tuple[int, bytes, int, int], Form] = {}

    def hold_at(self, now: datetime, mark: datetime, policy: ResponderPolicy) -> bool:
        """Return whether the responder still says the same."""
        return self._since <= now < self._until and mark == self._mark and policy is self._speaker.policy

    def unsigned(self, asked: OcspRequest, register: Entries) -> Unsigned:
        """Return what is said of the only question; RefusedRequest where the policy has nothing to say."""
        question, nonce = asked.questions[0], asked.nonce
        speaker, mark, cert_id = self._speaker, self._mark, question.cert_id
        authority = self._named.get((question.hash_algorithm, question.name_hash, question.key_hash))
        if authority is None:
            authority, (status, said) = speaker.generations[-1], UNKNOWN
        else:
            entry = register.issued_at(authority.kind, question.serial, mark)
            status, said = status_of(entry, authority, speaker, question, mark)
        alike = authority.generation, status, len(cert_id), 0 if nonce is None else len(nonce)
        form = self._forms.get(alike)
        if form is None:
            if len(self._forms) >= MOST_FORMS:
                self._forms.clear()
            form = self._forms[alike] = form_of(drafted(asked, speaker, register, self._since, mark).draft)
        echoed = nonce if nonce is not None and form.echoes else b""
        return Unsigned(b"".join((form[0], cert_id, form[1], echoed, form[2])), form, question.serial, said)


def form_of(draft: Draft) -> Form:
    """Return the form of a draft about one certificate."""
    data, nonce = to_be_signed(draft), draft.nonce or b""
    before, _, rest = data.partition(draft.singles[0].cert_id)  # responder's name and a time: no CertID in there
    after = len(rest) - len(draft.extensions)
    between = after - len(nonce)
    delegate = draft.delegate
    sign = delegate.signer(deterministic=draft.deterministic)
    return Form(before, rest[:between], rest[after:], draft.nonce is not None, sign, delegate.envelope.seal)


def signed(found: Unsigned) -> OcspAnswer:
    """Return the answer, signed."""
    data, form, serial, said = found
    return OcspAnswer(form.seal(data, form.sign(data)), serial, said)
