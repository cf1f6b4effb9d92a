"""OpenSC as a product of contract 1.0, role tap-client: `lines:python -m conformance.targets.opensc_adapter`.

    read_certificate   pkcs15-tool --read-certificate 1
    sign_challenge     pkcs11-tool --sign -m SHA256-RSA-PKCS, the first slot of the reader that was named

It adds nothing to what the programs do: one of them is run for each function, and its words decide the reason.
"""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

Message = dict[str, Any]
MODULE = next(Path("/usr/lib").glob("*/opensc-pkcs11.so"), Path("opensc-pkcs11.so"))
SECONDS = 30
WORDS = {
    "CKR_PIN_INCORRECT": ("PIN_INCORRECT", "暗証番号が違います。", "The PIN is wrong."),
    "CKR_PIN_LOCKED": ("PIN_LOCKED", "暗証番号がロックされています。", "The PIN is locked."),
    "CKR_PIN_LEN_RANGE": ("CANCELLED", "暗証番号の桁数が違います。", "A PIN of that length does not exist."),
    "No slot": ("NO_CARD", "カードを置いてください。", "Put the card on the reader."),
    "reader(s) detected": ("READER_NOT_FOUND", "リーダーがありません。", "There is no such reader."),
    "Card not present": ("NO_CARD", "カードを置いてください。", "Put the card on the reader."),
}
UNSUPPORTED = ("CARD_NOT_SUPPORTED", "このカードは使えません。", "This card cannot be used.")


def answer(verb: str, message: Message) -> Message:
    """Answer a message of the contract; ValueError for one that it does not know."""
    if verb == "hello":
        said = {"contract": "1.0", "role": "tap-client", "product": "OpenSC", "version": version()}
        return {**said, "capabilities": ["read_certificate", "sign_challenge"]}
    if verb != "run" or message["function"] not in FUNCTIONS:
        raise ValueError(f"{verb}: expected hello, or run of {', '.join(FUNCTIONS)}")
    with TemporaryDirectory(prefix="kazashi-opensc-") as folder:
        return FUNCTIONS[message["function"]](message, Path(folder))


def read_certificate(message: Message, _: Path) -> Message:
    """Run pkcs15-tool."""
    done = run("pkcs15-tool", "--reader", message["reader"], "--read-certificate", "1")
    pem = done.stdout.partition("-----BEGIN CERTIFICATE-----")[2].partition("-----END")[0]
    if done.returncode or not pem:
        return ended(done)
    return {**ok(), "data": {"certificate": "".join(pem.split())}}


def sign_challenge(message: Message, folder: Path) -> Message:
    """Run pkcs11-tool, with the first PIN that was typed."""
    if not message["pins"]:
        return {"reason": "CANCELLED", "told": {"ja": "中止しました。", "en": "Cancelled."}}
    (folder / "challenge").write_bytes(base64.b64decode(message["challenge"]))
    slot = slot_in(message["reader"])
    if slot is None:
        return {"reason": "NO_CARD", "told": {"ja": "カードを置いてください。", "en": "Put the card on the reader."}}
    done = run(
        *("pkcs11-tool", "--module", str(MODULE), "--slot", slot, "--login", "--pin", message["pins"][0]),
        *("--sign", "-m", "SHA256-RSA-PKCS", "--id", "01"),
        *("-i", str(folder / "challenge"), "-o", str(folder / "signature")),
    )
    if done.returncode:
        return ended(done)
    read = read_certificate(message, folder)
    if "data" in read:
        read["data"]["signature"] = base64.b64encode((folder / "signature").read_bytes()).decode()
    return read


def slot_in(reader: str) -> str | None:
    """Return the first slot of PKCS#11 that is in a reader and has a token: that of the four digits."""
    said = run("pkcs11-tool", "--module", str(MODULE), "--list-token-slots").stdout
    found = re.search(rf"^Slot \d+ \((0x[0-9a-f]+)\): {re.escape(reader)}$", said, re.MULTILINE)
    return None if found is None else found[1]


def ended(done: subprocess.CompletedProcess[str]) -> Message:
    """Return what the program's own words come down to."""
    said = done.stdout + done.stderr
    reason, ja, en = next((words for sign, words in WORDS.items() if sign in said), UNSUPPORTED)
    return {"reason": reason, "told": {"ja": ja, "en": en}}


def ok() -> Message:
    """Return that all went well."""
    return {"reason": "OK", "told": {"ja": "完了しました。", "en": "Done."}}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run one of OpenSC's programs, with the driver of this card."""
    environment = {**os.environ, "LC_ALL": "C", "OPENSC_DRIVER": "jpki"}
    return subprocess.run(
        words,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def version() -> str:
    """Return what OpenSC says of itself."""
    first = run("opensc-tool", "--info").stdout.partition("\n")[0].strip()
    return first[:100] or "unknown"


FUNCTIONS = {"read_certificate": read_certificate, "sign_challenge": sign_challenge}


def main() -> None:
    """Answer requests until stdin ends."""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            said: Message = {"answer": answer(request["verb"], request["message"])}
        except ValueError as fault:
            where = {"what": "message", "where": request["verb"], "expected": "a message", "actual": str(fault)}
            said = {"error": where}
        sys.stdout.write(json.dumps({"id": request["id"], **said}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
