"""The blank fields of a report: `<input class="field">` on the screen, text fields (AcroForm) in the PDF.

A browser prints no form fields. So each input is printed as a link of its size to an address that nobody has, and the
link's place in the PDF becomes a text field (ISO 32000-2 §12.7).
"""

import re
from pathlib import Path
from typing import cast

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

ADDRESS = "https://field.invalid/"
"""RFC 2606 §2: no name below `invalid` ever exists."""
PRINTED, MULTILINE = 4, 1 << 12
"""Annotation flag Print (§12.5.3); field flag Multiline (§12.7.5.3)."""
_INPUT = re.compile(r'<input class="field" name="(?P<name>[a-z-]+)" aria-label="(?P<label>[^"]*)"[^>]*>')


def with_links(html: str) -> str:
    """Return the page with a link in the place of each blank field."""
    return _INPUT.sub(
        lambda found: f'<a class="field" href="{ADDRESS}{found["name"]}" title="{found["label"]}"></a>', html
    )


def labels_of(html: str) -> dict[str, str]:
    """Return what each blank field of a page is called, by its name."""
    return {found["name"]: found["label"] for found in _INPUT.finditer(html)}


def make_form(pdf: Path, labels: dict[str, str]) -> list[str]:
    """Turn the links of `with_links` into text fields, and return their names in the order of the pages."""
    writer = PdfWriter(clone_from=PdfReader(pdf))
    fields = ArrayObject()
    names: list[str] = []
    for page in writer.pages:
        for reference in page.annotations or ():
            annotation = reference.get_object()
            address = str(annotation.get("/A", DictionaryObject()).get("/URI", ""))
            if address.startswith(ADDRESS):
                name = address.removeprefix(ADDRESS)
                _become_field(annotation, name, labels.get(name, name))
                fields.append(reference)
                names.append(name)
    if names:
        writer.root_object[NameObject("/AcroForm")] = writer._add_object(_form(writer, fields))
    writer.write(pdf)
    return names


def _become_field(annotation: DictionaryObject, name: str, label: str) -> None:
    for key in ("/A", "/H", "/Border", "/C", "/Dest"):
        annotation.pop(NameObject(key), None)
    annotation.update(
        {
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/T"): TextStringObject(name),
            NameObject("/TU"): TextStringObject(label),
            NameObject("/V"): TextStringObject(""),
            NameObject("/F"): NumberObject(PRINTED),
            NameObject("/Ff"): NumberObject(MULTILINE),
            NameObject("/DA"): TextStringObject("/Helv 10 Tf 0 g"),
            NameObject("/Rect"): ArrayObject(map(FloatObject, cast("ArrayObject", annotation["/Rect"]))),
        }
    )


def _form(writer: PdfWriter, fields: ArrayObject) -> DictionaryObject:
    """Return the form: the reader draws what is typed, in a font of its own where Helvetica has no such glyph."""
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    fonts = DictionaryObject({NameObject("/Helv"): writer._add_object(font)})
    return DictionaryObject(
        {
            NameObject("/Fields"): fields,
            NameObject("/NeedAppearances"): BooleanObject(value=True),
            NameObject("/DA"): TextStringObject("/Helv 10 Tf 0 g"),
            NameObject("/DR"): DictionaryObject({NameObject("/Font"): fonts}),
        }
    )
