"""Captured traffic: pcap and pcapng read strictly, and what each TCP peer said put together.

A small reader of our own: the well-kept ones either bring a whole protocol stack with them (scapy) or have not been
released for years (dpkt 2022, pcapng 2020). What is not TCP over IP is passed over; a link type that is not known here
is a fault of configuration, not silence. TLS is not opened: what is encrypted is not found.
"""

import ipaddress
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from harness.errors import ConfigurationError

_PCAP = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\x3c\x4d": ">"}
"""Magic numbers of microseconds and nanoseconds, and the order of octets that they tell (draft-ietf-opsawg-pcap)."""
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_ORDER = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_SECTION, _INTERFACE, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 3, 6
_ETHERNET, _NULL, _LOOP = 1, 0, 108
_RAW, _RAW_OTHERS = 101, (12, 14, 228, 229)
_COOKED, _COOKED_2 = 113, 276
_VLAN = (0x8100, 0x88A8)
_IPV4, _IPV6, _TCP = 0x0800, 0x86DD, 6
_EXTENSIONS = (0, 43, 60)
"""IPv6 headers that stand before TCP: hop-by-hop, routing, destination options (RFC 8200 §4)."""
_SYN = 0x02
_HALF, _WHOLE = 1 << 31, 1 << 32


@dataclass(frozen=True, slots=True)
class Peer:
    """Where octets come from and go to."""

    source: str
    source_port: int
    target: str
    target_port: int

    def __str__(self) -> str:
        return f"{self.source}:{self.source_port} > {self.target}:{self.target_port}"


@dataclass(frozen=True, slots=True)
class Said:
    """What one peer said in one connection, in its order; `gaps` counts places where octets are missing."""

    peer: Peer
    octets: bytes
    gaps: int


def read_capture(octets: bytes, name: str) -> list[Said]:
    """Return what was said in a capture; ConfigurationError says what is wrong with the file."""
    connections: dict[tuple[Peer, int], list[tuple[int, bytes]]] = {}
    numbers: dict[Peer, int] = {}
    for link, packet in _packets(octets, name):
        segment = _segment(link, packet, name)
        if segment is None:
            continue
        peer, sequence, flags, payload = segment
        if flags & _SYN:
            numbers[peer] = numbers.get(peer, 0) + 1  # the same ports again: another connection
            sequence += 1
        if payload:
            connections.setdefault((peer, numbers.get(peer, 0)), []).append((sequence, payload))
    return [Said(peer, *_joined(segments)) for (peer, _), segments in connections.items()]


def _joined(segments: list[tuple[int, bytes]]) -> tuple[bytes, int]:
    """Return the octets in the order of their numbers, each once, and how many gaps there are."""
    first = segments[0][0]
    placed = sorted(((number - first + _HALF) % _WHOLE - _HALF, payload) for number, payload in segments)
    text, following, gaps = bytearray(), placed[0][0], 0
    for number, payload in placed:
        if number > following:
            gaps += 1
            following = number
        text += payload[following - number :]
        following = max(following, number + len(payload))
    return bytes(text), gaps


