"""`kazashi card face`: what is printed is read from the card's files, and the pictures are written."""

from datetime import date
from pathlib import Path

import pytest

from cardsim.faces.printed import Change
from cardsim.files import Application, Element, File, build_application
from cardsim.folder import save_card
from cardsim.pins import Pin, PinFormat
from cardsim.profile import Profile
from harness import cli
from harness.card_pictures import chip_images_of
from harness.errors import ConfigurationError
from harness.printed_card import TEXT_AID, VISUAL_AID, printed_on
from tests.cardsim.conftest import HOLDER

NAME, ADDRESS = "試験　太郎".encode(), "試験県葵市一丁目１番地".encode()


def record(tag: str, *objects: tuple[str, bytes]) -> bytes:
    """A record of short objects as spec/card.md §2.2 has it, spelt out, with filler behind it."""
    value = b"".join(bytes.fromhex(inner) + bytes([len(content)]) + content for inner, content in objects)
    return bytes.fromhex(tag) + b"\x82" + len(value).to_bytes(2, "big") + value + b"\xff" * 40


ATTRIBUTES = record(
    "FF20", ("DF21", bytes(8)), ("DF22", NAME), ("DF23", ADDRESS), ("DF24", b"19800217"), ("DF25", b"1")
)
NUMBER = bytes.fromhex("FF100C") + b"999900000011" + b"\xff\xff"
FACE = record("FF20", ("DF21", bytes(18)), ("DF22", b"19800217"), ("DF29", b"20350217"), ("DF2A", b"\x89PNG"))
INFORMATION = record("FF30", ("DF31", bytes(4)), ("DF34", b"48201"))


def card(*, attributes: bytes = ATTRIBUTES, code_b: bytes | None = b"55021720352285") -> Profile:
    """A card with the files that tell what is printed, and no other."""
    applications = (
        application(TEXT_AID, {1: NUMBER, 2: attributes}, code_b),
        application(VISUAL_AID, {2: FACE, 3: INFORMATION}, None),
    )
    return Profile("1234567890123456", {each.aid: each for each in applications})


def application(aid: bytes, bodies: dict[int, bytes], code_b: bytes | None) -> Application:
    """An application of transparent files, with 照合番号B where there is one."""
    elements: list[Element] = [File(fid, "", body) for fid, body in bodies.items()]
    if code_b is not None:
        # The format of 照合番号B is another's here: 14 characters that fit.
        elements.append(Pin(0x15, "照合番号B", PinFormat.LETTERS_AND_DIGITS, 10, code_b, "b", changeable=False))
    return build_application(aid, "", tuple(elements))


def test_what_is_printed_stands_in_the_files() -> None:
    """Name, address, birth date, sex, number, expiry, security code, and the municipality of the code 48201."""
    change = Change(date(2027, 4, 1), "住所")
    printed = printed_on(card(), (change,), western_birth=True)
    assert (printed.name, printed.address) == (NAME.decode(), ADDRESS.decode())
    assert (printed.birth_date, printed.expiry) == (date(1980, 2, 17), date(2035, 2, 17))
    assert (printed.sex, printed.number, printed.security_code) == ("1", "999900000011", "2285")
    assert (printed.issuer, printed.changes, printed.western_birth) == ("葵市", (change,), True)
    assert printed.code_b == "55021720352285"


@pytest.mark.parametrize("end", [0, 2, 5, 30, 60])
def test_truncated_file_is_refused(end: int) -> None:
    """A sentence says which files a card's faces need."""
    with pytest.raises(ConfigurationError, match="expected the files of a plastic card"):
        printed_on(card(attributes=ATTRIBUTES[:end]))


def test_card_without_the_applications_is_refused() -> None:
    """A phone, or a card that an older Kazashi wrote: nothing tells what would be printed."""
    with pytest.raises(ConfigurationError, match="expected the files of a plastic card"):
        printed_on(Profile("1234567890123456", {}))
    with pytest.raises(ConfigurationError, match="no file 0015 of application D3921000310001010408"):
        printed_on(card(code_b=None))


def saved(folder: Path) -> Path:
    """A folder with a card."""
    save_card(card(), folder)
    return folder


def test_pictures_are_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both sides in both formats, the scans that were asked for, and their paths on standard output."""
    monkeypatch.chdir(tmp_path)
    done = face(str(saved(tmp_path / "card")), "--out", "out", "--scan", "blur", "--change", "2027-04-01 住所 別")
    assert done == 0
    names = {"front.png", "back.png", "front.svg", "back.svg", "front-blur.png", "back-blur.png"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    assert set(capsys.readouterr().out.split()) == {str(Path("out") / name) for name in names}
    assert "2027.04.01 住所 別" in (tmp_path / "out" / "front.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scan", "fog"), "skew, blur, glare"),
        (("--change", "yesterday 住所"), "2027-04-01"),
        (("--change", "2027-04-01"), "no text"),
    ],
)
def test_wrong_option_says_what_was_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    """One line, and nothing is written."""
    assert face(str(saved(tmp_path / "card")), "--out", str(tmp_path / "out"), *options) != 0
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def face(*arguments: str) -> int:
    """Run `kazashi card face`, and return its exit status."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["kazashi", "card", "face", *arguments])
        try:
            cli.main()
        except SystemExit as end:
            return int(end.code or 0)
    return 0


def test_images_of_a_holder_are_drawn_once() -> None:
    """The same holder, the same images: the second card of a person costs nothing."""
    first = chip_images_of(HOLDER_9999)
    assert chip_images_of(HOLDER_9999) is first
    assert first.photo[:12] == bytes.fromhex("0000000C 6A502020 0D0A870A")


HOLDER_9999 = type(HOLDER)(
    name=HOLDER.name,
    address=HOLDER.address,
    birth_date=HOLDER.birth_date,
    sex=HOLDER.sex,
    number="999900000011",
    expiry=HOLDER.expiry,
    municipality_code=HOLDER.municipality_code,
    security_code=HOLDER.security_code,
)
