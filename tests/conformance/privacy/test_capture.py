"""Captures made octet by octet: frames, formats, disorder, gaps; cut at every octet."""

import struct
from pathlib import Path

import pytest

from conformance.privacy.canary import Canary, Kind
from conformance.privacy.capture import read_capture
from conformance.privacy.oracle import Oracle
from conformance.privacy.place import Place
from conformance.privacy.watch import Watch
from harness.errors import ConfigurationError

NAME = "標本　樺椎楢楓柊"
WHOLE = f"a visitor called {NAME} came".encode()


def tcp(payload: bytes, number: int, flags: int = 0x18, source: int = 40000, target: int = 5432) -> bytes:
    """A segment."""
    return struct.pack("!HHIIBBHHH", source, target, number % (1 << 32), 0, 0x50, flags, 1024, 0, 0) + payload


def ipv4(segment: bytes, protocol: int = 6, fragment: int = 0) -> bytes:
    """A packet on loopback."""
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 1, fragment, 64, protocol, 0)
    return head + bytes((127, 0, 0, 1)) * 2 + segment


def ipv6(segment: bytes) -> bytes:
    """The same in the other version."""
    return struct.pack("!IHBB", 0x60000000, len(segment), 6, 64) + (bytes(15) + b"\x01") * 2 + segment


def framed(link: int, packet: bytes) -> bytes:
    """A packet in the frame of a link type."""
    kind = b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00"
    return {
        0: b"\x02\0\0\0" + packet,
        1: bytes(12) + kind + packet,
        101: packet,
        113: bytes(14) + kind + packet,
        276: kind + bytes(18) + packet,
    }[link]


def pcap(packets: list[bytes], link: int = 1, order: str = "<", magic: int = 0xA1B2C3D4) -> bytes:
    """A file of them."""
    head = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    frames = [framed(link, packet) for packet in packets]
    return head + b"".join(struct.pack(f"{order}IIII", 0, 0, len(each), len(each)) + each for each in frames)


def pcapng(packets: list[bytes], link: int = 1, order: str = "<") -> bytes:
    """The same in the newer format, the last one as a simple packet."""

    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        return struct.pack(f"{order}II", kind, len(body) + 12) + body + struct.pack(f"{order}I", len(body) + 12)

    file = block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))
    file += block(1, struct.pack(f"{order}HHI", link, 0, 0)) + block(5, bytes(12))
    *first, last = [framed(link, packet) for packet in packets]
    for each in first:
        file += block(6, struct.pack(f"{order}IIIII", 0, 0, 0, len(each), len(each)) + each)
    return file + block(3, struct.pack(f"{order}I", len(last)) + last)


def segments(text: bytes, length: int = 7, first: int = 1000) -> list[bytes]:
    """A text in pieces."""
    return [tcp(text[at : at + length], first + at) for at in range(0, len(text), length)]


