"""Each door against its own description, by schemathesis: right and wrong data in all shapes, chains of calls.

It is a program of its own here (`python -m schemathesis.cli`), so that it knows of us what the descriptions say and
nothing else. Its checks: no 5xx, no status, type or schema that is not described, wrong data refused, right data taken,
nobody in without the token, other methods refused with every method in Allow.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import msgspec
import pytest

from harness.doors.control_operations import OPERATIONS
from harness.doors.jlis_services import SERVICES
from tests.hostile.conftest import NOW, PROOF, TOKEN, Doors

HERE = Path(__file__).parent
SEED = 20261121
SECONDS = 280
"""A run takes about 15 s on an idle machine."""
ARCHIVE = "/crl/{kind}/{medium}/archive.tar"
"""Signs 1,900 lists when first asked for: the tests of archives do, once."""


def run(doors: Doors, folder: Path, url: str, *options: str) -> str:
    """Return what schemathesis said of a description when all was well; what it found otherwise fails the test."""
    known = [doors.card.resident.id, f"{doors.card.auth_serial:x}", f"{doors.card.sign_serial:x}", "Kazashi-1"]
    settings = (HERE / "schemathesis.toml").read_text(encoding="utf-8")
    (folder / "schemathesis.toml").write_text(f"{settings}\n[dictionaries.known]\nvalues = {known}\n", encoding="utf-8")
    hooks = {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(HERE), "NO_PROXY": "127.0.0.1"}
    # what the machine says to its own hypothesis and pytest is not said to this one
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HYPOTHESIS", "PYTEST"))}
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", url]
    done = subprocess.run(
        [*command, "--seed", str(SEED), "--no-color", "--warnings", "off", *options],
        cwd=folder,
        env={**environment, **hooks},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def passed(said: str) -> int:
    """Return how many cases passed; every one that was made did."""
    counted = re.search(r"(\d+) generated, (\d+) passed", said)
    assert counted is not None, said
    assert counted[1] == counted[2], said
    return int(counted[1])


def test_the_control_door_is_as_it_says(doors: Doors, tmp_path: Path) -> None:
    """Every operation, a thousand cases and more; what was refused is journalled, and the world answers as before."""
    url, mark = f"{doors.control.url}/v1/openapi.json", doors.world.journal.mark()
    said = run(doors, tmp_path, url, "-n", "6", "-H", f"Authorization: Bearer {TOKEN}")
    assert f"{len(OPERATIONS)} selected / {len(OPERATIONS)} total" in said
    assert passed(said) > 1000
    refused = [http for door, http in doors.told(mark) if door == "control"]
    assert {400, 401, 404, 405, 409} <= set(refused)
    assert max(refused) < 500
    doors.answer_rightly()


def test_the_fake_jlis_is_as_it_says(doors: Doors, tmp_path: Path) -> None:
    """Every operation but the archive: each case is a line of the journal, and the world answers as before."""
    mark = doors.world.journal.mark()
    said = run(doors, tmp_path, f"{doors.jlis.url}/openapi.json", "-n", "10", "--exclude-path", ARCHIVE)
    operations = len(SERVICES) + 7
    assert f"{operations - 1} selected / {operations} total" in said
    told = doors.told(mark)
    assert len(told) >= passed(said) > 400
    assert {http for _, http in told} <= {200, 304, 400, 404, 405, 409, 413, 414, 431}
    doors.answer_rightly()


def test_the_description_closes_what_is_closed(doors: Doors) -> None:
    """Kinds, media, states and purposes are enumerations, and every message refuses fields it does not name."""
    mark = doors.world.journal.mark()
    described = httpx.get(f"{doors.jlis.url}/openapi.json", trust_env=False).json()
    schemas = described["components"]["schemas"]
    for name in ("Kind", "Medium", "CheckPurpose", "RecordStatus", "FeeService", "FeePurpose", "News", "LinkStatus"):
        assert schemas[name]["enum"], name
    assert all(schema["additionalProperties"] is False for schema in schemas.values() if "properties" in schema)
    assert doors.told(mark) == [("description", 200)]


@pytest.mark.parametrize(
    ("query", "http"),
    [
        ("kind=auth&medium=card&municipality=48201", 200),
        ("kind=login", 400),
        ("medium=stone", 400),
        ("generation=0", 400),
        ("generation=1e99", 400),
        ("colour=red", 400),
        ("kind=auth&kind=stone", 400),
        ("municipality=%00", 200),
        ("municipality=%ff%fe", 200),
        ("&".join(f"a{number}" for number in range(3000)), 414),
    ],
)
def test_the_index_refuses_what_it_does_not_know(doors: Doors, query: str, http: int) -> None:
    """An unknown word would have been an empty index, and looked like an answer."""
    mark = doors.world.journal.mark()
    answer = httpx.get(f"{doors.jlis.url}/crl/index.json?{query}", trust_env=False)
    assert answer.status_code == http, answer.text
    if http != 200:
        assert set(answer.json()["error"]) == {"what", "where", "expected", "actual"}
    assert [code for _, code in doors.told(mark)] == [http]


def test_a_card_of_a_time_to_come_is_refused(doors: Doors) -> None:
    """Found by schemathesis: the clock set back behind the card's making was 500; it is 409."""
    address = f"{doors.control.url}/v1/residents/{doors.card.resident.id}/card"
    clock = f"{doors.control.url}/v1/clock"
    with httpx.Client(headers=PROOF, trust_env=False) as client:
        assert client.get(address).status_code == 200
        client.put(clock, json={"instant": "2026-11-01T00:00:00Z"}).raise_for_status()
        refused = client.get(address)
        assert (refused.status_code, "set back" in refused.json()["error"]["actual"]) == (409, True)
        client.put(clock, content=msgspec.json.encode({"instant": NOW})).raise_for_status()
        assert client.get(address).status_code == 200


def test_every_method_of_an_address_is_allowed_by_name(doors: Doors) -> None:
    """Found by schemathesis: Allow named the methods of the first route alone (RFC 9110 §10.2.1)."""
    answer = httpx.request("TRACE", f"{doors.control.url}/v1/jlis/faults", headers=PROOF, trust_env=False)
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, HEAD, POST")