def _packets(octets: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    if octets[:4] in _PCAP:
        yield from _of_pcap(octets, _PCAP[octets[:4]], name)
    elif octets[:4] == _PCAPNG:
        yield from _of_pcapng(octets, name)
    else:
        raise ConfigurationError(
            f"--watch captures={name}: expected pcap or pcapng, actual begins {octets[:4].hex()!r}"
        )


def _of_pcap(octets: bytes, order: str, name: str) -> Iterator[tuple[int, bytes]]:
    if len(octets) < 24:
        raise ConfigurationError(f"--watch captures={name}: expected 24 octets of header, actual {len(octets)}")
    link, at = struct.unpack_from(f"{order}I", octets, 20)[0] & 0xFFFF, 24
    while at + 16 <= len(octets):
        length = struct.unpack_from(f"{order}I", octets, at + 8)[0]
        yield link, octets[at + 16 : at + 16 + length]  # the last one may be cut: the capture goes on while it is read
        at += 16 + length


def _of_pcapng(octets: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    at, order, links = 0, "<", list[int]()
    while at + 12 <= len(octets):
        if octets[at : at + 4] == _PCAPNG:
            magic = octets[at + 8 : at + 12]
            if magic not in _ORDER:
                raise ConfigurationError(f"--watch captures={name}: octet {at}: expected a section's magic number")
            order, links = _ORDER[magic], []
        kind, length = struct.unpack_from(f"{order}II", octets, at)
        if length < 12 or length % 4:
            raise ConfigurationError(f"--watch captures={name}: octet {at}: expected a block's length, actual {length}")
        body = octets[at + 8 : at + length - 4]
        if kind == _INTERFACE:
            links.append(struct.unpack_from(f"{order}H", body)[0])
        elif kind == _ENHANCED and at + length <= len(octets):
            interface, captured = struct.unpack_from(f"{order}I", body)[0], struct.unpack_from(f"{order}I", body, 12)[0]
            yield _link_of(links, interface, name), body[20 : 20 + captured]
        elif kind == _SIMPLE and at + length <= len(octets):
            yield _link_of(links, 0, name), body[4:]
        at += length


def _link_of(links: list[int], interface: int, name: str) -> int:
    if interface >= len(links):
        raise ConfigurationError(
            f"--watch captures={name}: expected interface {interface} described before its packets"
        )
    return links[interface]


def _segment(link: int, packet: bytes, name: str) -> tuple[Peer, int, int, bytes] | None:
    """Return who said what in a packet: peer, number, flags, payload; None for what is no whole TCP segment."""
    try:
        return _tcp(_network(link, packet, name))
    except (struct.error, IndexError, ValueError):
        return None


def _network(link: int, packet: bytes, name: str) -> bytes:
    """Return the IP packet within a frame; ValueError where there is none."""
    if link in (_RAW, *_RAW_OTHERS):
        return packet
    if link in (_NULL, _LOOP):
        return packet[4:]
    at = {_ETHERNET: 12, _COOKED: 14, _COOKED_2: 0}.get(link)
    if at is None:
        raise ConfigurationError(f"--watch captures={name}: expected Ethernet, loopback, raw IP or cooked frames, "
                                 f"actual link type {link}")  # fmt: skip
    kind = int.from_bytes(packet[at : at + 2])
    while link == _ETHERNET and kind in _VLAN:
        at += 4
        kind = int.from_bytes(packet[at : at + 2])
    if kind not in (_IPV4, _IPV6):
        raise ValueError(kind)
    return packet[20:] if link == _COOKED_2 else packet[at + 2 :]


def _tcp(packet: bytes) -> tuple[Peer, int, int, bytes]:
    if packet[0] >> 4 == 4:
        head, total, protocol = (packet[0] & 0x0F) * 4, int.from_bytes(packet[2:4]), packet[9]
        addresses = packet[12:16], packet[16:20]
        if int.from_bytes(packet[6:8]) & 0x3FFF:
            raise ValueError("a fragment")
        total = total or len(packet)  # offloaded to the card: the length was not known yet
    else:
        head, total, protocol = 40, 40 + int.from_bytes(packet[4:6]), packet[6]
        addresses = packet[8:24], packet[24:40]
        total = total if total > head else len(packet)
        while protocol in _EXTENSIONS:
            protocol, head = packet[head], head + 8 * (packet[head + 1] + 1)
    if protocol != _TCP:
        raise ValueError(protocol)
    segment = packet[head:total]
    source_port, target_port, sequence, _, offset, flags = struct.unpack_from("!HHIIBB", segment)
    source, target = (str(ipaddress.ip_address(each)) for each in addresses)
    return Peer(source, source_port, target, target_port), sequence, flags, segment[(offset >> 4) * 4 :]
