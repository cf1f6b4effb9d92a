"""Two traces side by side: where a golden one and this one part, in words a person can act on."""

from collections.abc import Iterable

from cardsim.trace_export import Exported, ExportedTrace, command_words

COMMAND = "command"
GET_CHALLENGE = "0084"
"""What a card answers to it no other card does."""


def differences(golden: ExportedTrace, actual: ExportedTrace, *, power_too: bool = False) -> list[str]:
    """What differs, command by command; nothing where the two are the same.

    Compared are the masked command, the whole answer, the status word, and what was current; of a challenge that the
    card drew only how long it is. When power came and went is left out unless `power_too`: each door gives power in its
    own way.
    """
    expected, found = (_facts(trace.lines, power_too=power_too) for trace in (golden, actual))
    told = [
        line
        for number, (one, other) in enumerate(zip(expected, found, strict=False), start=1)
        for line in _between(number, one, other)
    ]
    if len(expected) != len(found):
        told.append(f"expected {len(expected)} lines, actual {len(found)}")
    return told


def _facts(lines: Iterable[Exported], *, power_too: bool) -> list[Exported]:
    return [line for line in lines if power_too or line.event in {COMMAND, "torn"}]


def _between(number: int, expected: Exported, found: Exported) -> list[str]:
    name = command_words(expected.command)[1] if expected.command else expected.event
    return [
        f"{number} {name}: {field}: expected {was or 'nothing'}, actual {now or 'nothing'}"
        for field in ("event", "command", "answer", "sw", "where")
        if (was := getattr(expected, field)) != (now := getattr(found, field))
        and not (field == "answer" and expected.command.startswith(GET_CHALLENGE) and len(was) == len(now))
    ]
