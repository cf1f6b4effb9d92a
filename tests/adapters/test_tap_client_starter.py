"""The starter of reader software: written out as it is, it keeps the contract and refuses every card."""

import sys
from pathlib import Path

import pytest

from harness.adapters.starter import starters_of, write_starter
from harness.contract.check import check_other_role
from harness.contract.client import TapClient
from harness.contract.program_binding import ProgramBinding
from harness.contract.tap_messages import Run, TapFunction, TapReason
from harness.errors import ConfigurationError


def test_starter_keeps_the_contract_and_supports_nothing(tmp_path: Path) -> None:
    """The smoke test finds nothing to change; what is behind it is a stub."""
    written = write_starter("python", tmp_path / "new", starters=starters_of("tap-client"))
    assert [path.name for path in written] == ["README.ja.md", "README.md", "adapter.py"]
    binding = ProgramBinding([sys.executable, str(tmp_path / "new" / "adapter.py")], timeout=30)
    with TapClient(binding) as client:
        findings = check_other_role(binding, client, slow=30)
        ran = client.run(Run(function=TapFunction.READ_CERTIFICATE, reader="Kazashi 00 00", pins=[]))
    assert [finding.name for finding in findings if not finding.held] == []
    assert ran.reason is TapReason.CARD_NOT_SUPPORTED


def test_role_without_a_starter_is_refused_with_those_there_are() -> None:
    """In one line."""
    with pytest.raises(ConfigurationError, match="expected one of relying-party, tap-client"):
        starters_of("platform-client")