@pytest.mark.parametrize("link", [0, 1, 101, 113, 276])
@pytest.mark.parametrize("version", [ipv4, ipv6], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_stream_is_put_together(link: int, version: object, order: str) -> None:
    """In either format, of either order of octets, in every frame that is known; IPv6 in its own frames."""
    assert callable(version)
    packets = [version(each) for each in segments(WHOLE)]
    for made in (pcap(packets, link, order), pcapng(packets, link, order)):
        assert [said.octets.rstrip(b"\0") for said in read_capture(made, "a.pcap")] == [WHOLE]


def test_nanoseconds_have_a_magic_number_of_their_own() -> None:
    """The rest is the same."""
    made = pcap([ipv4(each) for each in segments(WHOLE)], magic=0xA1B23C4D)
    assert read_capture(made, "a.pcap")[0].octets == WHOLE


def test_disorder_repetition_and_wrapping_numbers() -> None:
    """Segments that come late, twice, in larger pieces, and over the end of the numbers."""
    first = (1 << 32) - 20
    pieces = segments(WHOLE, 9, first)
    pieces = [pieces[0], pieces[3], pieces[1], pieces[1], pieces[2], *pieces[4:], tcp(WHOLE[9:30], first + 9)]
    (said,) = read_capture(pcap([ipv4(each) for each in pieces]), "a.pcap")
    assert (said.octets, said.gaps) == (WHOLE, 0)


def test_a_gap_is_told() -> None:
    """Octets that were not captured cannot be searched."""
    pieces = segments(WHOLE)
    (said,) = read_capture(pcap([ipv4(each) for each in (*pieces[:2], *pieces[3:])]), "a.pcap")
    assert said.gaps == 1


def test_same_ports_again_are_another_connection() -> None:
    """Begun by SYN."""
    packets = [ipv4(tcp(b"", 5, 2)), ipv4(tcp(b"one", 6)), ipv4(tcp(b"", 900, 2)), ipv4(tcp(b"two", 901))]
    assert [said.octets for said in read_capture(pcap(packets), "a.pcap")] == [b"one", b"two"]


def test_other_traffic_is_passed_over() -> None:
    """UDP, fragments, ARP and frames that end too soon."""
    packets = [ipv4(bytes(8), protocol=17), ipv4(tcp(b"x", 1), fragment=0x2000), ipv4(tcp(b"x", 1))[:30]]
    made = pcap(packets) + struct.pack("<IIII", 0, 0, 20, 20) + bytes(12) + b"\x08\x06" + bytes(6)
    assert read_capture(made, "a.pcap") == []


def test_cut_anywhere_it_is_read_so_far_or_refused() -> None:
    """The capture goes on while it is read."""
    for made in (pcap([ipv4(each) for each in segments(WHOLE)]), pcapng([ipv4(each) for each in segments(WHOLE)])):
        for length in range(24, len(made)):
            for said in read_capture(made[:length], "a.pcap"):
                assert WHOLE.startswith(said.octets)


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "pcap or pcapng"),
        (b"\xd4\xc3\xb2\xa1", "24 octets"),
        (pcap([ipv4(tcp(b"x", 1))])[:20] + struct.pack("<I", 147) + pcap([ipv4(tcp(b"x", 1))])[24:], "link type 147"),
        (b"\x0a\x0d\x0d\x0a" + bytes(24), "magic number"),
        (pcapng([ipv4(tcp(b"x", 1))])[:28] + struct.pack("<II", 6, 4) + bytes(64), "length"),
        (pcapng([ipv4(tcp(b"x", 1))])[:28] + struct.pack("<III", 3, 16, 0) + bytes(64), "interface 0"),
    ],
)
def test_what_is_no_capture_is_a_fault_of_configuration(octets: bytes, says: str) -> None:
    """With the file's name."""
    with pytest.raises(ConfigurationError, match=f"(?s)a.pcap.*{says}"):
        read_capture(octets, "a.pcap")


def test_what_the_suite_says_itself_is_not_the_product_s(tmp_path: Path) -> None:
    """Neither our requests to its contract surface nor the answers of our J-LIS; to its database it may not say it."""
    place = tmp_path / "a.pcap"
    ours = [ipv4(tcp(WHOLE, 1, target=8080)), ipv4(tcp(WHOLE, 1, source=2560, target=50000))]
    for target, expected in ((8080, 0), (5432, 1)):
        place.write_bytes(pcap([*ours, *(ipv4(each) for each in segments(WHOLE))] if target == 5432 else ours))
        oracle = Oracle([Watch(Place.CAPTURES, str(place))])
        oracle.talks(product=8080, jlis=2560)
        oracle.plant([Canary(Kind.NAME, "a/case", NAME)])
        findings = oracle.finish().findings
        assert len(findings) == expected
        assert all("127.0.0.1:40000 > 127.0.0.1:5432" in finding.where for finding in findings)


def test_encrypted_traffic_is_said_not_to_be_searched(tmp_path: Path) -> None:
    """A handshake of TLS stands at its beginning."""
    place = tmp_path / "a.pcap"
    place.write_bytes(pcap([ipv4(tcp(b"\x16\x03\x01\x02\x00", 1))]))
    assert "TLS" in Oracle([Watch(Place.CAPTURES, str(place))]).finish().remarks[0]
