"""Reader software of contract 1.0 as small as it can be and right: the example, the control, and what mutants bend.

    python -m conformance.targets.tap_client    JSON lines on stdin and stdout; readers by PC/SC (pyscard)
    python:conformance.targets.tap_client:make  in process; readers of `conformance.roles.tap_client.readers`

It presents a PIN once for each time that the person types one, after it asked how many tries are left; reads what needs
no PIN without one; gives no signature that does not verify under what it read; keeps to the time limit; keeps nothing
of a card; ends each session with a reset. Logging in it speaks `begin` and `complete` of contract 1.0 over HTTP.
"""

import base64
import contextlib
import hashlib
import importlib
import json
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import date
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from conformance.roles.tap_client.readers import CardGone, NoCardThere, ReaderUnknown, connect

Message = dict[str, Any]
JPKI, VISUAL, TEXT = "D392F000260100000001", "D3921000310001010402", "D3921000310001010408"
PHONES = (b"JPKIAPGPSETOKEN", b"JPKIAPIOSTOKEN")
SECONDS = 30
ERAS = ((2019, 5, 1), (1989, 1, 8), (1926, 12, 25), (1912, 7, 30), (1868, 1, 25))
DIGEST_INFO = bytes.fromhex("3031300D060960864801650304020105000420")
NAMES = {0xDF22: "name", 0xDF23: "address", 0xDF24: "birth_date", 0xDF25: "sex"}
FUNCTIONS = ["read_certificate", "sign_challenge", "attributes", "internal_authentication", "login_flow"]
TOLD = {
    "OK": ("完了しました。", "Done."),
    "PIN_INCORRECT": ("暗証番号が違います。", "The PIN is wrong."),
    "PIN_LOCKED": ("暗証番号がロックされています。", "The PIN is locked."),
    "NO_CARD": ("カードを置いてください。", "Put the card on the reader."),
    "CARD_REMOVED": ("カードが離れました。もう一度置いてください。", "The card was taken away: put it on again."),
    "CARD_NOT_SUPPORTED": ("このカードは使えません。", "This card cannot be used."),
    "BIRTH_DATE_INCORRECT": ("生年月日が違います。", "The birth date is wrong."),
    "READER_NOT_FOUND": ("リーダーがありません。", "There is no such reader."),
    "READER_REFUSED": ("このリーダーには暗証番号を送りません。", "No PIN is sent to this reader."),
    "CANCELLED": ("中止しました。", "Cancelled."),
    "TIMED_OUT": ("時間切れです。", "Time is up."),
}


