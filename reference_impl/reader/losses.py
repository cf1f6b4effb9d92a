"""Which loss a connection's exception tells of: pyscard's carry PC/SC's result as `hresult` (PC/SC part 5 §3.1.5)."""

from typing import Final

from reference_impl.reader.lost import CardInUse, CardRemoved, CardReset, NoAnswer, ReaderGone

_BY_RESULT: Final[dict[int, type[NoAnswer]]] = {
    0x8010000B: CardInUse,  # SCARD_E_SHARING_VIOLATION
    0x80100009: ReaderGone,  # SCARD_E_UNKNOWN_READER
    0x80100017: ReaderGone,  # SCARD_E_READER_UNAVAILABLE
    0x8010001D: ReaderGone,  # SCARD_E_NO_SERVICE
    0x8010001E: ReaderGone,  # SCARD_E_SERVICE_STOPPED
    0x80100068: CardReset,  # SCARD_W_RESET_CARD
}


def read_loss(fault: Exception) -> type[NoAnswer]:
    """The loss. Whatever else a connection raises is taken for a card that is gone: nothing came from it."""
    result = getattr(fault, "hresult", None)
    return _BY_RESULT.get(result & 0xFFFFFFFF, CardRemoved) if isinstance(result, int) else CardRemoved
