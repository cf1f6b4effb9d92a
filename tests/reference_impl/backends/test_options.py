"""The operator's file: whole or not at all, and nothing that would carry a certificate in the clear."""

from pathlib import Path

import pytest

from reference_impl.app import main
from reference_impl.assembly import assembled
from reference_impl.backends.opening import DirectBackEnds, PlatformBackEnds, open_backend
from reference_impl.backends.options import Holders, OptionsRefused, load_options, read_options
from reference_impl.backends.sealed import KeyUnusable
from reference_impl.configuration import Configuration
from reference_impl.messages import Configure, StatusAddress
from reference_impl.settings import CannotBegin, Settings
from reference_impl.status_methods import StatusSources
from reference_impl.verification import Policy, Trust
from reference_impl.verification.ocsp_settings import Question
from reference_impl.verification.purpose import CertificateKind
from tests.reference_impl.backends.delegating import write_keys

ADDRESS = "https://pf.test/base/"
FILE = f"""role: service-provider
back_end: platform
platform: {{id: pf-1, address: "{ADDRESS}", client: sp-1, key: sp-1.pem, answers: pf-1.pub.pem}}
"""


@pytest.mark.parametrize(
    "address",
    [
        "http://pf.test/",
        "http://10.0.0.1/",
        "http://localhost/",
        "ftp://127.0.0.1/",
        "https://",
        "pf.test",
        "https://a:0/",
    ],
)
def test_channel_in_the_clear_is_refused(address: str) -> None:
    """Not even to a name that usually means this machine: who answers to it is decided elsewhere."""
    with pytest.raises(OptionsRefused, match="https URL, or http on a loopback address"):
        read_options(FILE.replace(ADDRESS, address))
    for good in ("http://127.0.0.1:8080/", "http://[::1]:8080", "https://pf.test"):
        read_options(FILE.replace(ADDRESS, good))


@pytest.mark.parametrize(
    "text",
    [
        "back_end: platform",
        FILE.replace("back_end: platform\n", ""),
        "role: nobody",
        "unknown: 1",
        "keep: {audit: forever}",
        FILE.replace("client: sp-1, ", ""),
        FILE.replace("client: sp-1", "client: SP 1"),
        FILE.replace("client: sp-1", "client: sp-1, timeout: 0"),
        "role: municipality\nrole: municipality",
        "[",
    ],
)
def test_file_that_cannot_be_taken_is_refused(text: str) -> None:
    """By its name and what is wrong; nothing of it is taken."""
    with pytest.raises(OptionsRefused, match=r"^backend\.yaml"):
        read_options(text, "backend.yaml")


def test_holders_are_named_as_the_role_may() -> None:
    """By serial where that may be kept, by PPID where not, and by PPID where the operator wants it so."""
    assert read_options("{}").holders is Holders.SERIAL
    assert read_options(FILE).holders is Holders.PPID
    assert read_options("holders: ppid").holders is Holders.PPID


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """Keys lie beside it; one that is missing is named when the back end is opened."""
    path = tmp_path / "backend.yaml"
    path.write_text(FILE)
    with pytest.raises(KeyUnusable, match=r"sp-1\.pem"):
        open_backend(load_options(path), StatusSources(unreachable))
    write_keys(tmp_path, "sp-1", "pf-1")
    opened = open_backend(load_options(path), StatusSources(unreachable))
    assert isinstance(opened, PlatformBackEnds)
    opened.make(Configuration(Trust()), Policy())
    opened.forget()
    opened.close()
    with pytest.raises(OptionsRefused, match=r"none\.yaml"):
        load_options(tmp_path / "none.yaml")


def test_process_that_may_not_begin_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--back-end`: an uncertified one with J-LIS itself, and files that are none: 2 and one line, nothing listens."""
    path = tmp_path / "backend.yaml"
    for text, said in (
        ("role: service-provider\n", "機構に直接照会できません"),
        ("role: service-provider\n", "art. 17(1), 17(5), 36(1)"),
        (f"{FILE}jlis: {{auth: 'http://ocsp.test/'}}\n", "remove jlis"),
        ("role: nobody\n", "backend.yaml"),
        (FILE, "sp-1.pem"),
    ):
        path.write_text(text)
        assert main(["--back-end", str(path)]) == 2
        printed = capsys.readouterr()
        assert (said in printed.err, printed.out) == (True, "")


def test_process_is_put_together_with_its_back_end(tmp_path: Path) -> None:
    """A service provider's relying party has the platform's back end; without a file it is the direct one."""
    path = tmp_path / "backend.yaml"
    path.write_text(FILE)
    write_keys(tmp_path, "sp-1", "pf-1")
    for file, kind in ((path, PlatformBackEnds), (None, DirectBackEnds)):
        with assembled(Settings(back_end=file)) as party:
            assert type(party._back_ends) is kind


def test_service_provider_with_the_linking_service_of_jlis_may_not_begin(tmp_path: Path) -> None:
    """Corresponding numbers are for verifiers; the town beside it may ask."""
    (tmp_path / "backend.yaml").write_text(FILE)
    (tmp_path / "town.yaml").write_text("role: municipality\n")
    write_keys(tmp_path, "sp-1", "pf-1")
    link = "http://127.0.0.1:9/link/resolve"
    with pytest.raises(CannotBegin, match="紐付けサービスに照会できません"):
        assembled(Settings(back_end=tmp_path / "backend.yaml", link_service=link)).__enter__()
    with assembled(Settings(back_end=tmp_path / "town.yaml", link_service=link)) as party:
        assert party._links is not None


def test_service_provider_with_responders_of_jlis_may_not_begin(tmp_path: Path) -> None:
    """The addresses of a release count as much as those of its back end's file; the town beside it may have them."""
    (tmp_path / "backend.yaml").write_text(FILE)
    (tmp_path / "town.yaml").write_text("role: municipality\n")
    write_keys(tmp_path, "sp-1", "pf-1")
    asked = Configure([], [], [StatusAddress(CertificateKind.AUTH, "http://ocsp.test/", "")], [], [])
    with pytest.raises(CannotBegin, match="remove status"):
        assembled(Settings(back_end=tmp_path / "backend.yaml", configure=asked)).__enter__()
    with assembled(Settings(back_end=tmp_path / "town.yaml", configure=asked)) as party:
        assert set(party.configuration.responders) == {CertificateKind.AUTH}


def unreachable(question: Question) -> bytes:
    """Nobody is asked here."""
    raise AssertionError(question)
