"""What policies and command line say together, looked at before anything is served: refused with file, line and reason.

(1) the files load, and no policy contradicts itself       `loading`
(2) no option names a service and says otherwise than its policy
(3) a policy that rests on lists brought here has a folder to bring them to
(4) `own` residence has a municipality to compare with
(5) a register that a policy names can be read, row by row; its path is that of the policy's file
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from reference_impl.services.faults import Fault, PoliciesRefused
from reference_impl.services.loading import Loaded, load_written
from reference_impl.services.policy import Policy
from reference_impl.services.register import Register, RegisterRefused, read_register
from reference_impl.services.steering import METHODS
from reference_impl.services.vocabulary import Method
from reference_impl.verification.revocation_methods import Method as CoreMethod


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says that policies may contradict."""

    methods: Mapping[str, CoreMethod] = {}
    lists: Path | None = None
    municipality: str | None = None


class Opened(msgspec.Struct, frozen=True):
    """What the services of one relying party are."""

    policies: tuple[Policy, ...] = ()
    registers: Mapping[str, Register] = {}
    municipality: str | None = None
    """Who runs them: what `own` means."""


def open_services(files: Iterable[Path], options: Options) -> Opened:
    """The services in these files; `PoliciesRefused` names everything that is wrong, `OSError` a file that is not."""
    loaded = load_written((str(path), path.read_text(encoding="utf-8")) for path in files)
    faults = [*_contradicted_by_options(loaded, options), *_without_means(loaded, options)]
    registers: dict[str, Register] = {}
    for policy in loaded.policies:
        try:
            if policy.register is not None and policy.register.file is not None:
                beside = Path(loaded.written[policy.id].file).parent
                registers[policy.id] = read_register(beside / policy.register.file)
        except RegisterRefused as refused:
            faults.extend(refused.faults)
    if faults:
        raise PoliciesRefused(tuple(faults))
    return Opened(loaded.policies, registers, options.municipality)


def _contradicted_by_options(loaded: Loaded, options: Options) -> Iterator[Fault]:
    """(2)"""
    for policy in loaded.policies:
        for name, method in options.methods.items():
            service, _, kind = name.rpartition("/")
            if service == policy.id and METHODS.get(policy.status.method) is not method:
                said = f"--status-method {service}/{kind}={method}"
                ja = f"{policy.id}: ポリシーは {policy.status.method}、{said} と矛盾します（どちらかを直します）"
                en = f"{policy.id}: the policy says {policy.status.method}, {said} another: drop the option or mend it"
                at = ("status", "method")
                yield loaded.written[policy.id].fault(at, "option-against-policy", (ja, en))


def _without_means(loaded: Loaded, options: Options) -> Iterator[Fault]:
    """(3), (4)"""
    for policy in loaded.policies:
        written = loaded.written[policy.id]
        if policy.status.method is Method.OFFLINE_CRL and options.lists is None:
            ja = f"{policy.id}: offline-crl には失効リストの置き場所（--lists FOLDER）が必要です"
            en = f"{policy.id}: offline-crl needs the folder to which lists are brought: --lists FOLDER"
            yield written.fault(("status", "method"), "lists-nowhere", (ja, en))
        if "own" in policy.serves.residence and options.municipality is None:
            ja = f"{policy.id}: own がどの市区町村か分かりません（--municipality CODE が必要です）"
            en = f"{policy.id}: whose residents are `own`? say --municipality CODE"
            yield written.fault(("serves", "residence"), "own-unknown", (ja, en))
