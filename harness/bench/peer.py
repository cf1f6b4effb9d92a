"""`openssl ocsp` as a responder, loaded: `python -m harness.bench.peer FOLDER SECONDS`, a Result out (JSON).

That responder listens on every address and cannot be told otherwise. So this program is run within a network namespace
of its own (`unshare -rn`), where there is nothing but a loopback; it brings that up, and nobody else can reach it.
FOLDER has ca.pem, responder.pem, responder.key, index.txt and requests.json.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

import msgspec

from harness.bench.load import Job, run
from harness.bench.machine import processor_seconds
from harness.errors import ConfigurationError

PORT = 8888
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def main() -> None:
    """Serve, load, and write the result."""
    folder, seconds, *cores = Path(sys.argv[1]), float(sys.argv[2]), *(int(core) for core in sys.argv[3:])
    _loopback_up()
    files = ["-index", "index.txt", "-CA", "ca.pem", "-rsigner", "responder.pem", "-rkey", "responder.key"]
    placed = ["taskset", "-c", str(cores[0])] if cores else []
    command = [*placed, "openssl", "ocsp", "-port", str(PORT), *files, "-nmin", "30", "-ignore_err"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as served:
        try:
            _await(served)
            if len(cores) > 1:
                os.sched_setaffinity(0, {cores[1]})
            requests = msgspec.json.decode((folder / "requests.json").read_bytes(), type=list[str])
            before = processor_seconds(served.pid)
            result = run(Job(PORT, requests, seconds, path="/", connections=4, keeps=False))
            spent = processor_seconds(served.pid) - before
            sys.stdout.write(msgspec.json.encode(msgspec.structs.replace(result, responder=spent)).decode())
        finally:
            served.terminate()


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        request = struct.pack("16sh", b"lo", 0)
        (flags,) = struct.unpack("16xh", fcntl.ioctl(asked, SIOCGIFFLAGS, request))
        fcntl.ioctl(asked, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


def _await(served: "subprocess.Popen[bytes]") -> None:
    """Return when it says that it listens; a connection that brings no request would keep it from answering others."""
    line = b"" if served.stdout is None else served.stdout.readline()
    if not line.startswith(b"ACCEPT"):
        raise ConfigurationError(f"openssl ocsp: expected ACCEPT and an address, actual {line!r}")


if __name__ == "__main__":
    main()
