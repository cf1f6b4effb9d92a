"""The oracle beside a run: what is planted, what the product wrote and said since the last look, and what was found.

It looks after each case, with every canary planted so far, and once more when the product has ended. What it finds
belongs to the case whose resident it is, whenever and wherever it turns up. A report names kind, place, encoding and
offset, never the value: `Finding.described` is the one place where a finding becomes text.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from conformance.case import Text
from conformance.privacy.canary import Canary, Kind
from conformance.privacy.capture import read_capture
from conformance.privacy.finder import Finder
from conformance.privacy.follow import Followed, Grown, said
from conformance.privacy.overheard import Heard
from conformance.privacy.place import NAMED, Place
from conformance.privacy.places import rules
from conformance.privacy.scan import Hit, scan
from conformance.privacy.watch import Watch
from conformance.privacy.written import writings
from harness.errors import ConfigurationError

_SQLITE = b"SQLite format 3\x00"
_KINDS = {
    Kind.PIN: Text(en="the PIN", ja="暗証番号（4桁）"),
    Kind.PASSWORD: Text(en="the signature password", ja="署名用パスワード"),
    Kind.PERSONAL_NUMBER: Text(en="the personal number", ja="個人番号"),
    Kind.NAME: Text(en="the name", ja="氏名"),
    Kind.ADDRESS: Text(en="the address", ja="住所"),
    Kind.BIRTH_DATE: Text(en="the birth date", ja="生年月日"),
    Kind.CARD_NUMBER: Text(en="the card's number", ja="カードの製造番号"),
    Kind.CERTIFICATE_NUMBER: Text(en="the certificate's number", ja="証明書の発行番号"),
    Kind.CERTIFICATE: Text(en="the certificate", ja="電子証明書"),
    Kind.TERMINAL_CREDENTIAL: Text(en="the terminal's credential", ja="端末の認証情報"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A value where it may not be: whose and what it is, where it stood first, in which encoding, and how often."""

    place: Place
    requirement: str
    kind: Kind
    owner: str
    where: str
    at: int
    encoding: str
    packed: tuple[str, ...] = ()
    times: int = 1

    @property
    def described(self) -> str:
        """Return it in words, the value masked."""
        packed = f" within {', '.join(self.packed)}" if self.packed else ""
        whose = f" of the resident of {self.owner}" if self.owner else ""
        return (
            f"{_KINDS[self.kind].en} ({_KINDS[self.kind].ja}){whose} as {self.encoding}{packed}, "
            f"octet {self.at} of {self.where}, {self.times}×"
        )


@dataclass(frozen=True, slots=True)
class Searched:
    """What a run searched: how many octets in each place (a place that is missing was not searched), with what."""

    octets: dict[Place, int]
    watches: tuple[str, ...]
    canaries: int
    patterns: int
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...] = ()


