"""Who asks: a terminal by its credential (Basic, RFC 7617), an operator or an auditor by a token (Bearer, RFC 6750).

A terminal is one that the operator configured. Tokens are given in files; here is only their hash. Whoever is wrong is
told that, and not how.
"""

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Final

import msgspec

from reference_impl.configuration import Configuration
from reference_impl.web.problems import Problem, ProblemReason


class Role(StrEnum):
    """Who may do something."""

    ANYBODY = "anybody"
    TERMINAL = "terminal"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class Caller(msgspec.Struct, frozen=True):
    """Who asked, by the name the operator gave."""

    role: Role
    id: str = ""
    credential: str = ""
    """Of a terminal."""


NOBODY: Final = Caller(Role.ANYBODY)


class Callers:
    """Everybody with a token, by role and name."""

    def __init__(self, tokens: Mapping[Role, Mapping[str, str]] | None = None) -> None:
        self._hashes = {
            (role, name): sha256(token.encode()).digest()
            for role, named in (tokens or {}).items()
            for name, token in named.items()
        }

    def require(self, role: Role, authorization: list[str], configuration: Configuration) -> Caller:
        """The caller, who has this role; Problem for anybody else."""
        if role is Role.ANYBODY:
            return NOBODY
        caller = self._identify(authorization, configuration)
        if caller.role is not role:
            raise Problem(ProblemReason.FORBIDDEN, "header Authorization", f"a caller of role {role}", caller.role)
        return caller

    def _identify(self, authorization: list[str], configuration: Configuration) -> Caller:
        scheme, _, proof = (authorization[0] if len(authorization) == 1 else "").partition(" ")
        caller = None
        if scheme.lower() == "basic":
            caller = _terminal(proof.strip(), configuration)
        elif scheme.lower() == "bearer":
            caller = self._holder_of(proof.strip())
        if caller is None:
            expected = "Basic with a terminal's id and credential, or Bearer with a token"
            raise Problem(ProblemReason.UNAUTHENTICATED, "header Authorization", expected, "none, or one that is wrong")
        return caller

    def _holder_of(self, token: str) -> Caller | None:
        presented = sha256(token.encode()).digest()
        found = [key for key, known in self._hashes.items() if hmac.compare_digest(known, presented)]
        return Caller(*found[0]) if found else None


def _terminal(proof: str, configuration: Configuration) -> Caller | None:
    try:
        name, _, credential = b64decode(proof, validate=True).decode("utf-8").partition(":")
    except (NotBase64, ValueError):
        return None
    if not configuration.is_terminal_known(name, credential):
        return None
    return Caller(Role.TERMINAL, name, credential)
