"""A scene for cards in PC/SC readers: each reader is looked at before the load, and gets one PIN, once, if it is ours.

Only readers whose names begin with "Kazashi" (the grammar sees to it, and the terminal again), with a card of the
emulation in them: a certificate of the real JPKI is refused before any PIN is sent.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from cryptography import x509
from rich.progress import Progress

from harness.clock import host_now
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.pcsc_lane.faults import LaneUnavailable
from harness.pcsc_lane.readers import connection_to, listed_readers
from harness.terminal.card_reader import CardFault, CardReader
from loadtests.crowd import mix_of
from loadtests.options import Options
from loadtests.scene import Scene
from loadtests.targets.grammar import LoadTarget, Readers, TargetKind
from loadtests.targets.ground import Ground, Subject
from loadtests.targets.production import require_no_production
from loadtests.vocabulary import Standing

ALL_TRIES = 3
"""Of the authentication PIN (spec/card.md §3): a card that has less was used by somebody, and load keeps off it."""
BIRTH_DATE = 0xDF24


@contextmanager
def card_scene(target: LoadTarget, options: Options, keys: KeyPool, bars: Progress) -> Iterator[Scene]:
    """Yield the scene; nothing was started, and every connection to a card was given back."""
    del keys, bars
    assert isinstance(target, Readers)  # noqa: S101  (scenes are by kind)
    try:
        known = listed_readers()
        subjects = [_looked_at(name, known, options) for name in target.names]
    except (LaneUnavailable, CardFault) as fault:
        raise ConfigurationError(f"before any load was sent: {options.target}: {fault}") from fault
    yield Scene(
        TargetKind.CARDS,
        f"cards in {', '.join(target.names)}",
        "http://pcsc.invalid",
        Ground(
            kind=TargetKind.CARDS,
            address="",
            seed=options.seed,
            bad=sum(mix_of(options).bad.values()),
            timeout=options.timeout,
            instant=host_now(),
            lasts=0.0,
            issuer=b"",
            forger_key=b"",
            subjects=subjects,
            readers=list(target.names),
            pin=options.pin,
        ),
    )


def _looked_at(name: str, known: list[str], options: Options) -> Subject:
    """Return the card in a reader: its certificate and its holder's birth date; one PIN was sent for that."""
    if name not in known:
        raise ConfigurationError(
            f"before any load was sent: reader {name!r}: expected one of {', '.join(known) or 'none'}; "
            "`pcsc_scan -r` lists them"
        )
    with connection_to(name) as connection:
        card = CardReader(connection)
        der = card.authentication_certificate()
        certificate = x509.load_der_x509_certificate(der)
        require_no_production(f"the card in {name}", certificate)
        tries = card.tries_left()
        if tries != ALL_TRIES:
            raise ConfigurationError(
                f"before any load was sent: the card in {name}: expected {ALL_TRIES} tries of its PIN, actual {tries}; "
                "load spends none, and takes no card that has lost one"
            )
        born = _birth_date(card.four_attributes(options.pin)[BIRTH_DATE])
    return Subject(name, Standing.GOOD, certificate.serial_number, der, b"", reason=born.isoformat())


def _birth_date(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  (a date has no zone)
