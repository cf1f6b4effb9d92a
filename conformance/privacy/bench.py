"""How fast a file is searched, beside `grep -F` on it: `python -m conformance.privacy.bench [MEGABYTES]`."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.privacy.canary import Canary, Kind, planted, planted_pins
from conformance.privacy.finder import Finder
from conformance.privacy.follow import FileSource
from conformance.privacy.scan import scan
from conformance.privacy.written import writings

LINE = b'2026-11-22T03:50:00.123456Z INFO {"request_id":"5f0c9a31","path":"/kazashi/v1/complete","status":200}\n'


def canaries(cases: int) -> Iterator[Canary]:
    """Yield what a run of so many cases plants, but for certificates."""
    for number in range(cases):
        case = f"chapter/case-{number}"
        who, pins = planted(7, case), planted_pins(7, case)
        yield Canary(Kind.NAME, case, who["name"])
        yield Canary(Kind.ADDRESS, case, who["address"])
        yield Canary(Kind.PASSWORD, case, pins.sign.decode())
        yield Canary(Kind.PIN, case, pins.auth.decode())
        yield Canary(Kind.PERSONAL_NUMBER, case, f"9999{number:08}")
        yield Canary(Kind.BIRTH_DATE, case, f"19{40 + number % 60}-10-1{number % 10}")
        yield Canary(Kind.CERTIFICATE_NUMBER, case, f"{0x7000000 + number:x}")
        yield Canary(Kind.CERTIFICATE, case, octets=os.urandom(48))


def search_seconds(finder: Finder, path: Path) -> float:
    """Return the processor's seconds for a file."""
    with path.open("rb", buffering=0) as file:
        begun = time.process_time()
        for _ in scan(finder, FileSource(file, path.stat().st_size)):
            pass
        return time.process_time() - begun


def grep_seconds(path: Path, words: list[str]) -> float:
    """Return the processor's seconds that grep -F takes for as many words."""
    before = os.times()
    subprocess.run(
        ["grep", "-a", "-c", "-F", "\n".join(words), str(path)], check=False, capture_output=True, env={"LC_ALL": "C"}
    )
    after = os.times()
    taken = after.children_user + after.children_system - before.children_user - before.children_system
    return max(taken, 0.01)  # the clock of processes has no finer steps


def main() -> None:
    """Print a line for each kind of text and number of cases."""
    octets = int(sys.argv[1] if len(sys.argv) > 1 else "64") << 20
    texts = {"log": (LINE * (octets // len(LINE) + 1))[:octets], "noise": os.urandom(octets)}
    with TemporaryDirectory(prefix="kazashi-bench-") as folder:
        for cases in (1, 300):
            found = list(canaries(cases))
            finder = Finder(each for canary in found for each in writings(canary))
            names = [canary.text for canary in found if canary.kind is Kind.NAME]
            for name, text in texts.items():
                path = Path(folder) / name
                path.write_bytes(text)
                ours, theirs = search_seconds(finder, path), grep_seconds(path, names)
                print(
                    f"{cases} cases, {len(finder):,} patterns, {name}: {octets / ours / 1e6:.0f} MB/s; "
                    f"grep -F with {len(names)} names: {octets / theirs / 1e6:.0f} MB/s (processor time)"
                )


if __name__ == "__main__":
    main()
