"""The one line that runs a case again: what was said of the target, the seed, the case; its twin comes by itself."""

import shlex


def command_again(role: str, target: tuple[str, ...], seed: int, case: str) -> str:
    """Return the command; `target` is what was said of it (`--target`, `--reader` and so on), word by word."""
    words = ["./kazashi", "certify", *(() if role == "relying-party" else ("--role", role)), *target]
    return shlex.join([*words, "--seed", str(seed), "--case", case])
