"""The lane of the session, cards with small certificates made here, and readers to put them into."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from cardsim.folder import save_card
from cardsim.personalise import Holder, IssuedFiles, personalise
from cardsim.placeholder_images import placeholder_images
from cardsim.profile import Profile
from harness.pcsc_lane import OUR_READER, Connection, PcscLane, running_lane
from tests.real_clients.programs import FOREIGN_READER, Bench

BIRTH_DATE = date(1980, 2, 17)
HOLDER = Holder(
    name="試験\u3000太郎",
    address="試験県葵市一丁目１番地",
    birth_date=BIRTH_DATE,
    sex="1",
    number="999900000011",
    expiry=date(2035, 2, 17),
    municipality_code="48201",
    security_code="2285",
)


@pytest.fixture(scope="session")
def lane() -> Iterator[PcscLane]:
    """pcscd with our reader and a foreign one. Where it cannot run every test fails, with the reason."""
    with running_lane((OUR_READER, FOREIGN_READER)) as running:
        yield running


@pytest.fixture(scope="session")
def profile() -> Profile:
    """A card as personalised, PINs 1234 and ABC123; authorities play no part, so each key signs its own certificate."""
    auth, sign, chip = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3))
    issued = IssuedFiles(
        auth_certificate=_certificate(auth, "auth"),
        auth_ca_certificate=_certificate(chip, "auth ca"),
        sign_certificate=_certificate(sign, "sign"),
        sign_ca_certificate=_certificate(chip, "sign ca"),
        auth_key=auth,
        sign_key=sign,
        chip_key=chip,
        birth_record=bytes.fromhex("FF1082021E") + bytes(0x21E),
        cvc=bytes.fromhex("7F21820233") + bytes(563),
        text_cvc=bytes.fromhex("7F21820233") + bytes(563),
        sign_record=lambda digest_info: chip.sign(digest_info, PKCS1v15(), NoDigestInfo()),
        images=placeholder_images,
    )
    return personalise(HOLDER, issued, serial="1234567890123456")


@pytest.fixture
def bench(lane: PcscLane, profile: Profile, tmp_path: Path) -> Iterator[Bench]:
    """A fresh card in our reader, with its folder and trace; taken out at the end."""
    bench = Bench(lane, tmp_path / "card", tmp_path / "trace.jsonl")
    save_card(profile, bench.folder)
    bench.insert(OUR_READER)
    yield bench
    bench.remove()


@pytest.fixture(scope="module")
def shared_bench(lane: PcscLane, profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A card in our reader for all tests of a module: pcscd takes 0.4 s to notice one, and as long to miss it."""
    folder = tmp_path_factory.mktemp("shared")
    bench = Bench(lane, folder / "card", folder / "trace.jsonl")
    save_card(profile, bench.folder)
    bench.insert(OUR_READER)
    yield bench
    bench.remove()


@pytest.fixture
def foreign_bench(lane: PcscLane, profile: Profile, tmp_path: Path) -> Iterator[Bench]:
    """The same card in a reader whose name is not ours."""
    bench = Bench(lane, tmp_path / "foreign", tmp_path / "foreign.jsonl")
    save_card(profile, bench.folder)
    bench.insert(FOREIGN_READER)
    yield bench
    bench.remove()


@pytest.fixture
def pcsc_card(lane: PcscLane, tmp_path: Path) -> Iterator[Callable[[Profile], Connection]]:
    """Puts a card into our reader and returns a pyscard connection to it; another call takes the one before out."""
    with ExitStack() as stack:

        def insert(profile: Profile) -> Connection:
            stack.close()
            folder = tmp_path / f"pcsc-{profile.serial}"
            if not folder.exists():  # a card seen before comes back with the tries it had
                save_card(profile, folder)
            stack.callback(lane.insert(folder).remove)
            return stack.enter_context(lane.connected())

        yield insert


def _certificate(key: rsa.RSAPrivateKey, name: str) -> bytes:
    """A self-signed certificate as DER."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)
