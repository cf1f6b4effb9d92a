"""RSA-2048 keys: made once per installation, kept on disk for their owner only, allotted one to one in a world.

Making a key takes 30 ms, loading one with OpenSSL's checks as long; keys of this pool were checked when they were
made, so they are loaded without (PERFORMANCE.md). No key is ever published: an anchor forgotten in somebody's
trust store must not let a stranger mint residents.
"""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from harness.errors import ConfigurationError

PUBLIC_EXPONENT = 65537
KEY_BITS = 2048
OTHERS = 0o077
"""The permission bits of anybody but the owner."""
Progress = Callable[[int, int], None]


class KeyPool:
    """The keys of one installation in `folder` (mode 0700): numbered ones for cards, named ones for authorities."""

    def __init__(self, folder: Path) -> None:
        self.folder = self._folder = folder
        self._loaded: dict[str, rsa.RSAPrivateKey] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if folder.stat().st_mode & OTHERS:
                folder.chmod(0o700)  # made by somebody else's umask; the keys in it are their owner's only
        except OSError as fault:
            raise ConfigurationError(
                f"{folder}: expected a folder for keys, actual {fault.strerror}; name another in KAZASHI_HOME"
            ) from fault

    def numbered(self, number: int) -> rsa.RSAPrivateKey:
        """Return card key `number` (0, 1, …), made now if it is new."""
        return self._key(_card_key(number))

    def named(self, name: str) -> rsa.RSAPrivateKey:
        """Return the key of an authority of this installation, made now if it is new."""
        return self._key(name)

    def prepare(self, count: int, progress: Progress | None = None) -> None:
        """Make sure that the first `count` numbered keys exist, on all cores; `progress(made, wanted)` as it goes."""
        missing = [number for number in range(count) if not self._path(_card_key(number)).exists()]
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as makers:
            for made, _ in enumerate(makers.map(self.numbered, missing), start=1):
                if progress is not None:
                    progress(made, len(missing))

    def stored(self) -> dict[str, bytes]:
        """Return every key that is there by name (PKCS#8, DER): card keys bear numbers, authorities theirs."""
        try:
            return {path.stem: path.read_bytes() for path in sorted(self._folder.glob("[!.]*.der"))}
        except OSError as fault:
            raise ConfigurationError(f"{self._folder}: expected keys to read, actual {fault.strerror}") from fault

    def take(self, keys: Mapping[str, bytes]) -> None:
        """Keep keys of another installation under their names; ConfigurationError when one of these is another here."""
        there = self.stored()
        for name, pkcs8 in keys.items():
            if there.get(name, pkcs8) != pkcs8:
                raise ConfigurationError(
                    f"{self._path(name)}: expected no key, or the one to be taken over, actual another; "
                    "set KAZASHI_HOME to a new folder"
                )
        for name in keys.keys() - there.keys():
            _write_once(self._path(name), keys[name])

    def _key(self, name: str) -> rsa.RSAPrivateKey:
        if name not in self._loaded:
            path = self._path(name)
            if not path.exists():
                key = rsa.generate_private_key(PUBLIC_EXPONENT, KEY_BITS)
                _write_once(path, key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
            self._loaded[name] = _read(path)
        return self._loaded[name]

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.der"


def _card_key(number: int) -> str:
    return f"card-{number:06d}"


def _write_once(path: Path, key: bytes) -> None:
    """Link the finished file into place: of two processes that make the same key, the first one's stays."""
    made = path.with_name(f".{path.name}.{os.getpid()}.{id(key):x}")
    try:
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())  # certificates will rest on this key: it must not be gone after a power cut
        with suppress(FileExistsError):
            os.link(made, path)
    except OSError as fault:
        raise ConfigurationError(
            f"{path.parent}: expected to write a key, actual {fault.strerror}; name another folder in KAZASHI_HOME"
        ) from fault
    finally:
        made.unlink(missing_ok=True)


def _read(path: Path) -> rsa.RSAPrivateKey:
    try:
        key = load_der_private_key(path.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, OSError) as fault:
        raise ConfigurationError(f"{path}: expected an RSA key, actual {fault}; remove the file") from fault
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigurationError(f"{path}: expected an RSA key, actual {type(key).__name__}; remove the file")
    return key
