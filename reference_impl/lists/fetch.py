"""Fetching lists over HTTP: those of the index that have changed, from where the operator says, bounded in all.

(1) the index, which says where each list is  (2) where many are wanting or a day old, all of them as an archive
(3) each other list, asked for with the tag of the one that is used
(4) what comes is examined before anything is kept  (5) all that is good takes its place at once

A certificate's point is a name without an address (spec/pki.md §2), and no address in a certificate or a list is asked:
the index is at a configured address, lists are below it, and redirections are not followed. The path of a list has the
SHA-256 of its point's name, so a list of another point at that path is told from the right one.
"""

import asyncio
import hashlib
import re
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Final
from urllib.parse import urljoin

import httpx
import msgspec

from reference_impl.bounded_body import read_bounded
from reference_impl.http_freshness import fresh_for
from reference_impl.lists.archive import ArchiveUnusable, read_archive
from reference_impl.lists.library import ArchiveTaken, Library
from reference_impl.lists.schedule import fresh_until, is_due
from reference_impl.lists.volume_file import Fetched
from reference_impl.verification.lists.acceptance import Expected, examine
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import Trust
from reference_impl.verification.verdict import Refusal

_PATH: Final = re.compile(r"/crl/[a-z]{1,16}/[a-z]{1,16}/([0-9a-f]{64})(?:-g[0-9]{1,4})?\.crl")
_HEADERS: Final = {"Accept": "application/pkix-crl", "Accept-Encoding": "identity"}  # what is not packed cannot grow
_LONGEST_ETAG: Final = 256


class Source(msgspec.Struct, frozen=True):
    """Where one authority's lists are, and how much is taken from there (the operator's decisions)."""

    kind: CertificateKind
    index: str
    media: frozenset[str] = frozenset({"card", "phone"})
    request_seconds: float = 30.0
    """For one list, headers and body."""
    total_seconds: float = 600.0
    """For all of them."""
    connections: int = 8
    most_lists: int = 20_000
    longest_index: int = 32 << 20
    longest_list: int = 512 << 20
    longest_together: int = 1 << 30
    archive_from: int = 64
    """So many lists of a medium that are wanting, or due, are fetched as one archive first; 0: never."""


class Unreachable(Exception):
    """Something could not be fetched: what, expected and found."""


class Report(msgspec.Struct, frozen=True):
    """What became of each list of a source, by its path."""

    taken: list[str] = []
    unchanged: list[str] = []
    refused: dict[str, Refusal] = {}
    unreachable: dict[str, str] = {}
    fresh_until: datetime | None = None
    """The earliest instant that the carrier of an answer gave for asking again."""


class _Row(msgspec.Struct, frozen=True):
    kind: str
    medium: str
    path: str


class _Index(msgspec.Struct, frozen=True):
    lists: list[_Row]


def fetch(source: Source, trust: Trust, library: Library, now: datetime) -> Report:
    """Fetches what has changed and puts what is good in the library; says what became of the rest."""
    work = _Round(source, trust, library, now)
    asyncio.run(work.run())
    return work.publish()


