"""Options that say how the authorities of a new world issue and publish; a stored world keeps its own (`Practice`)."""

import dataclasses
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any

import msgspec
import typer

from harness.commands.words import read_span
from harness.errors import ConfigurationError
from harness.jlis.crl_practice import PRACTICE, CrlMode, PracticeRefused, Swap
from harness.jlis.practice import STANDARD, Practice
from harness.jlis.validity import JST, LeapBirthday

Leap = Annotated[
    LeapBirthday | None, typer.Option(help="birthday of who was born on 29 February / 2月29日生まれの誕生日")
]
Kana = Annotated[
    bool | None,
    typer.Option(
        "--kana/--no-kana", help="kana in signature certificates (unverified) / 署名用証明書に振り仮名（未確認）"
    ),
]
FreeArea = Annotated[
    bool | None,
    typer.Option("--free-area/--no-free-area", help="cards with a free area: INVENTED / 条例利用領域（創作）"),
]
Production = Annotated[
    bool | None,
    typer.Option("--production-policies/--test-policies", help="policy OIDs of production / 本番の証明書ポリシー"),
]
Mode = Annotated[
    CrlMode | None, typer.Option(help="which lists a partition has when there are several CA keys / 失効リストの構成")
]
Publication = Annotated[
    str | None, typer.Option(metavar="HH:MM", help="when lists are published, Japan's time; 03:00 / 公表時刻")
]
Valid = Annotated[str | None, typer.Option(metavar="SPAN", help="how long a list holds; 48h / 失効リストの有効期間")]
SwapWindow = Annotated[
    str | None,
    typer.Option(metavar="SPAN-SPAN", help="how long yesterday's list still answers, as 5m-10m; off / 差替えの遅れ"),
]
_OFF = "off"
_OF_LISTS = {"crl_mode": "mode", "crl_publication": "publication", "crl_valid": "valid", "crl_swap": "swap"}
"""Options, and what each is called in `CrlPractice`."""


class Wanted:
    """What was asked for by options; what was not is None and becomes the default of a new world."""

    def __init__(self, **options: Any) -> None:
        """The options under their names, as `up` and `world new` have them; ConfigurationError when one is garbled."""
        given = {name: value for name, value in options.items() if value is not None}
        readers = {"crl_publication": _clock_time, "crl_valid": read_span, "crl_swap": _swap}
        self._given: Mapping[str, Any] = {
            name: readers[name](value) if name in readers else value for name, value in given.items()
        }
        lists = {field: self._given[name] for name, field in _OF_LISTS.items() if name in self._given}
        others = {name: value for name, value in self._given.items() if name not in _OF_LISTS}
        try:
            made = dataclasses.replace(PRACTICE, **lists)
        except PracticeRefused as fault:
            raise ConfigurationError(f"how lists are published: {fault}") from fault
        self.practice = msgspec.structs.replace(STANDARD, lists=made, **others)

    def check(self, found: Practice, name: str) -> None:
        """Return when a world has all that was asked for; ConfigurationError names what it has instead."""
        for option, wanted in self._given.items():
            actual = getattr(found.lists, _OF_LISTS[option]) if option in _OF_LISTS else getattr(found, option)
            if actual != wanted:
                raise ConfigurationError(
                    f"{name}: expected a world with --{option.replace('_', '-')} {_shown(wanted)}, actual one with "
                    f"{_shown(actual)}: "
                    "it has published by that; leave the option out, or make a new world"
                )


def _shown(value: Any) -> str:
    if isinstance(value, Swap):
        return f"{value.shortest}-{value.longest}"
    return _OFF if value is None else str(value)


def _clock_time(text: str) -> time:
    try:
        found = time.fromisoformat(text)
    except ValueError as fault:
        raise ConfigurationError(f"--crl-publication {text!r}: expected a time of the day like 03:00") from fault
    return found if found.tzinfo else found.replace(tzinfo=JST)


def _swap(text: str) -> Swap | None:
    if text == _OFF:
        return None
    shortest, dash, longest = text.partition("-")
    try:
        return Swap(read_span(shortest), read_span(longest if dash else shortest))
    except PracticeRefused as fault:
        raise ConfigurationError(f"--crl-swap {text!r}: {fault}") from fault
