"""A relying party's lists as tests keep them: one town, an instant that the test sets, a refresher."""

from datetime import timedelta
from pathlib import Path

from reference_impl.configuration import Configuration
from reference_impl.fresh_lists import Lists
from reference_impl.refresher import Refresher
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import Trust
from tests.revocation_lists import making as m
from tests.revocation_lists.shop import INDEX
from tests.revocation_lists.test_statuses import SERIAL, holder

AUTH = CertificateKind.AUTH
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TOWN = "Aoi-shi"


class Keeper:
    """A relying party's lists and their refresher, at an instant that the test sets."""

    def __init__(self, folder: Path, url: str) -> None:
        self.now = m.NOW
        self.lists = Lists(folder, patience=10)
        self.refresher = Refresher(self.lists, lambda: self.now, lambda: 1.0)
        self.crl = self.lists.method(
            Configuration(Trust((m.authority(),)), lists={AUTH: f"{url}{INDEX}"}), None, is_offline=False
        )

    def look(self) -> float:
        """One look; minutes until the next."""
        return (self.refresher.look() - self.now) / MINUTE

    def said(self) -> str:
        """What the lists say of a certificate."""
        return self.crl.status(holder(SERIAL, m.point(TOWN)), m.authority(), self.now).reason
