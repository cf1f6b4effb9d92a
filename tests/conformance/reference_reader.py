"""The reference's reader client as a product of contract 1.0, role tap-client: `python:…:make`."""

import base64
import time
from datetime import date
from typing import Any

from conformance.roles.tap_client.readers import CardGone, NoCardThere, ReaderUnknown, connect
from reference_impl.reader.client import CardClient
from reference_impl.reader.faults import (
    PinBlocked,
    PinUnusable,
    PinWrong,
    ReaderFault,
    ReaderRefused,
    TryRefused,
)
from reference_impl.reader.lost import CardRemoved
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import TEXT_PIN

Message = dict[str, Any]
SECONDS = 30
CARD_LABEL = "JPKIAPICCTOKEN2"


class TimeUp(Exception):
    """The time limit of the run is over."""


class TimedConnection:
    """A connection that begins nothing after the time limit but what ends the session."""

    def __init__(self, connection: Any, until: float) -> None:
        self._connection, self._until, self._said = connection, until, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    @property
    def is_late(self) -> bool:
        """Whether the limit is over."""
        return time.monotonic() > self._until

    def transmit(self, command: list[int]) -> Any:
        """Return data, SW1, SW2; TimeUp, once."""
        if self.is_late and not self._said:
            self._said = True
            raise TimeUp
        return self._connection.transmit(command)


class ReferenceReader:
    """Each run is a session of its own: the client is made for it and forgets at its end."""

    def answer(self, verb: str, message: Message) -> Message:
        """Answer a message of the contract."""
        if verb == "hello":
            functions = ["read_certificate", "sign_challenge", "attributes", "internal_authentication"]
            product = {"contract": "1.0", "role": "tap-client", "product": "Kazashi reference reader", "version": "1"}
            return {**product, "capabilities": functions}
        try:
            connection = connect(message["reader"])
        except ReaderUnknown:
            return ended("READER_NOT_FOUND", "リーダーがありません。", "There is no such reader.")
        except NoCardThere:
            return ended("NO_CARD", "カードを置いてください。", "Put the card on the reader.")
        timed = TimedConnection(connection, time.monotonic() + message.get("seconds", SECONDS))
        try:
            with CardClient(timed) as client:
                data = run(client, message)
            said: Message = {**ended("OK", "完了しました。", "Done."), "data": data}
        except (ReaderFault, CardGone, TimeUp) as fault:
            said = told(fault, message)
        finally:
            connection.disconnect()
        return ended("TIMED_OUT", "時間切れです。", "Time is up.") if timed.is_late else said


def run(client: CardClient, message: Message) -> Message:
    """Return the data of a function."""
    match message["function"]:
        case "read_certificate":
            require_card(client)
            return {"certificate": text(client.jpki.read_auth_certificate())}
        case "sign_challenge":
            require_card(client)
            signed = client.jpki.authenticate(base64.b64decode(message["challenge"]), attempt(message))
            return {"certificate": text(signed.certificate), "signature": text(signed.signature)}
        case "attributes":
            read = client.text.read_attributes(TEXT_PIN, attempt(message))
            names = ("name", "address", "birth_date", "sex")
            return {"attributes": {name: getattr(read, name) for name in names}}
    born = PinTry.of_birth_date(date.fromisoformat(message["birth_date"]), must_remain=1)
    proof = client.visual.authenticate_chip(base64.b64decode(message["challenge"]), born)
    parts = {"birth_record": proof.birth_record, "cvc": proof.card_certificate, "signature": proof.signature}
    return {"chip": {name: text(value) for name, value in parts.items()}}


class Unsupported(ReaderFault):
    """A token that is none of a card of today."""


class NothingTyped(ReaderFault):
    """The person typed nothing."""


def require_card(client: CardClient) -> None:
    """Refuse 住基カード: the client reads the label, whoever uses it decides."""
    if client.jpki.read_token().label != CARD_LABEL:
        raise Unsupported("このカードは使えません。", "this card cannot be used")


def attempt(message: Message) -> PinTry:
    """Return what was typed, the last try to be kept."""
    if not message["pins"]:
        raise NothingTyped("中止しました。", "cancelled")
    return PinTry(message["pins"][0], must_remain=1)


def told(fault: Exception, message: Message) -> Message:
    """Return how a fault ends a run, in the words of the client."""
    ja, en = getattr(fault, "ja", str(fault)), getattr(fault, "en", str(fault))
    left = getattr(fault, "tries", 0 if isinstance(fault, PinBlocked) else None)
    reasons = {
        PinWrong: "BIRTH_DATE_INCORRECT" if message["function"] == "internal_authentication" else "PIN_INCORRECT",
        PinBlocked: "PIN_LOCKED",
        TryRefused: "CANCELLED",
        PinUnusable: "CANCELLED",
        NothingTyped: "CANCELLED",
        ReaderRefused: "READER_REFUSED",
        CardRemoved: "CARD_REMOVED",
        CardGone: "CARD_REMOVED",
    }
    reason = next((word for kind, word in reasons.items() if isinstance(fault, kind)), "CARD_NOT_SUPPORTED")
    return ended(reason, ja, en, left)


def ended(reason: str, ja: str, en: str, left: int | None = None) -> Message:
    """Return the answer."""
    tries = {} if left is None else {"tries_left": left}
    return {"reason": reason, "told": {"ja": ja, "en": en}, **tries}


def text(data: bytes) -> str:
    """Return bytes as the contract writes them."""
    return base64.b64encode(data).decode()


def make() -> ReferenceReader:
    """Return the product."""
    return ReferenceReader()
