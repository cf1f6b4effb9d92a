"""`kazashi report key`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from conformance.evidence.signing_key import PASSPHRASE, key_id, make_key


def key_command(
    *,
    out: Annotated[Path, typer.Option(help="file of the private key (0600); FILE.pub beside it / 秘密鍵の出力先")],
    passphrase: Annotated[
        bool,
        typer.Option(
            "--passphrase",
            help="encrypt it; the passphrase is in KAZASHI_KEY_PASSPHRASE, or asked for / パスフレーズで暗号化",
        ),
    ] = False,
) -> None:
    """Make a certifier's key (Ed25519, PKCS#8 PEM) for `certify --sign`; give its .pub or id to those who verify.

    証拠への署名に使う認証者の鍵を作成する。公開鍵または識別子を、検証する側へ別の経路で渡すこと。
    """
    said = os.environ.get(PASSPHRASE, "")
    if passphrase and not said:
        confirm = sys.stdin.isatty()
        said = typer.prompt("passphrase / パスフレーズ", hide_input=True, confirmation_prompt=confirm, err=True)
    key, public = make_key(out, said.encode() if passphrase or said else None)
    typer.echo(f"{out}\n{public}\n{key_id(key.public)}")