class Stopped(Exception):
    """The run ends here, for a reason of the contract."""

    def __init__(self, reason: str, tries_left: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.tries_left = reason, tries_left


class TapProduct:
    """The product; `connect` finds readers."""

    def __init__(self, connect: Callable[[str], Any]) -> None:
        self._connect = connect
        self._kept: dict[bytes, bytes] = {}
        self._until = 0.0

    def answer(self, verb: str, message: Message) -> Message:
        """Answer a message of the contract."""
        if verb == "hello":
            return {
                "contract": "1.0",
                "role": "tap-client",
                "product": "Kazashi example reader software",
                "version": "1",
                "capabilities": FUNCTIONS,
            }
        if verb != "run":
            raise ValueError(f"verb {verb}: expected hello or run")
        return self.run(message)

    def run(self, message: Message) -> Message:
        """Return how a function ended."""
        self._until = time.monotonic() + message.get("seconds", SECONDS)
        try:
            data = self.with_card(message)
            self.in_time()
        except Stopped as stopped:
            return self.ended(stopped.reason, stopped.tries_left)
        except ReaderUnknown:
            return self.ended("READER_NOT_FOUND")
        except NoCardThere:
            return self.ended("NO_CARD")
        except CardGone:
            return self.ended("CARD_REMOVED")
        return {**self.ended("OK"), "data": data}

    def ended(self, reason: str, tries_left: int | None = None) -> Message:
        """Return the answer, and what the person was told."""
        japanese, english = TOLD[reason]
        left = {} if tries_left is None else {"tries_left": tries_left}
        return {"reason": reason, "told": {"ja": japanese, "en": english}, **left}

    def with_card(self, message: Message) -> Message:
        """Return the data of a function; the card is reset behind it."""
        connection = self._connect(message["reader"])
        try:
            return self.of(connection, message)
        finally:
            connection.disconnect()

    def of(self, connection: Any, message: Message) -> Message:
        """Return the data of a function."""
        match message["function"]:
            case "read_certificate":
                if self.is_phone(connection):
                    self.present(connection, "0018", self.typed(message["pins"], 4))
                return {"certificate": _text(self.certificate(connection))}
            case "sign_challenge":
                return self.signed(connection, message["pins"], lambda _: base64.b64decode(message["challenge"]))
            case "attributes":
                self.select(connection, TEXT)
                self.present(connection, "0011", self.typed(message["pins"], 4))
                return {"attributes": self.attributes(connection)}
            case "login_flow":
                return self.logged_in(connection, message)
        return {"chip": self.proof(connection, message)}

    def signed(self, connection: Any, pins: list[str], challenge: Callable[[bytes], bytes]) -> Message:
        """Return certificate and signature; a phone gives its certificate after the PIN only (spec/card.md §7)."""
        is_phone = self.is_phone(connection)
        if is_phone:
            self.present(connection, "0018", self.typed(pins, 4))
        certificate = self.certificate(connection)
        asked = challenge(certificate)
        if not is_phone:
            self.present(connection, "0018", self.typed(pins, 4))
        signature = self.sign(connection, "0017", asked)
        self.require_signature(key_of(certificate), signature, asked)
        return {"certificate": _text(certificate), "signature": _text(signature)}

    def logged_in(self, connection: Any, message: Message) -> Message:
        """Return certificate and signature that the relying party accepted."""
        party = message["relying_party"]
        begun: Message = {}

        def challenge(certificate: bytes) -> bytes:
            holder = {"certificate": _text(certificate)}
            wish = {"purpose": "login", "service": "login", "environment": "attended", "holder": holder}
            begun.update(self.told(party, "begin", wish))
            return base64.b64decode(begun["challenge"])

        signed = self.signed(connection, message["pins"], challenge)
        presentation = {"challenge": begun["challenge"], **signed}
        said = self.told(party, "complete", {"session": begun["session"], "presentation": presentation})
        if said["outcome"]["decision"] != "accept":
            raise Stopped("CANCELLED")
        return signed

    def told(self, party: str, verb: str, message: Message) -> Message:
        """Return the relying party's answer; without one nothing is asked of the person."""
        request = urllib.request.Request(  # noqa: S310  (the address is the operator's)
            f"{party}/kazashi/v1/{verb}", json.dumps(message).encode(), {"content-type": "application/json"}
        )
        left = self._until - time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=max(left, 0.1)) as answer:  # noqa: S310
                said: Message = json.loads(answer.read())
        except (OSError, ValueError) as fault:
            raise Stopped("CANCELLED") from fault
        return said

    def in_time(self) -> None:
        """Stop where the time limit is over."""
        if time.monotonic() > self._until:
            raise Stopped("TIMED_OUT")

    def require_signature(self, key: RSAPublicKey, signature: bytes, challenge: bytes) -> None:
        """Give nothing that does not verify under what was read: a copy of a card shows itself here."""
        try:
            key.verify(signature, challenge, PKCS1v15(), SHA256())
        except InvalidSignature as fault:
            raise Stopped("CARD_NOT_SUPPORTED") from fault

    def is_phone(self, connection: Any) -> bool:
        """Select the application, whatever the answer to reset says, and see whether its token is of a phone."""
        self.select(connection, JPKI)
        self.file(connection, "0006")
        label = self.must(connection, "00B0000020").rstrip(b" ")
        if label not in (b"JPKIAPICCTOKEN2", *PHONES):
            raise Stopped("CARD_NOT_SUPPORTED")
        return label in PHONES

    def select(self, connection: Any, aid: str) -> None:
        """Make an application current."""
        if self.send(connection, f"00A4040C{len(aid) // 2:02X}{aid}")[1] != 0x9000:
            raise Stopped("CARD_NOT_SUPPORTED")

    def file(self, connection: Any, identifier: str) -> None:
        """Make a file current."""
        self.must(connection, f"00A4020C02{identifier}")

    def certificate(self, connection: Any) -> bytes:
        """Return the authentication certificate without filler."""
        whole = self.read(connection, "000A")
        key_of(whole)
        return whole

    def read(self, connection: Any, identifier: str) -> bytes:
        """Return one whole object from the beginning of a file."""
        self.file(connection, identifier)
        content = self.must(connection, "00B0000000")
        length = object_length(content)
        while len(content) < length:
            content += self.must(connection, f"00B0{len(content):04X}00")
        return content[:length]

    def typed(self, pins: list[str], length: int) -> str:
        """Return what the person typed, if it can be a PIN at all."""
        if not pins or len(pins[0]) != length or not pins[0].isdigit():
            raise Stopped("CANCELLED")
        return pins[0]

    def present(self, connection: Any, identifier: str, pin: str, wrong: str = "PIN_INCORRECT") -> None:
        """Present a value once, after asking how many tries are left: the last one is the person's to give up."""
        if not connection.getReader().startswith("Kazashi"):
            raise Stopped("READER_REFUSED")
        self.file(connection, identifier)
        asked = self.send(connection, "00200080")[1]
        if asked & 0xFFF0 != 0x63C0:
            raise Stopped("CARD_NOT_SUPPORTED")
        left = asked & 0x0F
        if left == 0:
            raise Stopped("PIN_LOCKED", 0)
        if left == 1:
            raise Stopped("CANCELLED", 1)
        status = self.send(connection, f"00200080{len(pin):02X}{pin.encode().hex()}")[1]
        if status in (0x6983, 0x6984, 0x63C0):
            raise Stopped("PIN_LOCKED", 0)
        if status & 0xFFF0 == 0x63C0:
            raise Stopped(wrong, status & 0x0F)
        if status != 0x9000:
            raise Stopped("CARD_NOT_SUPPORTED")

    def sign(self, connection: Any, identifier: str, challenge: bytes) -> bytes:
        """Return the signature of a key over the DigestInfo that is built here."""
        self.file(connection, identifier)
        return self.must(connection, f"802A008033{(DIGEST_INFO + hashlib.sha256(challenge).digest()).hex()}00")

    def attributes(self, connection: Any) -> Message:
        """Return the four attributes."""
        record = self.read(connection, "0002")
        inner = record[len(record) - value_length(record) :]
        return {NAMES[tag]: value.decode() for tag, value in objects(inner) if tag in NAMES}

    def proof(self, connection: Any, message: Message) -> Message:
        """Return the birth record, the certificate and the chip's signature: the birth date, and no PIN."""
        self.select(connection, VISUAL)
        self.present(connection, "0011", era_digits(date.fromisoformat(message["birth_date"])), "BIRTH_DATE_INCORRECT")
        record, cvc = self.read(connection, "0001"), self.read(connection, "0004")
        challenge = base64.b64decode(message["challenge"])
        digest = DIGEST_INFO + hashlib.sha256(challenge).digest()
        signature = self.must(connection, f"802A000033{digest.hex()}00")
        self.require_signature(key_of(record), signature, challenge)
        return {"birth_record": _text(record), "cvc": _text(cvc), "signature": _text(signature)}

    def must(self, connection: Any, command: str) -> bytes:
        """Return the data of an answer that has to be 9000."""
        data, status = self.send(connection, command)
        if status != 0x9000:
            raise Stopped("CARD_NOT_SUPPORTED")
        return data

    def send(self, connection: Any, command: str) -> tuple[bytes, int]:
        """Return data and status word; nothing is sent after the time limit."""
        self.in_time()
        data, sw1, sw2 = connection.transmit(list(bytes.fromhex(command)))
        return bytes(data), sw1 << 8 | sw2


