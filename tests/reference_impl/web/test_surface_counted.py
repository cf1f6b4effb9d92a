"""The contract's test surface in the service's numbers: each request counts, and a release knows none of its routes."""

from pathlib import Path

import httpx
import pytest

from reference_impl.options import read_arguments, read_settings
from reference_impl.serving import routes_of
from reference_impl.settings import Settings
from reference_impl.surface import SURFACE_ROUTES
from tests.reference_impl.conftest import World
from tests.reference_impl.test_process import started

TOKEN = "0123456789abcdef0123456789abcdef"


def test_requests_of_the_surface_are_counted(tmp_path: Path) -> None:
    """Three hellos, a broken message and a path that is none; whoever has the operator's token may look."""
    file = tmp_path / "token"
    file.write_text(TOKEN)
    arguments = ("--test-surface", "--operator-token", str(file))
    with started(*arguments) as (_, url), httpx.Client(base_url=url, trust_env=False) as client:
        for _ in range(3):
            client.post("/kazashi/v1/hello", json={"contract": "1.0"}).raise_for_status()
        assert client.post("/kazashi/v1/begin", json={}).status_code == 400
        assert client.post("/kazashi/v1/nothing", json={}).status_code == 404
        assert client.get("/metrics").status_code == 401
        lines = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).text.splitlines()
    counted = [line for line in lines if line.startswith("kazashi_requests_total")]
    assert set(counted) == {
        'kazashi_requests_total{route="/kazashi/v1/hello",status="200"} 3',
        'kazashi_requests_total{route="/kazashi/v1/begin",status="400"} 1',
        'kazashi_requests_total{route="-",status="404"} 1',
        'kazashi_requests_total{route="/metrics",status="401"} 1',
    }
    assert 'kazashi_request_seconds_count{route="/kazashi/v1/hello"} 3' in lines


def test_surface_answers_each_of_its_routes_and_a_release_counts_none(world: World) -> None:
    """The routes are those of the surface, whatever is added to it."""
    assert {f"/kazashi/v1/{verb}" for verb in world.surface._verbs} == set(SURFACE_ROUTES)
    assert set(routes_of(Settings(test_surface=True))) - set(routes_of(Settings())) == set(SURFACE_ROUTES)


@pytest.mark.parametrize("content", [None, "short", f"{TOKEN}\n{TOKEN}", "é" * 40])
def test_unusable_token_is_refused(tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    """No file, too short, two lines, not ASCII."""
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit):
        read_settings(read_arguments(["--test-surface", "--operator-token", str(file)]))
    assert "expected" in capsys.readouterr().err
