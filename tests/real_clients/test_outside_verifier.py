"""Somebody with nothing of ours but the anchor: scriptor asks the card, a shell script and openssl judge it."""

import hashlib
import re
import secrets
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)

from cardsim.applications import visual
from cardsim.files import Element, File, SigningKey
from cardsim.folder import save_card
from cardsim.profile import Profile
from harness.jlis import card_issuer
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.pcsc_lane import OUR_READER, PcscLane
from harness.world import World
from tests.real_clients.programs import Bench

SCRIPT = Path(__file__).parent / "verify_tap.sh"
TEXT_SCRIPT = Path(__file__).parent / "verify_text.sh"
BORN = date(1980, 2, 17)
DIGEST_INFO = "3031300D060960864801650304020105000420"
Tapped = Callable[[Profile], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def issuer() -> card_issuer.CardIssuer:
    """The anchor of genuine cards."""
    return card_issuer.CardIssuer(new_key())


@pytest.fixture(scope="module")
def genuine(profile: Profile, issuer: card_issuer.CardIssuer) -> Profile:
    """A card whose municipality the issuer certified, and whose chip the municipality did."""
    return issued_by(issuer, profile)


@pytest.fixture
def tapped(lane: PcscLane, issuer: card_issuer.CardIssuer, tmp_path: Path) -> Iterator[Tapped]:
    """Puts a card into a reader, lets scriptor ask it, and returns what the script says of the answers."""
    anchor = tmp_path / "anchor.pem"
    anchor.write_bytes(issuer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with ExitStack() as stack:

        def tap(profile: Profile) -> subprocess.CompletedProcess[str]:
            bench = Bench(lane, tmp_path / "card", tmp_path / "trace.jsonl")
            save_card(profile, bench.folder)
            bench.insert(OUR_READER)
            stack.callback(bench.remove)
            nonce = secrets.token_bytes(32)
            files = dict(zip(("cvc", "record", "signature"), ask_by_scriptor(bench, tmp_path, nonce), strict=True))
            for name, content in {**files, "nonce": nonce}.items():
                (tmp_path / name).write_bytes(content)
            return judged(tmp_path, anchor)

        yield tap


def judged(folder: Path, anchor: Path) -> subprocess.CompletedProcess[str]:
    """What the script says of the files in a folder; its environment is the system's own."""
    names = [str(folder / name) for name in ("cvc", "record", "nonce", "signature")]
    return subprocess.run(
        [str(SCRIPT), str(anchor), *names],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def ask_by_scriptor(bench: Bench, folder: Path, nonce: bytes) -> tuple[bytes, bytes, bytes]:
    """CVC, birth record and the chip's signature, as Debian's scriptor got them from the card."""
    commands = [
        "00A4040C0AD3921000310001010402",
        "00A4020C020004", "00B0000000", "00B0010000", "00B0020000",
        "00A4020C020011", "0020008006353530323137",
        "00A4020C020001", "00B0000000", "00B0010000", "00B0020000",
        f"802A000033{DIGEST_INFO}{hashlib.sha256(nonce).hexdigest()}00",
    ]  # fmt: skip
    script = folder / "script"
    script.write_text("\n".join(commands) + "\n", encoding="ascii")
    run = bench.run("scriptor", "-r", bench.card.slot, str(script))
    assert run.returncode == 0, run.stderr
    answers = [bytes.fromhex(found) for found in answers_of(run.stdout)]
    assert len(answers) == len(commands), run.stdout
    assert {answer[-2:] for answer in answers} == {b"\x90\x00"}, run.stdout
    data = [answer[:-2] for answer in answers]
    return b"".join(data[2:5]), b"".join(data[8:11]), data[11]


def answers_of(printed: str) -> list[str]:
    """The answers in what scriptor prints: after `< `, over several lines, until the words for the status."""
    return [re.sub(r"\s", "", found) for found in re.findall(r"^< ((?:[0-9A-F]{2}\s+)+)", printed, re.MULTILINE)]


def test_a_genuine_card_is_found_genuine(tapped: Tapped, genuine: Profile) -> None:
    """All three steps, and the birth date of the record."""
    said = tapped(genuine)
    assert (said.returncode, said.stdout, said.stderr) == (0, f"genuine: born {BORN:%Y%m%d}\n", "")


def test_a_card_of_somebody_elses_making_fails_at_the_first_step(tapped: Tapped, profile: Profile) -> None:
    """Everything fits together but for the issuer, which the maker of the card made as well."""
    said = tapped(issued_by(card_issuer.CardIssuer(new_key()), profile))
    assert (said.returncode, said.stdout) == (1, "step 1: the anchor did not sign this CVC\n")


def test_a_record_of_somebody_elses_writing_fails_at_the_second_step(
    tapped: Tapped, genuine: Profile, profile: Profile, issuer: card_issuer.CardIssuer
) -> None:
    """The CVC of one card, the record of another whose municipality that CVC does not name."""
    other = issued_by(issuer, profile)
    cvc = genuine.applications[visual.AID].elements[visual.CVC]
    said = tapped(with_elements(other, cvc))
    assert (said.returncode, said.stdout) == (2, "step 2: the municipality did not sign this record\n")


def test_a_clone_fails_at_the_last_step(tapped: Tapped, genuine: Profile) -> None:
    """Every file of a genuine card, copied bit by bit, on a chip that has another key."""
    der = new_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    chip = genuine.applications[visual.AID].elements[visual.CHIP_KEY]
    assert isinstance(chip, SigningKey)
    said = tapped(with_elements(genuine, msgspec.structs.replace(chip, pkcs8=der)))
    assert (said.returncode, said.stdout) == (3, "step 3: the chip of this record did not sign the nonce\n")


def test_every_file_counts(tapped: Tapped, genuine: Profile, tmp_path: Path) -> None:
    """One bit anywhere in what is signed, or another nonce, and the script says at which step."""
    assert tapped(genuine).returncode == 0
    for name, offset, step in (
        ("cvc", 100, 1), ("cvc", 500, 1), ("record", 10, 2), ("record", 100, 2), ("record", 400, 2),
        ("signature", 7, 3), ("nonce", 0, 3),
    ):  # fmt: skip
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content[:offset] + bytes([content[offset] ^ 1]) + content[offset + 1 :])
        assert judged(tmp_path, tmp_path / "anchor.pem").returncode == step, (name, offset)
        (tmp_path / name).write_bytes(content)
    assert judged(tmp_path, tmp_path / "anchor.pem").returncode == 0


def test_number_and_attributes_of_a_worlds_card(lane: PcscLane, tmp_path: Path) -> None:
    """Read by scriptor through pcscd, judged by openssl under the anchor that the world publishes, and no other."""
    world = World.create(KeyPool(tmp_path / "keys"), seed=7, start=datetime(2026, 12, 1, tzinfo=UTC))
    card = world.issue_card(world.new_resident().id)
    anchors = dict(world.trust().card_issuers)
    world.close()
    bench = Bench(lane, tmp_path / "card", tmp_path / "trace.jsonl")
    save_card(card.profile, bench.folder)
    bench.insert(OUR_READER)
    try:
        files = read_text_by_scriptor(bench, tmp_path)
    finally:
        bench.remove()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    names = [str(tmp_path / name) for name in ("cvc", "integrity", "number", "attributes")]
    said = {}
    for key_id, spki in anchors.items():
        anchor = tmp_path / f"{key_id[:7].decode()}.pem"
        pem = load_der_public_key(spki).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        anchor.write_bytes(pem)
        run = subprocess.run(
            [str(TEXT_SCRIPT), str(anchor), *names],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        said[anchor.stem] = (run.returncode, run.stdout)
    assert said == {
        "6000033": (0, f"signed: number {card.resident.number}\n"),
        "6000023": (1, "step 1: the anchor did not sign this CVC\n"),
    }


def read_text_by_scriptor(bench: Bench, folder: Path) -> dict[str, bytes]:
    """The four files of the 券面事項入力補助AP, block by block, after its PIN."""
    reads = {"cvc": ("84", 3), "integrity": ("83", 2), "number": ("81", 1), "attributes": ("82", 2)}
    commands = ["00A4040C0AD3921000310001010408", "002000910431323334"]
    for sfi, blocks in reads.values():
        commands += [f"00B0{sfi}0000", *(f"00B0{block:02X}0000" for block in range(1, blocks))]
    script = folder / "script"
    script.write_text("\n".join(commands) + "\n", encoding="ascii")
    run = bench.run("scriptor", "-r", bench.card.slot, str(script))
    assert run.returncode == 0, run.stderr
    answers = [bytes.fromhex(found) for found in answers_of(run.stdout)]
    assert {answer[-2:] for answer in answers} == {b"\x90\x00"}, run.stdout
    data = iter(answer[:-2] for answer in answers[2:])
    return {name: b"".join(next(data) for _ in range(blocks)) for name, (_, blocks) in reads.items()}


def issued_by(issuer: card_issuer.CardIssuer, profile: Profile) -> Profile:
    """The card with a chain of its own under this issuer."""
    municipality, chip = new_key(), new_key()
    record = card_issuer.birth_record(BORN, chip.public_key(), municipality)
    elements = profile.applications[visual.AID].elements
    file, cvc, key = elements[visual.BIRTH_RECORD], elements[visual.CVC], elements[visual.CHIP_KEY]
    assert isinstance(file, File)
    assert isinstance(cvc, File)
    assert isinstance(key, SigningKey)
    return with_elements(
        profile,
        msgspec.structs.replace(file, body=record),
        msgspec.structs.replace(cvc, body=issuer.certify(AOI, municipality.public_key())),
        msgspec.structs.replace(key, pkcs8=chip.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
    )


def with_elements(profile: Profile, *elements: Element) -> Profile:
    """The card with other files in its 券面事項確認AP."""
    application = profile.applications[visual.AID]
    replaced = {**application.elements, **{element.fid: element for element in elements}}
    changed = msgspec.structs.replace(application, elements=replaced)
    return msgspec.structs.replace(profile, applications={**profile.applications, visual.AID: changed})


def new_key() -> RSAPrivateKey:
    """A key that nobody has."""
    return generate_private_key(public_exponent=65537, key_size=2048)
