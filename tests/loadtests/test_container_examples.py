"""The examples for many containers, where none runs: their syntax, and the command lines in them.

Neither was run: there is no engine and no cluster here, and docs/load.md says so.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from typer.testing import CliRunner

from loadtests.commands import app
from tests.loadtests.kubernetes import Job, NetworkPolicy, Object, PersistentVolumeClaim, Service

FOLDER = Path(__file__).resolve().parents[2] / "containers" / "load"
COMPOSE, KUBERNETES = FOLDER / "compose.yaml", FOLDER / "kubernetes.yaml"


def objects(text: str) -> list[Object]:
    """The documents of a file as the objects they are."""
    return [msgspec.convert(each, Object) for each in yaml.safe_load_all(text)]


def compose() -> dict[str, Any]:
    """The compose file."""
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return read


def load_commands() -> list[list[str]]:
    """Every `kazashi load …` of both examples, its variables at their defaults."""
    words = [service["command"] for service in compose()["services"].values() if "command" in service]
    for each in objects(KUBERNETES.read_text(encoding="utf-8")):
        if isinstance(each, Job):
            words += [container.args for container in each.spec.template.spec.containers]
    said = " && ".join(" ".join(each) for each in words)
    whole = re.sub(r"\$\{\w+:-(\w+)\}", r"\1", said)
    return [shlex.split(each.partition("kazashi ")[2]) for each in whole.split(" && ")]


def test_compose_file_is_one(tmp_path: Path) -> None:
    """By the schema of the Compose Specification, as check-jsonschema brings it."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(COMPOSE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = tmp_path / "compose.yaml"
    broken.write_text(COMPOSE.read_text(encoding="utf-8").replace("    networks:", "    network:"), encoding="utf-8")
    assert subprocess.run([*command, str(broken)], capture_output=True, check=False).returncode == 1


def test_compose_services_fit_together() -> None:
    """What a service depends on, shares or mounts is there; no port of it is published."""
    read = compose()
    services = read["services"]
    for service in services.values():
        assert set(service.get("depends_on", [])) <= set(services)
        assert {mount.partition(":")[0] for mount in service.get("volumes", [])} <= set(read["volumes"])
        assert set(service.get("networks", [])) <= set(read["networks"])
        assert "ports" not in service
    assert services["product"]["network_mode"] == "service:master"
    assert read["networks"]["load"] == {"internal": True}


def test_kubernetes_objects_are_such() -> None:
    """Every field of every object is known, and what they name is there."""
    found = objects(KUBERNETES.read_text(encoding="utf-8"))
    assert [type(each) for each in found] == [PersistentVolumeClaim, Service, NetworkPolicy, Job, Job]
    jobs = [each for each in found if isinstance(each, Job)]
    labels = [job.spec.template.metadata.labels for job in jobs]
    for each in found:
        if isinstance(each, Service):
            assert each.spec.selector in labels
        if isinstance(each, NetworkPolicy):
            assert each.spec.pod_selector.match_labels in labels
            assert all(peer.pod_selector.match_labels in labels for rule in each.spec.ingress for peer in rule.from_)
    claims = {each.metadata.name for each in found if isinstance(each, PersistentVolumeClaim)}
    for job in jobs:
        pod = job.spec.template.spec
        volumes = {volume.name for volume in pod.volumes}
        assert {volume.persistent_volume_claim.claim_name for volume in pod.volumes} <= claims
        mounted = {
            mount.name for container in (*pod.init_containers, *pod.containers) for mount in container.volume_mounts
        }
        assert mounted <= volumes
    master, workers = jobs
    said = master.spec.template.spec.containers[0].args[0]
    wanted = next(word for word in said.split() if word.startswith("--workers="))
    assert int(wanted.partition("=")[2]) == workers.spec.parallelism == workers.spec.completions


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("backoffLimit: 0", "backoffLimits: 0"),
        ("kind: Service\n", "kind: Servise\n"),
        ("apiVersion: batch/v1", "apiVersion: v1"),
        ("containerPort: 5557", "containerPort: 70000"),
        ("runAsNonRoot: true", "runAsNonRoot: false"),
        ("name: load-people}\nspec", "name: Load_People}\nspec"),
    ],
)
def test_what_kubernetes_would_refuse_is_refused(old: str, new: str) -> None:
    """The check above can fail: a field, a kind, a version, a port, a name that is none."""
    text = KUBERNETES.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(msgspec.ValidationError):
        objects(text.replace(old, new, 1))


def test_examples_say_what_the_command_line_knows() -> None:
    """Every option of every command in them exists."""
    commands = load_commands()
    assert sorted(command[1] for command in commands) == ["population", "population", "run", "run", "worker", "worker"]
    for command in commands:
        assert command[0] == "load"
        # the first that is not known is named, so none before this one is unknown
        wrong = CliRunner().invoke(app, [*command[1:], "--no-such-option"])
        assert "No such option: --no-such-option" in wrong.output
