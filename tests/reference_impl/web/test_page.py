"""docs/relying-party.md says what is there: routes, Problems, metrics, the file's keys; its example loads."""

import re
from pathlib import Path

import pytest
import yaml

from reference_impl.release import Release, read_release
from reference_impl.verification.place import Environment
from reference_impl.web.metrics import Family
from reference_impl.web.operations import OPERATIONS
from reference_impl.web.problems import MEANINGS
from reference_impl.web.requests_log import Line
from tests.reference_impl import pki
from tests.reference_impl.web.client import AUDITOR, OPERATOR

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "relying-party.md").read_text(encoding="utf-8")


def test_every_route_is_named_with_who_may_ask() -> None:
    """A row for each operation, and none for another."""
    named = re.findall(r"^\| `(GET|POST) ([^`]+)` \| (\w+) \|", PAGE, re.MULTILINE)
    assert set(named) == {(row.method, row.path, str(row.role)) for row in OPERATIONS}


def test_every_problem_is_named_with_its_status() -> None:
    """A row for each reason, and none for another."""
    named = re.findall(r"^\| `([A-Z_]+)` \| (\d{3}) \|", PAGE, re.MULTILINE)
    assert {(reason, int(status)) for reason, status in named} == {
        (reason.value, meaning.status) for reason, meaning in MEANINGS.items()
    }


def test_every_metric_and_every_field_of_the_log_is_named() -> None:
    """Names of metrics stand in their table, fields of a line in the text."""
    assert set(re.findall(r"^\| `(kazashi_\w+)` \|", PAGE, re.MULTILINE)) == {str(family) for family in Family}
    about = PAGE.partition("## Log")[2].partition("## ")[0]
    assert {name for name in Line.__struct_fields__ if f"`{name}`" not in about} == set()


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example, in a folder that has what it names."""
    found = re.search(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    (tmp_path / "release.yaml").write_text(found[1], encoding="utf-8")
    for name, octets in {
        "auth-ca.cer": pki.der(pki.authority("auth", "auth-ca")),
        "sign-ca.cer": pki.der(pki.authority("sign", "sign-ca")),
        "card-issuer.der": pki.spki("card-issuer"),
    }.items():
        (tmp_path / name).write_bytes(octets)
    (tmp_path / "secrets").mkdir()
    for name, secret in {"counter-1": "secret-1", "operator": OPERATOR, "auditor": AUDITOR}.items():
        (tmp_path / "secrets" / name).write_text(secret, encoding="ascii")
        (tmp_path / "secrets" / name).chmod(0o600)
    return tmp_path / "release.yaml"


def test_example_loads_and_has_every_key(example: Path) -> None:
    """As it stands on the page; a key that is not shown there would be found by nobody."""
    made = read_release(example)
    assert made.configure is not None
    assert [each.id for each in made.configure.services] == ["library"]
    assert dict(made.surroundings) == {"counter-1": (Environment.ATTENDED,)}
    assert set(yaml.safe_load(example.read_text(encoding="utf-8"))) == set(Release.__struct_fields__)
