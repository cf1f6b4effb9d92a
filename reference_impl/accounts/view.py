"""What is told of an account."""

import msgspec


class AccountView(msgspec.Struct, frozen=True):
    """What is stored about a holder, for the verb `account`; the chip key by its hash, the birth date not at all."""

    issuer_key: str
    serial: str
    services: list[str]
    chip_key: str | None
    accepted: int