class Oracle:
    """One run's canaries, places and findings."""

    def __init__(self, watches: Sequence[Watch] = (), *, heard: Heard | None = None) -> None:
        self.heard = Heard() if heard is None else heard
        self._captures = [watch for watch in watches if watch.place is Place.CAPTURES]
        self._followed = Followed([watch for watch in watches if watch.place is not Place.CAPTURES])
        self._finder = Finder()
        self._canaries: set[Canary] = set()
        self._found: dict[tuple[Place, Kind, str, str, str], Finding] = {}
        self._captured = 0
        self._remarks: list[str] = []
        self._ours: set[int] = set()
        self._asked: set[int] = set()

    def hears(self, places: Iterable[Place]) -> list[Place]:
        """Return those of some places that are searched in this run."""
        always = {Place.ANSWERS, Place.QUESTIONS} | ({Place.OUTPUT} if self.heard.captures_output else set())
        known = always | {watch.place for watch in (*self._followed.watches, *self._captures)}
        return [place for place in places if place in known]

    def talks(self, *, product: int | None = None, jlis: int | None = None) -> None:
        """Say which ports are spoken at: in a capture what the suite says itself is not the product's."""
        self._asked |= set() if product is None else {product}
        self._ours |= set() if jlis is None else {jlis}

    def plant(self, canaries: Iterable[Canary]) -> None:
        """Look for these from now on."""
        for canary in canaries:
            if canary not in self._canaries:
                self._canaries.add(canary)
                self._finder.add(writings(canary))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found so far."""
        return tuple(self._found.values())

    def look(self) -> None:
        """Search what came since the last look."""
        for grown in self.heard.look():
            self._search(grown)
        for grown in self._followed.look():
            self._search(grown)

    def finish(self) -> Searched:
        """Search what came last, captures, and the rows of SQLite databases; return what was searched and found."""
        self.look()
        for watch in self._captures:
            for path in watch.files():
                self._search_capture(path)
        for watch in self._followed.watches:
            if watch.place is Place.DATABASE:
                for path in watch.files():
                    for grown in _rows(path):
                        self._search(grown)
        octets = Counter(self.heard.octets) + Counter(self._followed.octets)
        searched = {place: octets[place] for place in self.hears(Place)}
        if self._captures:
            searched[Place.CAPTURES] = self._captured
        watches = tuple(f"{each.place.value}={each.path}" for each in (*self._followed.watches, *self._captures))
        findings = tuple(sorted(self._found.values(), key=lambda each: (each.place, each.owner, each.kind, each.where)))
        return Searched(searched, watches, len(self._canaries), len(self._finder), findings, tuple(self._remarks))

    def _search(self, grown: Grown) -> None:
        for hit in scan(self._finder, grown.source, grown.begin, grown.end):
            self._note(grown, hit)

    def _note(self, grown: Grown, hit: Hit) -> None:
        canary, rule = hit.written.canary, rules()[grown.place]
        if rule.allows(canary.kind, grown.part):
            return
        key = (grown.place, canary.kind, canary.owner, grown.where, hit.written.encoding)
        found = self._found.get(key)
        times, at, packed = (
            (1, grown.base + hit.at, hit.packed) if found is None else (found.times + 1, found.at, found.packed)
        )
        self._found[key] = Finding(
            grown.place,
            rule.broken_by(canary.kind),
            canary.kind,
            canary.owner,
            grown.where,
            at,
            hit.written.encoding,
            packed,
            times,
        )

    def _search_capture(self, path: Path) -> None:
        """Search what the product said: not what the suite told it, nor what our J-LIS answered."""
        octets = path.read_bytes()
        self._captured += len(octets)
        for stream in read_capture(octets, str(path)):
            if stream.peer.target_port in self._asked or stream.peer.source_port in self._ours:
                continue
            self._search(said(Place.CAPTURES, f"{path} {stream.peer}", stream.octets))
            if stream.gaps:
                self._remarks.append(f"{path} {stream.peer}: octets are missing in {stream.gaps} places")
            if stream.octets[:2] == b"\x16\x03":
                self._remarks.append(f"{path} {stream.peer}: TLS; what is encrypted was not searched")


def unsearched(searched: Searched) -> list[Place]:
    """Return the places that nobody named, and the output that could not be heard."""
    return [place for place in (Place.OUTPUT, *NAMED) if place not in searched.octets]


def _rows(path: Path) -> Iterator[Grown]:
    """Yield the rows of a SQLite file as text: a long value lies in pieces over its pages. A copy is read, not it."""
    with path.open("rb") as file:
        if file.read(len(_SQLITE)) != _SQLITE:
            return
    with TemporaryDirectory(prefix="kazashi-rows-") as folder:
        for beside in ("", "-wal"):
            source = path.with_name(path.name + beside)
            if source.exists():
                copyfile(source, Path(folder) / f"copy{beside}")
        with closing(sqlite3.connect(Path(folder) / "copy")) as database:
            try:
                text = "\n".join(database.iterdump())
            except sqlite3.Error as fault:
                raise ConfigurationError(
                    f"--watch database={path}: expected a SQLite file that can be read, actual {fault}"
                ) from fault
    yield said(Place.DATABASE, f"{path} (rows)", text.encode(errors="surrogateescape"))
