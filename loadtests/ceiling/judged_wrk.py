"""wrk as a generator that judges: each thread has one connection, so it knows which request an answer belongs to.

wrk (a Debian package; a program that is run) keeps a server core busy from a sixth of another. Its script compares each
body with the texts that the request's own truth wants in it. Requests are sent in turn again and again, or each once.
"""

import os
import resource
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from harness.errors import HarnessFault

MISSING = "wrk is not installed: apt-get install wrk / wrk がありません"
SPARE = 30
"""Seconds beyond its own that wrk may take to end."""
_SCRIPT = """
local ffi = require("ffi")
ffi.cdef[[ typedef struct { long s; long ns; } kazashi_time; int clock_gettime(int, kazashi_time *); ]]
local function now()
  local at = ffi.new("kazashi_time")
  ffi.C.clock_gettime(1, at)
  return tonumber(at.s) + tonumber(at.ns) / 1e9
end
local threads, once = {}, os.getenv("ONCE") == "1"
function setup(thread)
  thread:set("id", #threads)
  table.insert(threads, thread)
end
local wire, wants, told, at, asked = {}, {}, {}, 0, 0
right, wrong, strange, began, ended, sample = 0, 0, 0, 0, 0, ""
function init(args)
  local of, number = tonumber(os.getenv("THREADS")), 0
  for line in io.lines(os.getenv("REQUESTS")) do
    if number % of == id then
      local path, hex, want = line:match("^(%S+) (%S*) (.+)$")
      local body = hex:gsub("..", function(octet) return string.char(tonumber(octet, 16)) end)
      local headers = {["Host"] = os.getenv("HOST"), ["Content-Type"] = os.getenv("KIND")}
      local options = {}
      for option in want:gmatch("[^|]+") do
        local parts = {}
        for part in option:gmatch("[^&]+") do parts[#parts + 1] = part end
        options[#options + 1] = parts
      end
      wire[#wire + 1], wants[#wants + 1], told[#told + 1] = wrk.format("POST", path, headers, body), options, want
    end
    number = number + 1
  end
end
function request()
  -- wrk calls this once before it begins, in one of its threads, to see whether requests differ: that one is not sent
  asked = asked + 1
  if asked < 3 then began = now() end
  at = at % #wire + 1
  return wire[at]
end
local function holds(body, options)
  for _, parts in ipairs(options) do
    local found = 0
    for _, part in ipairs(parts) do
      if body:find(part, 1, true) then found = found + 1 end
    end
    if found == #parts then return true end
  end
  return false
end
-- JSON may have spaces around its colons
local function is_right(body)
  return holds(body, wants[at]) or holds(body:gsub('"%s*:%s*', '":'), wants[at])
end
function response(status, headers, body)
  if status ~= 200 then
    strange = strange + 1
  elseif is_right(body) then
    right = right + 1
  else
    wrong = wrong + 1
    sample = "expected " .. told[at] .. ", actual " .. body:sub(1, 200)
  end
  ended = now()
  if once and at == #wire then wrk.thread:stop() end
end
function done(summary, latency, requests)
  local first, last = math.huge, 0
  local total = {right = 0, wrong = 0, strange = 0}
  local said = ""
  for _, thread in ipairs(threads) do
    for name in pairs(total) do total[name] = total[name] + thread:get(name) end
    if thread:get("began") > 0 then first = math.min(first, thread:get("began")) end
    last = math.max(last, thread:get("ended"))
    if thread:get("sample") ~= "" then said = thread:get("sample") end
  end
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format("\\nKAZASHI\\t%d\\t%d\\t%d\\t%d\\t%f\\t%f\\t%f\\t%s\\n", total.right, total.wrong,
    total.strange, errors, last - first, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6, said))
end
"""


class Request(Struct, frozen=True):
    """What is sent, and the texts that a right answer to it has: all between two `|`, parted by `&`."""

    path: str
    body: bytes
    want: str


class Judged(Struct, frozen=True):
    """What came of it."""

    right: int
    wrong: int
    strange: int
    """Answers other than HTTP 200."""
    errors: int
    seconds: float
    p50: float
    p99: float
    busy: float
    """Which part of a core wrk itself took."""
    sample: str
    """One of the wrong answers."""

    @property
    def rate(self) -> float:
        """Right answers a second."""
        return self.right / self.seconds if self.seconds > 0 else 0.0


def is_there() -> bool:
    """Return whether wrk is installed."""
    return shutil.which("wrk") is not None


def drive(  # noqa: PLR0913  (what a drive is made of)
    address: str,
    requests: Sequence[Request],
    seconds: int,
    *,
    once: bool = False,
    connections: int = 16,
    kind: str = "application/json",
    before: Sequence[str] = (),
) -> Judged:
    """Return what came of so many seconds; `once` ends a connection when its part of the requests was sent.

    `before` stands before the command, to keep it on a core.
    """
    threads = min(connections, len(requests))
    host = urlsplit(address).netloc
    with TemporaryDirectory(prefix="kazashi-wrk-") as name:
        script, lines = Path(name) / "script.lua", Path(name) / "requests"
        script.write_text(_SCRIPT, encoding="ascii")
        lines.write_text("".join(f"{each.path} {each.body.hex()} {each.want}\n" for each in requests), encoding="utf-8")
        spent = _spent()
        done = subprocess.run(
            [
                *(*before, "wrk", "--threads", str(threads), "--connections", str(threads)),
                *("--duration", f"{seconds}s", "--timeout", "10s", "--script", str(script), address),
            ],
            env={
                **os.environ,
                "REQUESTS": str(lines),
                "KIND": kind,
                "HOST": host,
                "THREADS": str(threads),
                "ONCE": "1" if once else "0",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds + SPARE,
        )
        spent = _spent() - spent
    return read(done.stdout + done.stderr, spent)


def read(said: str, spent: float) -> Judged:
    """Return the figures of the script's last line; HarnessFault when there is none."""
    line = next((each for each in said.splitlines() if each.startswith("KAZASHI\t")), None)
    if line is None:
        raise HarnessFault(f"wrk: expected its figures, actual {said[-400:]!r}")
    _, right, wrong, strange, errors, seconds, p50, p99, sample = line.split("\t", 8)
    lasted = float(seconds)
    counts = (int(right), int(wrong), int(strange), int(errors))
    return Judged(*counts, lasted, float(p50), float(p99), spent / lasted if lasted > 0 else 0.0, sample)


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def as_requests(path: str, bodies: Sequence[msgspec.Struct], want: str) -> list[Request]:
    """Return requests that want the same."""
    return [Request(path, msgspec.json.encode(body), want) for body in bodies]
