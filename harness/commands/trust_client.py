"""`kazashi trust client`: which clients may ask at a door with TLS: made, admitted, shown, taken off."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from harness.announcement import write_private
from harness.clock import host_now
from harness.errors import ConfigurationError
from harness.home import home, key_pool
from harness.keys import KEY_BITS, PUBLIC_EXPONENT
from harness.tls.authority import TlsAuthority, key_pem
from harness.tls.clients import LIFE, Admitted, checked_name, read_certificate
from harness.tls.context import FOLDER, access_list

app = typer.Typer(help="Clients of a door with TLS / TLS クライアント証明書", no_args_is_help=True)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="whose it is / クライアントの名前")],
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="a new folder for certificate and key / 書き出し先")],
    days: Annotated[int, typer.Option(help="how long it is valid / 有効日数", min=1, max=3650)] = LIFE.days,
) -> None:
    """Issue a certificate and admit it; earlier ones of the same name stay good until they are removed.

    クライアント証明書を発行して許可する。同名の旧証明書は削除するまで有効(更新時の併用期間)。
    """
    checked_name(name)
    try:
        out.mkdir(parents=True, mode=0o700)
    except OSError as fault:
        raise ConfigurationError(f"{out}: expected a new folder, actual {fault.strerror}; name another") from fault
    authority = TlsAuthority.of(home() / FOLDER, key_pool(), host_now())
    key = rsa.generate_private_key(PUBLIC_EXPONENT, KEY_BITS)
    certificate = authority.client(name, key.public_key(), host_now(), timedelta(days=days))
    write_private(out / "client-key.pem", key_pem(key))
    write_private(out / "client.pem", certificate.public_bytes(Encoding.PEM))
    write_private(out / "ca.pem", authority.pem)
    _show(access_list(home()).admit(certificate))
    typer.echo(f"{out}: client.pem, client-key.pem, ca.pem")


@app.command()
def admit(file: Annotated[Path, typer.Argument(metavar="FILE", help="a certificate (PEM) / 証明書（PEM）")]) -> None:
    """Admit a certificate of another authority, known by --client-ca / 他の認証局の証明書を許可する"""
    _show(access_list(home()).admit(read_certificate(file)))


@app.command("list")
def list_clients() -> None:
    """Show who is admitted / 許可されている証明書を表示する"""
    for one in access_list(home()).everybody():
        _show(one)


@app.command()
def remove(
    sha256: Annotated[
        str, typer.Argument(metavar="SHA256", help="its beginning, as `list` shows it / 先頭の数桁（list が示すもの）")
    ],
) -> None:
    """Take a certificate off the list: refused from the next request on / 許可を取り消す(再起動不要)"""
    _show(access_list(home()).remove(sha256))


def _show(one: Admitted) -> None:
    ends = one.certificate.not_valid_after_utc.isoformat(timespec="seconds")
    typer.echo(f"{one.sha256}  {one.name}  until / 期限 {ends}")
