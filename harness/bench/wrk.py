"""wrk as the load generator: in C, so that it takes a sixth of the time that the one of load.py takes for an answer.

It is Debian's package of that name, and is run where it is installed. Its figures are read from what it prints.
"""

import os
import re
import resource
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.bench.load import Job, Result
from harness.bench.machine import LONGEST, pinned
from harness.errors import ConfigurationError

_SCRIPT = """
local wire, last = {}, 0
for line in io.lines(os.getenv("REQUESTS")) do
  local body = line:gsub("..", function(octet) return string.char(tonumber(octet, 16)) end)
  wire[#wire + 1] = wrk.format("POST", nil, {["Host"] = os.getenv("HOST"), ["Content-Type"] = os.getenv("KIND")}, body)
end
request = function()
  last = last % #wire + 1
  return wire[last]
end
"""
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


def is_there() -> bool:
    """Return whether it is installed."""
    return shutil.which("wrk") is not None


def run(job: Job, core: int, kind: str = "application/ocsp-request") -> Result:
    """Return what came of a job of one media type, done from one core.

    Its samples are none: whoever verifies answers asks for some.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "script.lua").write_text(_SCRIPT, encoding="ascii")
        (folder / "requests").write_text("\n".join(job.requests), encoding="ascii")
        place = f"http://127.0.0.1:{job.port}{job.path}"
        options = ["--threads", "1", "--connections", str(job.connections), "--latency"]
        options += ["--duration", f"{max(1, round(job.seconds))}s", "--script", str(folder / "script.lua")]
        before = _spent()
        done = subprocess.run(
            [*pinned(core), "wrk", *options, place],
            env={**os.environ, "REQUESTS": str(folder / "requests"), "KIND": kind, "HOST": f"127.0.0.1:{job.port}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST,
        )
        return read(done.stdout + done.stderr, _spent() - before)


def read(said: str, spent: float) -> Result:
    """Return the figures in what wrk printed, which kept a core busy for so many seconds."""
    count = re.search(r"^ *([0-9]+) requests in ([0-9.]+)(us|ms|s),", said, re.MULTILINE)
    # Units are padded to two columns: seconds are followed by a space.
    quantiles = re.findall(r"^ +(50|99)% +([0-9.]+)(us|ms|s) *$", said, re.MULTILINE)
    shares = {int(share): _seconds(*found) for share, *found in quantiles}
    if count is None or set(shares) != {50, 99} or "Non-2xx" in said or "Socket errors" in said:
        raise ConfigurationError(f"wrk: expected a figure for answers of status 200 alone, actual {said[-500:]!r}")
    seconds = _seconds(count[2], count[3])
    return Result(int(count[1]), seconds, shares[50], shares[99], spent / seconds, [])


def _seconds(number: str, unit: str) -> float:
    return float(number) * _SECONDS[unit]


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
