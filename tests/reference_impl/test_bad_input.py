"""Whatever is not what it should be is MALFORMED, with offset and rule, in bounded time."""

import random
import time
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier

from reference_impl.verification import Reason
from tests.reference_impl import pki
from tests.reference_impl.verifying import bench, login, tap

SIZE = 64 * 1024


def wrapped(tag: int, content: bytes) -> bytes:
    """One element."""
    size = len(content)
    length = (
        bytes([size])
        if size < 128
        else b"\x82" + size.to_bytes(2)
        if 256 <= size < 65536
        else b"\x83" + size.to_bytes(3)
    )
    return bytes([tag]) + length + content


def of_small_elements() -> bytes:
    """As many elements as fit: each is looked at."""
    return wrapped(0x30, b"\x05\x00" * (SIZE // 2 - 3))


def nested() -> bytes:
    """As deep as it goes."""
    data = b""
    while len(data) < SIZE - 8:
        data = wrapped(0x30, data) if not 128 <= len(data) < 256 else wrapped(0x30, data + bytes(256))
    return data


def with_a_long_integer() -> bytes:
    """A serial of 64 kB, in a certificate that is signed."""
    return b"\x30\x82\xff\xff" + b"\x30\x82\xff\xf0" + wrapped(0x02, b"\x01" * (SIZE - 64))


def with_many_extensions() -> bytes:
    """A right certificate with a thousand extensions, none critical."""
    more = [(x509.UnrecognizedExtension(ObjectIdentifier(f"2.25.{each}"), bytes(40)), False) for each in range(1000)]
    return pki.leaf(more=more)


HUGE: dict[str, tuple[Callable[[], bytes], str | None]] = {
    "small-elements": (of_small_elements, "MALFORMED"),
    "nested": (nested, "MALFORMED"),
    "long-integer": (with_a_long_integer, "MALFORMED"),
    "zeros": (lambda: bytes(SIZE), "MALFORMED"),
    "random": (lambda: random.Random(1).randbytes(SIZE), "MALFORMED"),  # noqa: S311
    "many-extensions": (with_many_extensions, None),
    "one-long-extension": (
        lambda: pki.leaf(more=[(x509.UnrecognizedExtension(ObjectIdentifier("2.25.1"), bytes(SIZE - 2000)), False)]),
        None,
    ),
    "too-long": (lambda: wrapped(0x30, b"\x04\x83" + (4 * SIZE).to_bytes(3) + bytes(4 * SIZE)), "MALFORMED"),
}


@pytest.mark.parametrize("name", HUGE)
def test_certificate_of_64_kb_ends_in_bounded_time(name: str) -> None:
    """Each takes less than half a second of the processor, and ends in a verdict."""
    make, reason = HUGE[name]
    data, on = make(), bench()
    begun = time.process_time()
    verdict = on.verifier.verify(login(on, certificate=data), pki.NOW)
    assert time.process_time() - begun < 0.5
    assert reason is None or verdict.reason.value == reason
    assert reason is not None or verdict.reason in {Reason.OK, Reason.MALFORMED}


def test_longer_certificate_is_not_read_at_all() -> None:
    """One octet more than 64 kB, and the finding says that it is our limit, where, and both sides."""
    on = bench()
    verdict = on.verifier.verify(login(on, certificate=pki.leaf().ljust(SIZE + 1, b"\x00")), pki.NOW)
    assert verdict.finding is not None
    assert (verdict.reason, verdict.finding.clause) == (Reason.MALFORMED, "local limit")
    assert "expected at most 65536 octets, found 65537" in verdict.finding.en


@pytest.mark.parametrize("part", ["certificate", "birth_record", "card_certificate"])
def test_every_truncation_is_malformed_with_offset_and_rule(part: str) -> None:
    """Cut anywhere: MALFORMED, no step done, offset and rule in the finding; nothing is spent, nothing asked."""
    on = bench()
    attempt = tap(on)
    assert attempt.chip is not None
    whole = attempt.certificate if part == "certificate" else getattr(attempt.chip, part)
    for length in range(0, len(whole), 3):
        parts = {name: getattr(attempt, name) for name in attempt.__struct_fields__}
        if part == "certificate":
            parts["certificate"] = whole[:length]
        else:
            chip = {name: getattr(attempt.chip, name) for name in attempt.chip.__struct_fields__}
            parts["chip"] = type(attempt.chip)(**{**chip, part: whole[:length]})
        verdict = on.verifier.verify(type(attempt)(**parts), pki.NOW)
        assert verdict.finding is not None
        assert (verdict.reason, verdict.steps) == (Reason.MALFORMED, ())
        assert "offset " in verdict.finding.en
        assert verdict.finding.clause.split()[0] in {"X.690", "RFC", "spec/card.md", "structure"}
    assert on.told.asked == []
    assert on.reason(attempt) == "OK"


def test_garbage_of_any_length_is_malformed() -> None:
    """Three thousand runs of random octets, some beginning like a certificate: a verdict each, never an exception."""
    chance, on = random.Random(2), bench()  # noqa: S311
    head = pki.leaf()
    for _ in range(3000):
        tail = chance.randbytes(chance.randrange(60))
        data = head[: chance.randrange(len(head))] + tail if chance.random() < 0.5 else tail
        assert on.reason(login(on, certificate=data, challenge=b"", signature=b"")) in {"MALFORMED", "BAD_SIGNATURE"}