def key_of(holder: bytes) -> RSAPublicKey:
    """Return the key of a certificate or a birth record; Stopped where it is neither, whole and with nothing behind."""
    try:
        if holder[:1] == b"\x30":
            return certified_key(holder)
        parts = dict(objects(holder[len(holder) - value_length(holder) :]))
        exponent, modulus = numbers(parts[0xDF12])
        return RSAPublicNumbers(exponent, modulus).public_key()
    except (ValueError, LookupError) as fault:
        raise Stopped("CARD_NOT_SUPPORTED") from fault


def certified_key(certificate: bytes) -> RSAPublicKey:
    """Return the RSA key of a certificate; ValueError where it is none, or of another kind."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(key, RSAPublicKey):
        raise ValueError(f"expected an RSA key, actual {type(key).__name__}")  # noqa: TRY004  (what was read is wrong)
    return key


def numbers(value: bytes) -> tuple[int, int]:
    """Return exponent and modulus of a card-verifiable key: 90 and 91, each with a length of its own form."""
    found = []
    while value:
        whole = object_length(value)
        head = 2 if value[1] < 0x80 else 2 + (value[1] & 0x7F)
        found.append(int.from_bytes(value[head:whole], "big"))
        value = value[whole:]
    exponent, modulus = found
    return exponent, modulus


def object_length(start: bytes) -> int:
    """Return header plus value length of the object that `start` begins."""
    tag = 2 if start[0] & 0x1F == 0x1F else 1
    first = start[tag]
    if first < 0x80:
        return tag + 1 + first
    octets = first & 0x7F
    return tag + 1 + octets + int.from_bytes(start[tag + 1 : tag + 1 + octets], "big")


def value_length(whole: bytes) -> int:
    """Return the length of the value of an object."""
    first = whole[2]
    return first if first < 0x80 else len(whole) - 3 - (first & 0x7F)


def objects(value: bytes) -> list[tuple[int, bytes]]:
    """Return the objects with two-byte tags that lie side by side."""
    found = []
    while value:
        whole = object_length(value)
        found.append((int.from_bytes(value[:2], "big"), value[whole - value_length(value[:whole]) : whole]))
        value = value[whole:]
    return found


def era_digits(born: date) -> str:
    """Return the birth date as the card's key has it: year of the era, month, day."""
    begun = next(each for each in ERAS if (born.year, born.month, born.day) >= each)
    return f"{born.year - begun[0] + 1:02}{born:%m%d}"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def make() -> TapProduct:
    """Return the product for readers of this process."""
    return TapProduct(connect)