class _Round:
    """One fetch: what it asks for, and what has come so far."""

    def __init__(self, source: Source, trust: Trust, library: Library, now: datetime) -> None:
        self._source, self._library, self._now = source, library, now
        self._authorities = trust.generations(source.kind)
        self._known = {held.listed.where: held.listed for held in library.shelf.lists()}
        self._fetched: list[Fetched] = []
        self._refusals: dict[bytes, Refusal] = {}
        self._octets = 0
        self._archives: dict[str, ArchiveTaken] = {}
        self._report = Report([], [], {}, {})
        self._fresh: list[timedelta | None] = []

    async def run(self) -> None:
        """Asks for the index, and then for every list in it, some at a time."""
        source = self._source
        limits = httpx.Limits(max_connections=source.connections, max_keepalive_connections=source.connections)
        async with httpx.AsyncClient(
            headers=_HEADERS, timeout=source.request_seconds, trust_env=False, follow_redirects=False, limits=limits
        ) as client:
            try:
                paths = await self._read_index(client)
            except Unreachable as error:
                self._report.unreachable[source.index] = str(error)
                return
            try:
                async with asyncio.timeout(source.total_seconds), asyncio.TaskGroup() as group:
                    waiting = await self._fetch_archives(client, paths)
                    for _ in range(source.connections):
                        group.create_task(self._work(client, waiting))
            except TimeoutError:
                late = f"expected all lists within {source.total_seconds} s, found no time for this one"
                done = {*self._report.taken, *self._report.unchanged, *self._report.refused}
                for path in paths:
                    if path not in done:
                        self._report.unreachable.setdefault(path, late)

    async def _read_index(self, client: httpx.AsyncClient) -> list[str]:
        """The paths of this source's lists. What is no path of a list is none of ours to ask for."""
        source = self._source
        answer = await self._get(client, source.index, {}, source.longest_index)
        try:
            rows = msgspec.json.decode(answer.content, type=_Index).lists
        except msgspec.DecodeError as error:
            raise Unreachable(f"{source.index}: expected an index of lists, found {error}") from error
        wanted = [row.path for row in rows if row.kind == source.kind and row.medium in source.media]
        if len(wanted) > source.most_lists:
            raise Unreachable(f"{source.index}: expected at most {source.most_lists} lists, found {len(wanted)}")
        return [path for path in wanted if _PATH.fullmatch(path)]

    async def _fetch_archives(self, client: httpx.AsyncClient, paths: list[str]) -> list[str]:
        """Fetches archives of the media of which many lists are due; which paths are still to be asked for.

        An archive that cannot be had, or a list in it that is not believed, is asked for one by one: nothing is lost.
        """
        wanted = set(paths)
        for medium in sorted(self._source.media):
            folder = f"/crl/{self._source.kind}/{medium}/"
            left = {path for path in wanted if path.startswith(folder)}
            if 0 < self._source.archive_from <= sum(map(self._is_due, left)):
                wanted -= left
                address = urljoin(self._source.index, f"{folder}archive.tar")
                try:
                    await self._fetch_archive(client, address, left)
                except (Unreachable, ArchiveUnusable) as error:
                    self._report.unreachable[address] = str(error)
                wanted |= left
        return [path for path in reversed(paths) if path in wanted]

    def _is_due(self, path: str) -> bool:
        known = self._known.get(path)
        return known is None or is_due(known.this_update, self._now)

    async def _fetch_archive(self, client: httpx.AsyncClient, address: str, left: set[str]) -> None:
        """Examines each list of an archive that is left to be had; what is taken, or used already, is not left.

        The tag of a list is its SHA-256 where J-LIS makes tags as the fake one does (assumed). A server that makes
        others answers the next question with the whole list, once.
        """
        room = self._source.longest_together - self._octets
        last = self._library.archives.get(address, ArchiveTaken())
        answer = await self._get(client, address, {"If-None-Match": last.tag} if last.tag else {}, room)
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            here = left & last.paths & self._known.keys()
            self._report.unchanged.extend(sorted(here))
            left.difference_update(here)
            return
        before = frozenset(left)
        for path, data in read_archive(answer.content, self._source.most_lists, self._source.longest_list):
            if path not in left:
                continue
            known, tag = self._known.get(path), f'"{hashlib.sha256(data).hexdigest()}"'
            if known is not None and known.etag == tag:
                self._report.unchanged.append(path)
                left.remove(path)
            elif self._take(path, data, tag):
                left.remove(path)
        self._archives[address] = ArchiveTaken(_etag_of(answer), before - left)

    async def _work(self, client: httpx.AsyncClient, waiting: list[str]) -> None:
        while waiting:
            path = waiting.pop()
            try:
                await self._fetch_one(client, path)
            except Unreachable as error:
                self._report.unreachable[path] = str(error)

    async def _fetch_one(self, client: httpx.AsyncClient, path: str) -> None:
        """Asks for one list unless it is the one that is used already, and examines what comes."""
        known = self._known.get(path)
        conditions = {}
        if known is not None:
            conditions["If-Modified-Since"] = format_datetime(known.this_update, usegmt=True)
            if known.etag:
                conditions["If-None-Match"] = known.etag
        room = min(self._source.longest_list, self._source.longest_together - self._octets)
        answer = await self._get(client, urljoin(self._source.index, path), conditions, room)
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            self._report.unchanged.append(path)
            return
        self._take(path, answer.content, _etag_of(answer))

    def _take(self, path: str, data: bytes, etag: str) -> bool:
        """Whether the list that came for a path may be used; it is kept then, and the refusal otherwise."""
        try:
            listed = examine(data, (0, len(data)), Expected(self._authorities, _digest_in(path)), self._now)
        except Refusal as refusal:
            self._refuse(path, refusal)
            return False
        self._octets += len(data)
        listed = msgspec.structs.replace(listed, where=path, etag=etag)
        self._fetched.append(Fetched(listed, data))
        self._report.refused.pop(path, None)  # as it came in an archive
        self._refusals.pop(_digest_in(path), None)
        return True

    def _refuse(self, path: str, refusal: Refusal) -> None:
        kept = Refusal(refusal.reason, refusal.finding)  # without what it was raised from, which has the list
        self._report.refused[path] = self._refusals[_digest_in(path)] = kept

    async def _get(
        self, client: httpx.AsyncClient, url: str, conditions: dict[str, str], longest: int
    ) -> httpx.Response:
        """An answer of 200, or of 304 where there were conditions, with its whole body."""
        seconds = self._source.request_seconds
        try:
            async with asyncio.timeout(seconds), client.stream("GET", url, headers=conditions) as answer:
                if answer.status_code == httpx.codes.NOT_MODIFIED and conditions:
                    self._fresh.append(fresh_for(answer.headers))
                    return answer
                if answer.status_code != httpx.codes.OK:
                    raise Unreachable(f"{url}: expected HTTP 200, found {answer.status_code}")
                body = await read_bounded(answer, longest)
                if body is None:
                    raise Unreachable(f"{url}: expected at most {longest} octets, found more")
                self._fresh.append(fresh_for(answer.headers))
                return httpx.Response(
                    answer.status_code, headers={"etag": answer.headers.get("etag", "")}, content=body
                )
        except TimeoutError as error:
            raise Unreachable(f"{url}: expected an answer within {seconds} s, found none") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{url}: expected an answer, found {type(error).__name__}") from error

    def publish(self) -> Report:
        """Puts what has come in the library."""
        published = self._library.publish(self._fetched, self._refusals)
        for number, each in enumerate(self._fetched):
            if number in published.refused:
                self._refuse(each.listed.where, published.refused[number])
            else:
                self._report.taken.append(each.listed.where)
        for address, archive in self._archives.items():
            self._library.archives[address] = ArchiveTaken(archive.tag, archive.paths - self._report.refused.keys())
        return msgspec.structs.replace(self._report, fresh_until=fresh_until(self._now, self._fresh))


def _etag_of(answer: httpx.Response) -> str:
    """The tag to ask with the next time; none where it is too long to be one."""
    tag: str = answer.headers.get("etag", "")
    return tag if len(tag) <= _LONGEST_ETAG else ""


def _digest_in(path: str) -> bytes:
    """The SHA-256 of the point's name, which is in the path."""
    found = _PATH.fullmatch(path)
    return bytes.fromhex(found[1]) if found else b""
