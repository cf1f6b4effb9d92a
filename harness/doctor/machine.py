"""This machine: is there room for our keys, can doors open, and would a proxy stand between product and J-LIS?"""

import os
import socket
from collections.abc import Mapping
from pathlib import Path

from harness.contract.advice import Advice
from harness.contract.check import Finding

LOOPBACK = "127.0.0.1"
PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
EXCEPTIONS = ("no_proxy", "NO_PROXY")

WRITABLE = Advice("KAZASHI_HOME に書き込めるフォルダーを指定する", "set KAZASHI_HOME to a folder that can be written")
PORT = Advice(
    "そのポートを使うプログラムを終了するか、別のポート（0 は任意）を指定する",
    "end the program that holds the port, or name another (0 takes any)",
)
PROXY = Advice(
    "NO_PROXY に 127.0.0.1 を加える。製品が疑似 J-LIS への問合せをプロキシに送ってしまう",
    "add 127.0.0.1 to NO_PROXY: a product that is started here would send its questions to that proxy",
)


def check_home(home: Path) -> Finding:
    """Return whether keys and worlds can be kept in `home`."""
    probe = home / f".doctor-{os.getpid()}"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as fault:
        return Finding("home", "a folder that can be written", f"{home}: {fault.strerror}", WRITABLE, held=False)
    return Finding("home", "a folder that can be written", str(home), WRITABLE)


def check_port(port: int, purpose: str) -> Finding:
    """Return whether a door could open at `port` of loopback; 0 asks for any."""
    name, expected = f"port for {purpose}", f"{port or 'any'} free on {LOOPBACK}"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
            listener.listen(1)
        except (OSError, OverflowError) as fault:
            return Finding(name, expected, str(fault), PORT, held=False)
    return Finding(name, expected, "free", PORT)


def check_proxies(environment: Mapping[str, str]) -> Finding:
    """Return whether a product started from `environment` reaches loopback without a proxy."""
    proxy = next((environment[name] for name in PROXIES if environment.get(name)), None)
    exceptions = ",".join(environment.get(name, "") for name in EXCEPTIONS)
    spared = {part.strip() for part in exceptions.split(",")}
    held = proxy is None or bool(spared & {LOOPBACK, "*", "127.0.0.0/8"})
    # The address alone: a proxy's URL may hold a password.
    host = "none" if proxy is None else proxy.rpartition("@")[2]
    return Finding("proxy", f"none for {LOOPBACK}", host if not held else "none in the way", PROXY, held=held)
