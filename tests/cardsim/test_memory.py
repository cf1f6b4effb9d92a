"""What ten thousand cards share and what they give up again, without anybody noticing but the memory."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cardsim import profile as profile_module
from cardsim.applications import jpki, visual
from cardsim.files import Application
from cardsim.holder import IssuedFiles
from cardsim.personalise import personalise
from cardsim.pins import FreshRecords, PinRecord
from cardsim.profile import Applications, Profile
from cardsim.slot import InsertedCard
from cardsim.state import fresh_kept
from cardsim.store import FileStore, MemoryStore
from tests.cardsim.conftest import HOLDER, SERIAL, Keys, ask, powered

LOGIN = ["00A4040C0AD392F000260100000001", "00B08A0010", "002000980431323334", "802A009701AA00"]


def built(profile: Profile) -> list[Application]:
    """The applications that a card holds built now."""
    assert isinstance(profile.applications, Applications)
    return list(profile.applications.made())


def test_applications_that_nobody_used_lately_are_given_up_and_built_again(
    issued: IssuedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many stay as the bound says, of all cards together; a card whose are gone answers as before, a PIN verified
    as before, in the middle of its session.
    """
    monkeypatch.setattr(profile_module, "BUILT", 3)
    first, *others = (powered(personalise(HOLDER, issued, serial=f"{number:016}")) for number in range(4))
    before = ask(first, *LOGIN)
    assert before[-1].endswith("9000")
    assert [application.aid for application in built(first.profile)] == [jpki.AID]
    for other in others:
        ask(other, *LOGIN)
    assert built(first.profile) == []
    assert sum(len(built(card.profile)) for card in (first, *others)) == 3
    assert ask(first, *LOGIN[1:2], LOGIN[3]) == [before[1], before[3]]
    assert sum(len(built(card.profile)) for card in (first, *others)) == 3


def test_cards_in_threads_give_up_each_others_applications(
    issued: IssuedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six threads, six cards, room for two applications: whatever one takes from another, every answer is right."""
    monkeypatch.setattr(profile_module, "BUILT", 2)
    cards = [powered(personalise(HOLDER, issued, serial=f"{number:016}")) for number in range(6)]
    visit = [LOGIN[0], "00B08A0010", "00200098", "00A4040C0AD3921000310001010402", "00B0840010", "00200091"]
    expected = ask(powered(personalise(HOLDER, issued, serial=SERIAL)), *visit)

    def visit_often(card: InsertedCard) -> list[list[str]]:
        return [answers for _ in range(200) if (answers := ask(card, *visit)) != expected]

    with ThreadPoolExecutor(len(cards)) as threads:
        assert list(threads.map(visit_often, cards)) == [[]] * len(cards)
    assert sum(len(built(card.profile)) for card in cards) <= 2 + len(cards)


def test_card_that_was_only_made_knows_no_pin_values(profile: Profile) -> None:
    """The records are made when somebody first looks; they are those of the table, and equal to a plain dict."""
    pins = fresh_kept(profile).pins
    assert isinstance(pins, FreshRecords)
    assert pins._records == ()
    assert "jpki.auth" in pins
    assert "nobody" not in pins
    assert pins._records == ()
    assert pins["jpki.auth"] == PinRecord(b"1234", 3)
    assert len(pins._records) == len(pins) == len(list(pins)) == 14
    with pytest.raises(KeyError):
        pins["nobody"]
    assert pins == dict(pins)
    assert pickle.loads(pickle.dumps(pins)) == dict(pins)  # noqa: S301  (our own bytes)


def test_kept_state_of_an_unused_card_can_be_stored(profile: Profile, tmp_path: Path) -> None:
    """What is not a dict in memory is one on the disk."""
    store = FileStore.create(tmp_path / "kept.json", fresh_kept(profile))
    assert store.load() == fresh_kept(profile)
    assert type(store.load().pins) is dict
    store.close()


def test_right_pin_leaves_the_card_with_the_state_it_had(profile: Profile) -> None:
    """No try was spent before, so nothing is new: not even a copy. After a wrong one there is another state."""
    kept = fresh_kept(profile)
    card = InsertedCard(profile, MemoryStore(kept))
    card.power_on()
    ask(card, *LOGIN)
    assert card.kept is kept
    assert ask(card, "002000980431323333") == ["63C2"]
    assert card.kept is not kept
    assert ask(card, "002000980431323334") == ["9000"]
    assert card.kept == kept


def test_keys_as_bytes_make_the_same_card(issued: IssuedFiles, keys: Keys) -> None:
    """A key given as PKCS#8 and one given as an object: nobody can tell the cards apart."""

    def pkcs8(key: RSAPrivateKey) -> bytes:
        return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    as_bytes = replace(issued, auth_key=pkcs8(keys.auth), sign_key=pkcs8(keys.sign), chip_key=pkcs8(keys.chip))
    one, two = (personalise(HOLDER, files, serial=SERIAL) for files in (issued, as_bytes))
    assert one == two
    assert one.applications[visual.AID].elements[visual.FACE_RECORD] == two.applications[visual.AID].elements[2]
