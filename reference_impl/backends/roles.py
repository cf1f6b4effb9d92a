"""Who one is under 公的個人認証法, and what that lets one ask and keep (spec/pki.md §5). Our reading, as data."""

from enum import StrEnum
from typing import Final

import msgspec

from reference_impl.backends.backend import Errand
from reference_impl.verification.purpose import CertificateKind

_BOTH: Final = frozenset(CertificateKind)
_SIGN: Final = frozenset({CertificateKind.SIGN})
_EVERY_ERRAND: Final = frozenset(Errand)


class RoleName(StrEnum):
    """The kinds of those who rely on the card's certificates."""

    MUNICIPALITY = "municipality"
    CERTIFIED_PLATFORM = "certified-platform"
    GROUP_VERIFIER = "group-verifier"
    SIGNATURE_CONFIRMER = "signature-confirmer"
    SERVICE_PROVIDER = "service-provider"


class Role(msgspec.Struct, frozen=True):
    """One kind of relying party."""

    name: RoleName
    ja: str
    en: str
    clause: str
    asks_jlis: bool
    """Whether it is a verifier by notification and agreement, whom alone J-LIS answers."""
    kinds: frozenset[CertificateKind]
    keeps_serials: bool
    """Whether issuer and serial may be its account key; else it knows holders by another's names."""
    keeps_certificates: bool
    """Whether it may, where a law that is named wants it; nobody may otherwise."""
    errands: frozenset[Errand]


ROLES: Final = {
    each.name: each
    for each in (
        Role(
            RoleName.MUNICIPALITY,
            "行政機関等（署名検証者・利用者証明検証者）",
            "an administrative body (verifier of signatures and of authentication)",
            "公的個人認証法 art. 17(1), art. 36(1)",
            asks_jlis=True,
            kinds=_BOTH,
            keeps_serials=True,
            keeps_certificates=True,
            errands=_EVERY_ERRAND,
        ),
        Role(
            RoleName.CERTIFIED_PLATFORM,
            "主務大臣の認定を受けたプラットフォーム事業者",
            "a platform operator certified by the minister",
            "公的個人認証法 art. 17(1), art. 36(1)",
            asks_jlis=True,
            kinds=_BOTH,
            keeps_serials=True,
            keeps_certificates=True,
            errands=_EVERY_ERRAND,
        ),
        Role(
            RoleName.GROUP_VERIFIER,
            "団体署名検証者",
            "a body that verifies signatures for its members",
            "公的個人認証法 art. 17(5)",
            asks_jlis=True,
            kinds=_SIGN,
            keeps_serials=True,
            keeps_certificates=True,
            errands=_EVERY_ERRAND,
        ),
        Role(
            RoleName.SIGNATURE_CONFIRMER,
            "署名確認者",
            "a member of such a body, who confirms signatures on documents through it",
            "公的個人認証法 art. 17(5), art. 21(2)",
            asks_jlis=False,
            kinds=_SIGN,
            keeps_serials=False,
            keeps_certificates=False,
            errands=frozenset(),
        ),
        Role(
            RoleName.SERVICE_PROVIDER,
            "SP事業者（認定を受けず、プラットフォーム事業者に委託する者）",
            "a service provider without certification, who delegates to a platform",
            "公的個人認証法 art. 17(1), art. 36(1)",
            asks_jlis=False,
            kinds=_BOTH,
            keeps_serials=False,
            keeps_certificates=True,
            errands=_EVERY_ERRAND,
        ),
    )
}
