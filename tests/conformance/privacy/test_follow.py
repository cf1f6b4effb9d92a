"""Files followed from the run's beginning: what came, and nothing else; and what `--watch` refuses."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from conformance.privacy.canary import Canary, Kind
from conformance.privacy.follow import Followed
from conformance.privacy.oracle import Oracle, unsearched
from conformance.privacy.place import Place
from conformance.privacy.watch import Watch, parse_watches
from harness.errors import ConfigurationError

NAME = "標本　樺椎楢楓柊"
CANARY = Canary(Kind.NAME, "a/case", NAME)


def oracle_of(*watches: Watch) -> Oracle:
    """One that looks for a name."""
    oracle = Oracle(watches)
    oracle.plant([CANARY])
    return oracle


def read(followed: Followed) -> bytes:
    """What came, together."""
    return b"".join(grown.source.read(grown.begin, grown.end - grown.begin) for grown in followed.look())


def test_only_what_was_appended_is_read(tmp_path: Path) -> None:
    """What stood there before the run is not the run's."""
    log = tmp_path / "app.log"
    log.write_text(f"before {NAME}\n", encoding="utf-8")
    followed = Followed([Watch(Place.LOGS, str(log))])
    assert read(followed) == b""
    with log.open("ab") as more:
        more.write(b"first\n")
        more.flush()
        assert read(followed) == b"first\n"
        more.write(b"second\n")
    assert read(followed) == b"second\n"
    assert read(followed) == b""
    assert followed.octets[Place.LOGS] == 13


def test_rotated_log_goes_on_where_it_was_and_the_new_one_begins(tmp_path: Path) -> None:
    """Renamed, and another of its name; copied and cut; packed."""
    log = tmp_path / "app.log"
    log.write_bytes(b"old\n")
    followed = Followed([Watch(Place.LOGS, str(log))])
    with log.open("ab") as more:
        more.write(b"before the turn\n")
    log.rename(tmp_path / "app.log.1")
    log.write_bytes(b"after\n")
    assert read(followed) == b"after\nbefore the turn\n"
    log.write_bytes(b"cut\n")
    assert read(followed) == b"cut\n"
    log.write_bytes(b"other and longer\n")
    assert read(followed) == b"other and longer\n"


def test_packed_log_is_searched(tmp_path: Path) -> None:
    """Rotated and packed between two looks."""
    log = tmp_path / "app.log"
    log.touch()
    oracle = oracle_of(Watch(Place.LOGS, str(log)))
    (tmp_path / "app.log.1.gz").write_bytes(gzip.compress(f"x {NAME}\n".encode() * 4))
    (finding,) = oracle.finish().findings
    assert (finding.place, finding.packed, finding.where) == (Place.LOGS, ("gzip at 0",), f"{log}.1.gz")


def test_value_that_comes_in_two_looks_is_found(tmp_path: Path) -> None:
    """The half that was read already is read again."""
    log = tmp_path / "app.log"
    log.touch()
    oracle = oracle_of(Watch(Place.LOGS, str(log)))
    whole = NAME.encode()
    for part in (b"....", whole[:9], whole[9:]):
        with log.open("ab") as more:
            more.write(part)
        oracle.look()
    (finding,) = oracle.finish().findings
    assert (finding.at, finding.encoding) == (4, "UTF-8")


def test_changed_blocks_of_a_database_are_read(tmp_path: Path) -> None:
    """In place, in the middle; the rest of the file is not read again."""
    place = tmp_path / "party.db"
    place.write_bytes(bytes(40 * 4096))
    followed = Followed([Watch(Place.DATABASE, str(place))])
    with place.open("r+b") as file:
        file.seek(20 * 4096 + 17)
        file.write(NAME.encode())
    (grown,) = list(followed.look())
    assert (grown.begin, grown.end) == (20 * 4096, 21 * 4096)


def test_sqlite_is_searched_with_its_journal_and_its_rows(tmp_path: Path) -> None:
    """What is in the write-ahead log only; and a value that lies in pieces over pages is found as a row."""
    place = tmp_path / "party.db"
    with closing(sqlite3.connect(place)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE a (b TEXT)")
        database.commit()
        oracle = oracle_of(Watch(Place.DATABASE, str(place)))
        for length in range(4000, 4120):
            database.execute("INSERT INTO a VALUES (?)", ("x" * length + NAME,))
        database.commit()
        found = {finding.where for finding in oracle.finish().findings}
    assert f"{place}-wal" in found
    assert f"{place} (rows)" in found


def test_folder_and_pattern_are_watched(tmp_path: Path) -> None:
    """Files that come later, at any depth; a pattern takes what fits it."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "traces").mkdir()
    oracle = oracle_of(
        Watch(Place.LOGS, str(tmp_path / "logs")), Watch(Place.TRACES, str(tmp_path / "traces" / "*.txt"))
    )
    (tmp_path / "logs" / "deep").mkdir()
    (tmp_path / "logs" / "deep" / "a.log").write_text(NAME, encoding="cp932")
    (tmp_path / "traces" / "a.txt").write_text(NAME, encoding="utf-16")
    (tmp_path / "traces" / "a.bin").write_text(NAME, encoding="utf-8")
    assert {(each.place, each.encoding) for each in oracle.finish().findings} == {
        (Place.LOGS, "Shift_JIS"),
        (Place.TRACES, "UTF-16LE"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "logs",
        "logs=",
        "answers=/tmp",
        "logs=/nowhere/app.log",
        "logs=/nowhere/*.log",
        "captures=/nowhere.pcap",
        "x=/tmp",
    ],
)
def test_what_is_not_there_is_a_fault_of_configuration(text: str) -> None:
    """Not silence: nothing would be searched, and nothing found."""
    with pytest.raises(ConfigurationError, match="--watch"):
        parse_watches([text])


def test_several_paths_are_named_at_once(tmp_path: Path) -> None:
    """With commas between."""
    for name in ("a.log", "b.log"):
        (tmp_path / name).touch()
    watches = parse_watches([f"logs={tmp_path / 'a.log'},{tmp_path / 'b.log'}"])
    assert [watch.path for watch in watches] == [str(tmp_path / "a.log"), str(tmp_path / "b.log")]


def test_places_that_nobody_named_are_said(tmp_path: Path) -> None:
    """Nothing watched is nothing searched."""
    (tmp_path / "a.log").touch()
    searched = oracle_of(Watch(Place.LOGS, str(tmp_path / "a.log"))).finish()
    assert unsearched(searched) == [Place.OUTPUT, Place.DATABASE, Place.TRACES, Place.CAPTURES]