class PcscConnection:
    """A connection to the card in a PC/SC reader; it resets the card at its end, and says where the card is gone."""

    def __init__(self, name: str) -> None:
        system: Any = importlib.import_module("smartcard.System")
        faults: Any = importlib.import_module("smartcard.Exceptions")
        found = next((each for each in system.readers() if str(each) == name), None)
        if found is None:
            raise ReaderUnknown(name)
        self._fault: type[Exception] = faults.SmartcardException
        self._name, self._line = name, found.createConnection()
        try:
            self._line.connect(disposition=1)  # SCARD_RESET_CARD
        except self._fault as fault:
            raise NoCardThere(name) from fault

    def transmit(self, command: list[int]) -> Any:
        """Return data, SW1, SW2."""
        try:
            return self._line.transmit(command)
        except self._fault as fault:
            raise CardGone(f"{self._name}: {fault}") from fault

    def disconnect(self) -> None:
        """Reset the card; one that is gone has forgotten everything."""
        with contextlib.suppress(self._fault):
            self._line.disconnect()

    def getReader(self) -> str:  # noqa: N802  (pyscard's name)
        """Return the reader's name."""
        return self._name

    def getATR(self) -> Any:  # noqa: N802  (pyscard's name)
        """Return the answer to reset."""
        return self._line.getATR()


def main() -> None:
    """Answer requests until stdin ends."""
    product = TapProduct(PcscConnection)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            said: Message = {"answer": product.answer(request["verb"], request["message"])}
        except ValueError as fault:
            where = {"what": "message", "where": request["verb"], "expected": "a message", "actual": str(fault)}
            said = {"error": where}
        sys.stdout.write(json.dumps({"id": request["id"], **said}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
