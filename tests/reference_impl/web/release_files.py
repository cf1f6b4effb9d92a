"""A release's folder: its configuration, and the files that it names."""

from pathlib import Path
from typing import Any

import yaml

from tests.reference_impl import pki
from tests.reference_impl.web.client import AUDITOR, OPERATOR


def write(folder: Path, **changes: Any) -> Path:
    """The configuration's path; `changes` replace parts of it, None takes one away."""
    files = {
        "auth.cer": pki.der(pki.authority("auth", "auth-ca")),
        "sign.cer": pki.der(pki.authority("sign", "sign-ca")),
        "card-issuer.der": pki.spki("card-issuer"),
    }
    secrets = {"counter-1": "secret-1", "operator": OPERATOR, "auditor": AUDITOR}
    for name, octets in files.items():
        (folder / name).write_bytes(octets)
    for name, secret in secrets.items():
        (folder / name).write_text(f"{secret}\n", encoding="ascii")
        (folder / name).chmod(0o600)
    release = {
        "listen": {"host": "127.0.0.1", "port": 0},
        "store": "store.sqlite",
        "audit": {"store": "audit.sqlite", "key": "audit.key"},
        "policies": "test",
        "production_anchors": False,
        "authorities": [{"kind": "auth", "file": "auth.cer"}, {"kind": "sign", "file": "sign.cer"}],
        "card_issuers": [{"key_id": pki.KEY_ID_ISSUER.hex(), "file": "card-issuer.der"}],
        "status": [{"kind": "auth", "ocsp": "http://127.0.0.1:9/"}, {"kind": "sign", "ocsp": "http://127.0.0.1:9/"}],
        "terminals": [{"id": "counter-1", "credential": "counter-1"}],
        "services": [{"id": "library", "purposes": ["enrol", "login", "tap", "sign"]}],
        "tokens": {
            "operators": [{"id": "op-1", "file": "operator"}],
            "auditors": [{"id": "audit-1", "file": "auditor"}],
        },
        **changes,
    }
    path = folder / "release.yaml"
    kept = {name: value for name, value in release.items() if value is not None}
    path.write_text(yaml.safe_dump(kept, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path
