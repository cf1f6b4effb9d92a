"""The mixes: who comes, for what, how much of it is bad. One table, `mixes.yaml`, read strictly."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import Meta, Struct

from harness.contract.messages import Name
from harness.contract.vocabulary import Environment, Purpose, StatusSource
from harness.errors import ConfigurationError
from loadtests.vocabulary import MAKINGS, SYNONYMS, Bad

TABLE = Path(__file__).with_name("mixes.yaml")
DEFAULT = "portal-logins"
REPEATABLE = frozenset({Purpose.LOGIN, Purpose.TAP, Purpose.SIGN})
"""Everybody may come for these again; one enrols, and links a renewed certificate, once."""
TAPPED_IN = frozenset({Environment.ATTENDED, Environment.MANAGED, Environment.LENT})
"""spec/pki.md §5."""
WHOLE = 1e-6
Share = Annotated[float, Meta(gt=0, le=1)]
Seconds = Annotated[float, Meta(ge=0, le=3600)]
Line = Annotated[str, Meta(min_length=1, max_length=200)]


class Mix(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row."""

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
    ja: Line
    en: Line
    purposes: dict[Purpose, Share]
    environments: dict[Environment, Share]
    service: Name
    think: tuple[Seconds, Seconds]
    pace: Annotated[float, Meta(gt=0)]
    bad: dict[Bad, Share]
    just_lost: Annotated[float, Meta(ge=0, lt=1)]
    status: StatusSource

    def kinds(self) -> frozenset[Bad]:
        """Return the kinds of bad visits that are possible with these purposes."""
        return frozenset(bad for bad in Bad if MAKINGS[bad].purposes & self.purposes.keys())

    def with_bad(self, bad: dict[Bad, float]) -> "Mix":
        """Return the mix with other shares of bad visits; ConfigurationError where one cannot come about in it."""
        impossible = sorted(kind.value for kind in bad.keys() - self.kinds())
        if impossible:
            known = ", ".join(sorted(kind.value for kind in self.kinds()))
            raise ConfigurationError(
                f"--bad: mix {self.name}: expected kinds of {known}, actual {', '.join(impossible)}, which nobody "
                f"who comes for {', '.join(sorted(self.purposes))} can be"
            )
        return msgspec.structs.replace(self, bad=bad)


def load_mixes(path: Path = TABLE) -> dict[str, Mix]:
    """Return every mix by name; ConfigurationError names the file, the field and the rule that is broken."""
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise ConfigurationError(f"{path}: not YAML: {' '.join(str(fault).split())}") from fault
    if not isinstance(rows, list) or not rows:
        raise ConfigurationError(f"{path}: expected a list of mixes, actual {type(rows).__name__}")
    mixes: dict[str, Mix] = {}
    for number, row in enumerate(rows):
        mix = _row(path, number, row)
        if mix.name in mixes:
            raise ConfigurationError(f"{path}: field [{number}].name: expected another name, actual {mix.name} again")
        mixes[mix.name] = mix
    return mixes


def find_mix(name: str, path: Path = TABLE) -> Mix:
    """Return a mix by its name; ConfigurationError names those that there are."""
    mixes = load_mixes(path)
    if name not in mixes:
        raise ConfigurationError(f"--mix {name!r}: expected one of {', '.join(mixes)}, actual none of that name")
    return mixes[name]


def _row(path: Path, number: int, row: Any) -> Mix:
    named = row.get("name", number) if isinstance(row, dict) else number
    try:
        mix = msgspec.convert(row, Mix)
    except msgspec.ValidationError as fault:
        raise ConfigurationError(f"{path}: row {named}: {str(fault).replace('$.', 'field ')}") from fault
    for name, holds, rule in _rules(mix):
        if not holds:
            raise ConfigurationError(f"{path}: row {named}: field {name}: expected {rule}")
    return mix


def _rules(mix: Mix) -> tuple[tuple[str, bool, str], ...]:
    """Return what the types do not say: field, whether it holds, the rule."""
    least, most = mix.think
    impossible = ", ".join(sorted(bad.value for bad in mix.bad.keys() - mix.kinds()))
    return (
        ("purposes", _is_whole(mix.purposes.values()), "shares that make 1"),
        ("purposes", bool(REPEATABLE & mix.purposes.keys()), "login, tap or sign among them: the rest is done once"),
        ("environments", _is_whole(mix.environments.values()), "shares that make 1"),
        (
            "environments",
            Purpose.TAP not in mix.purposes or mix.environments.keys() <= TAPPED_IN,
            "attended, managed or lent, for a tap is face to face or supervised (spec/pki.md §5)",
        ),
        ("think", least <= most, "the shorter time first"),
        ("bad", bool(mix.bad) and sum(mix.bad.values()) < 1, "one kind or more, less than 1 together"),
        ("bad", not impossible, f"kinds that these purposes allow, actual {impossible}"),
    )


def _is_whole(shares: Iterable[float]) -> bool:
    return abs(sum(shares) - 1) < WHOLE


def parse_bad(text: str, mix: Mix) -> Mix:
    """Return the mix with the bad visits of `--bad`: a share of all (0.2, 20%), or `revoked=1%,forged=1%`.

    A share alone is divided as the mix divides its own.
    """
    if "=" not in text:
        total, own = _share(text, text), sum(mix.bad.values())
        return _checked(text, mix, {kind: share * total / own for kind, share in mix.bad.items()})
    bad: dict[Bad, float] = {}
    for part in text.split(","):
        word, _, share = (each.strip() for each in part.partition("="))
        try:
            kind = SYNONYMS[word] if word in SYNONYMS else Bad(word)
        except ValueError as fault:
            known = ", ".join(kind.value for kind in Bad)
            raise ConfigurationError(f"--bad {text!r}: expected kinds of {known}, actual {word!r}") from fault
        if kind in bad:
            raise ConfigurationError(f"--bad {text!r}: expected each kind once, actual {word!r} twice")
        bad[kind] = _share(share, text)
    return _checked(text, mix, bad)


def _checked(text: str, mix: Mix, bad: dict[Bad, float]) -> Mix:
    if not sum(bad.values()) < 1:
        raise ConfigurationError(f"--bad {text}: expected less than 1 together, for both verdicts must be seen")
    return mix.with_bad(bad)


def _share(text: str, whole: str) -> float:
    """Return a share between 0 and 1, written as 0.01 or as 1%."""
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 < share < 1:
        raise ConfigurationError(
            f"--bad {whole}: expected a share between 0 and 1 such as 0.2, or revoked=1%,forged=1%; "
            "both verdicts must be seen"
        )
    return share
