"""Where a vpcd reader listens: HOST:PORT as people write it, and whether that is another machine."""

import ipaddress
from dataclasses import dataclass

from cardsim.faults import ReaderUnreachable

DEFAULT_PORT = 35963
"""0x8C7B, the first slot of Debian's configuration, and of the Windows driver's (spec/card.md §9)."""
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Address:
    """One slot of a vpcd reader."""

    host: str = LOOPBACK
    port: int = DEFAULT_PORT

    def __str__(self) -> str:
        """The address as it is written: an IPv6 host in brackets (RFC 3986 §3.2.2)."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def is_here(self) -> bool:
        """Whether bytes to it stay on this machine. A name other than localhost may lead anywhere."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def warning(self) -> str | None:
        """What to tell the person who serves a card there; None for this machine."""
        if self.is_here():
            return None
        return (
            f"warning: {self} is another machine: the card's commands and answers go there unencrypted, PINs too; "
            f"use a network of your own, or a tunnel (ssh -L {self.port}:127.0.0.1:{self.port} HOST)\n"
            f"警告: {self} は別の機械です。カードの命令と応答は、暗証番号も含め暗号化されずに送られます。"
            "閉じたネットワークか、ssh -L のトンネルを使ってください"
        )


def parse_address(text: str) -> Address:
    """The address written as HOST:PORT, HOST or [IPv6]:PORT; ReaderUnreachable when it is none of them."""
    host, bracket, rest = text[1:].partition("]") if text.startswith("[") else (text, "", "")
    if not bracket:
        host, colon, digits = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    else:
        colon, digits = rest[:1], rest[1:]
    bare_ipv6 = ":" in host and not bracket
    if not host or bare_ipv6 or colon not in {"", ":"} or bool(colon) != (digits.isascii() and digits.isdigit()):
        raise ReaderUnreachable(
            f"{text!r} is no reader's address: expected HOST:PORT, "
            f"say {LOOPBACK}:{DEFAULT_PORT} or [::1]:{DEFAULT_PORT}"
        )
    return Address(host, int(digits) if digits else DEFAULT_PORT)
