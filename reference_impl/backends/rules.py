"""What the law and the platforms' terms let a relying party ask and keep: each rule once, with its clause.

Some hold of how one is set up, and are looked at before anything is served (`examine`); others of a question, and are
looked at before it is asked (`Rules.refusal`). docs/backends.md shows the table. No rule here is legal advice: the
clauses are those of spec/pki.md §5, and where they leave something open the stricter reading was taken.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from reference_impl.audit.checks import Check
from reference_impl.backends.backend import Ability, CheckPurpose, Errand, refused
from reference_impl.backends.options import BackEnd, Holders, Options
from reference_impl.backends.roles import ROLES, Role, RoleName
from reference_impl.services.durations import read_duration
from reference_impl.services.policy import Policy as ServicePolicy
from reference_impl.services.policy import Text
from reference_impl.verification.purpose import CertificateKind, Purpose
from reference_impl.verification.verdict import Reason, Verdict

ASKED_FOR: Final[Mapping[Ability, frozenset[CheckPurpose]]] = {
    Ability.VERIFY: frozenset(Purpose),
    Ability.IDENTIFY: frozenset(Purpose),
    Ability.REDIRECT: frozenset(Purpose),
    Ability.CHECK: frozenset({Errand.CURRENT_STATUS}),
    Ability.STATUS: frozenset({Errand.CURRENT_STATUS}),
    Ability.FORMER: frozenset({Errand.RENEWAL}),
    Ability.NAME: frozenset({Errand.ACCOUNT}),
}
"""What each question may be for: revocation data and corresponding numbers serve these purposes and no others."""


class Breach(msgspec.Struct, frozen=True):
    """A rule that would be broken, by what, in both languages, and how to mend it."""

    rule: str
    clause: str
    ja: str
    en: str

    def __str__(self) -> str:
        return f"{self.ja} / {self.en} [{self.rule}, {self.clause}]"


class RulesBroken(ValueError):
    """A set-up the rules do not allow: nothing is begun."""

    def __init__(self, breaches: Sequence[Breach]) -> None:
        super().__init__("\n".join(str(each) for each in breaches))
        self.breaches = tuple(breaches)


class Plan(msgspec.Struct, frozen=True):
    """How somebody wants to be set up."""

    options: Options
    services: Sequence[ServicePolicy] = ()

    @property
    def role(self) -> Role:
        """Who that is."""
        return ROLES[self.options.role]


Said = Iterator[tuple[str, str]]


class StartRule(msgspec.Struct, frozen=True):
    """A rule about how one is set up."""

    id: str
    clause: str
    find: Callable[[Plan], Said]


def _ask_jlis(plan: Plan) -> Said:
    role, options = plan.role, plan.options
    if role.asks_jlis:
        return
    if options.back_end is BackEnd.DIRECT:
        yield (
            f"{role.ja}は機構に直接照会できません。back_end: platform とし、platform を設定してください",
            f"{role.en} may not ask J-LIS itself: set back_end: platform, and the platform to ask",
        )
    if options.jlis:
        named = ", ".join(sorted(options.jlis))
        yield (
            f"{role.ja}に機構の照会先（{named}）が設定されています。jlis を削除してください",
            f"{role.en} has addresses of J-LIS ({named}): remove jlis",
        )


def _serials(plan: Plan) -> Said:
    if plan.options.holders is Holders.SERIAL and not plan.role.keeps_serials:
        yield (
            f"{plan.role.ja}は発行の番号を保存できません。holders: ppid としてください",
            f"{plan.role.en} may not keep serial numbers: set holders: ppid",
        )


def _certificates(plan: Plan) -> Said:
    for policy in plan.services:
        if policy.retention.certificate is None:
            continue
        if policy.retention.law is None:
            yield (
                f"{policy.id}: 証明書は使用後に廃棄します。保存を求める法令を retention.law に書いてください",
                f"{policy.id}: a certificate is discarded after use: name the law that wants it kept in retention.law",
            )
        elif not plan.role.keeps_certificates:
            yield (
                f"{policy.id}: {plan.role.ja}は証明書を保存できません。retention.certificate を削除してください",
                f"{policy.id}: {plan.role.en} may not keep certificates: remove retention.certificate",
            )


def _kinds(plan: Plan) -> Said:
    for policy in plan.services:
        wrong = sorted(each for each in policy.open_purposes if each.kind not in plan.role.kinds)
        if wrong:
            yield (
                f"{policy.id}: {plan.role.ja}は利用者証明用電子証明書を検証できません（{', '.join(wrong)}）",
                f"{policy.id}: {plan.role.en} may not verify authentication certificates ({', '.join(wrong)})",
            )


def _documents(plan: Plan) -> Said:
    for policy in plan.services:
        if Purpose.SIGN in policy.open_purposes and policy.id not in plan.options.documents:
            ja = "署名させる文書の名称がありません。documents に書いてください（属性取得だけを目的とする署名は禁止）"
            en = "names no document to sign: add it to documents (a signature just to harvest attributes is prohibited)"
            yield f"{policy.id}: {ja}", f"{policy.id}: {en}"


def _audit(plan: Plan) -> Said:
    audit = plan.options.keep.audit
    for policy in plan.services:
        kept = policy.retention.certificate
        if audit is not None and kept is not None and read_duration(audit) < read_duration(kept):
            yield (
                f"{policy.id}: 証明書（{kept}）より先に監査（{audit}）が消え、保存の目的を示せなくなります",
                f"{policy.id}: the audit ({audit}) goes before certificates ({kept}): nothing would show what for",
            )


START_RULES: Final = (
    StartRule("ask-jlis", "公的個人認証法 art. 17(1), 17(5), 36(1); spec/pki.md §5", _ask_jlis),
    StartRule(
        "keep-serial", "spec/pki.md §5 (serial with issuer; our reading for those without certification)", _serials
    ),
    StartRule("keep-certificate", "spec/pki.md §5 (discarded after use); 公的個人認証法 art. 21(2)", _certificates),
    StartRule("kind-of-verifier", "公的個人認証法 art. 17(5), art. 36(1)", _kinds),
    StartRule("audit-outlives", "house (公的個人認証法 art. 52: a purpose that can be shown)", _audit),
    StartRule("document-named", "spec/pki.md §5 (platform terms)", _documents),
)


def require_allowed(plan: Plan) -> None:
    """Nothing, or `RulesBroken` with every rule that the set-up would break."""
    breaches = examine(plan)
    if breaches:
        raise RulesBroken(breaches)


def examine(plan: Plan) -> tuple[Breach, ...]:
    """Every rule that a set-up would break."""
    return tuple(Breach(rule.id, rule.clause, ja, en) for rule in START_RULES for ja, en in rule.find(plan))


class Asked(msgspec.Struct, frozen=True):
    """A question before it is asked."""

    ability: Ability
    why: Check
    kind: CertificateKind | None
    """The kind of certificate it is about; None where there is none."""
    does: Purpose | None = None
    """What a presentation does, whatever it is said to be for."""


class QuestionRule(msgspec.Struct, frozen=True):
    """A rule about a question; what it says where it is broken."""

    id: str
    clause: str
    breaks: Callable[["Rules", Asked], bool]
    ja: str
    en: str


def _no_purpose(_: "Rules", asked: Asked) -> bool:
    return asked.why.purpose is None or (asked.does is not None and asked.why.purpose is not asked.does)


def _other_purpose(_: "Rules", asked: Asked) -> bool:
    return asked.why.purpose not in ASKED_FOR[asked.ability]


def _other_kind(rules: "Rules", asked: Asked) -> bool:
    return asked.kind is not None and asked.kind not in rules.role.kinds


def _other_document(rules: "Rules", asked: Asked) -> bool:
    return isinstance(asked.why.purpose, Errand) and asked.why.purpose not in rules.role.errands


def _no_document(rules: "Rules", asked: Asked) -> bool:
    return asked.why.purpose is Purpose.SIGN and rules.document(asked.why.service) is None


QUESTION_RULES: Final = (
    QuestionRule(
        "purpose-recorded", "公的個人認証法 art. 52; spec/pki.md §5", _no_purpose,
        "照会の目的がありません、または実際の利用と異なります",
        "the question states no purpose, or not the one it serves",
    ),
    QuestionRule(
        "revocation-purpose", "公的個人認証法 art. 52", _other_purpose,
        "失効情報・対応番号をこの目的に用いることはできません",
        "revocation data and corresponding numbers may not be used for this purpose",
    ),
    QuestionRule(
        "kind-of-verifier", "公的個人認証法 art. 17(5), art. 36(1)", _other_kind,
        "この種類の電子証明書を検証できる者ではありません", "not a verifier of this kind of certificate",
    ),
    QuestionRule(
        "only-the-document", "公的個人認証法 art. 21(2)", _other_document,
        "署名確認者は当該文書の署名の確認以外に公開鍵を用いることはできません",
        "a signature confirmer may use the public key to verify that document and for nothing else",
    ),
    QuestionRule(
        "document-named", "spec/pki.md §5 (platform terms)", _no_document,
        "署名する文書の名称がありません（属性取得だけを目的とする署名は禁止）",
        "no document is named: signing meaningless data to harvest attributes is prohibited",
    ),
)  # fmt: skip


ANY_DOCUMENT: Final = Text("署名対象文書", "document to be signed")
"""What the documents of contract 1.0 are called, whose services have no names of their own."""


class Rules:
    """The rules for one relying party at work."""

    def __init__(
        self, role: RoleName, documents: Mapping[str, Text] | None = None, services: Iterable[ServicePolicy] = ()
    ) -> None:
        self.role = ROLES[role]
        self._documents = documents
        self._kept = {
            each.id: read_duration(each.retention.certificate)
            for each in services
            if each.retention.certificate is not None and each.retention.law is not None
        }

    def refusal(self, asked: Asked) -> Verdict | None:
        """The verdict on a question that must not be asked; None if it may."""
        for rule in QUESTION_RULES:
            if rule.breaks(self, asked):
                return refused(Reason.POLICY, f"{rule.clause} [{rule.id}]", rule.ja, rule.en)
        return None

    def document(self, service: str) -> Text | None:
        """What is signed at this service; where no operator named any, contract 1.0 composes it for tests."""
        return ANY_DOCUMENT if self._documents is None else self._documents.get(service)

    @property
    def keeps_certificates(self) -> bool:
        """Whether some service's are."""
        return self.role.keeps_certificates and bool(self._kept)

    def keeps_certificate(self, service: str) -> timedelta | None:
        """How long a law wants this service's certificates kept; None: discarded after use."""
        return self._kept.get(service) if self.role.keeps_certificates else None
