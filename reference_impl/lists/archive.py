"""The lists in an archive: a tar without compression, each member under the path of its list.

The form is this project's (docs/jlis.md: nothing public says what J-LIS's looks like). Nothing in it is believed: each
member is examined as if it had been fetched by itself, and the manifest is not asked for its opinion.
"""

import io
import tarfile
from collections.abc import Iterator
from typing import Final

_USTAR_FILE: Final = (tarfile.REGTYPE, tarfile.AREGTYPE)
"""What is a plain file. Links lead elsewhere, and a sparse file may say that it is longer than all of the archive."""


class ArchiveUnusable(Exception):
    """The octets are no archive, or it ends before its end: what was expected and found."""


def read_archive(data: bytes, most: int, longest: int) -> Iterator[tuple[str, bytes]]:
    """Path and octets of each plain file, up to so many members, without those that are longer than `longest`.

    What comes before a fault is yielded before the fault is raised.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for number, member in enumerate(archive):
                if number >= most:
                    raise ArchiveUnusable(f"expected at most {most} members, found more")
                if member.type not in _USTAR_FILE or member.size > longest:
                    continue
                content = archive.extractfile(member)
                if content is not None:
                    yield "/" + member.name.removeprefix("/"), content.read()  # ReadError where it is cut off
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise ArchiveUnusable(f"expected a tar archive, found {type(error).__name__}: {error}") from error
