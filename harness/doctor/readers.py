"""PC/SC readers: which there are, whether their names are ours, and whether two have the same."""

from collections.abc import Callable, Sequence

from harness.contract.advice import Advice
from harness.contract.check import Finding
from harness.terminal.card_reader import OUR_READERS

PCSC = Advice(
    "実機のリーダーで試すときだけ必要: pcscd と pyscard を入れる。in-process のカードには不要",
    "needed only for PC/SC: start pcscd and install pyscard; cards in process need neither",
)
OURS = Advice(
    "PIN を送るのは名前が Kazashi で始まるリーダーだけ。FRIENDLYNAME を直すか、実カードを外す",
    "a PIN goes only to readers whose name begins with Kazashi: set FRIENDLYNAME, or take the real card away",
)
UNLIKE = Advice(
    "リーダー名が重複している。設定の FRIENDLYNAME を別々にする",
    "two readers have one name: give each its own FRIENDLYNAME, a client that looks by name would take the wrong one",
)


def check_readers(listed: Callable[[], Sequence[str]]) -> list[Finding]:
    """Return what is to be said of the readers that `listed` names; it raises when PC/SC is not there."""
    try:
        names = list(listed())
    except Exception as fault:  # noqa: BLE001  (pyscard has many, and each means: no PC/SC here)
        return [Finding("readers", "PC/SC, if a product uses it", f"{type(fault).__name__}: {fault}", PCSC)]
    foreign = [name for name in names if not name.startswith(OUR_READERS)]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [
        Finding("readers", "PC/SC, if a product uses it", ", ".join(names) or "none", PCSC),
        Finding(
            "reader names", f"each begins with {OUR_READERS}", ", ".join(foreign) or "all do", OURS, held=not foreign
        ),
        Finding("duplicate readers", "none", ", ".join(twice) or "none", UNLIKE, held=not twice),
    ]


def pcsc_readers() -> list[str]:
    """Return the names of the readers that PC/SC lists; ImportError without pyscard, its own faults without pcscd."""
    from smartcard.System import readers  # noqa: PLC0415  (an extra: only who asks for PC/SC needs it)

    return [str(reader) for reader in readers()]
