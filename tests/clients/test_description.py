"""The description that clients are generated from says what the control door says, in words that generators know."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.clients.command import app
from harness.clients.description import Untranslated, describe_for_generators, translated
from harness.clients.package import LANGUAGES, SOURCES, write_client
from harness.doors.control_operations import OPERATIONS
from harness.doors.openapi import describe
from harness.errors import ConfigurationError

TOLD = describe(OPERATIONS, "http://127.0.0.1/", "1")
TRANSLATED = describe_for_generators("1")


def schemas_within(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a description."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from schemas_within(part)
    if isinstance(value, list):
        for part in value:
            yield from schemas_within(part)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"type": "string", "contentEncoding": "base64"}, {"type": "string", "format": "byte"}),
        ({"enum": ["a", "b"]}, {"enum": ["a", "b"], "type": "string"}),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "format": "int64", "minimum": 1}),
        (
            {"type": "number", "exclusiveMinimum": 0},
            {"type": "number", "format": "double", "minimum": 0, "exclusiveMinimum": True},
        ),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string", "nullable": True}),
        (
            {"anyOf": [{"$ref": "#/components/schemas/Kind"}, {"type": "null"}], "default": None},
            {"allOf": [{"$ref": "#/components/schemas/Kind"}], "nullable": True},
        ),
        (
            {
                "type": "object",
                "properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
                "required": ["a"],
            },
            {"type": "object", "properties": {"a": {"type": "string", "nullable": True}}},
        ),
        (
            {"type": "array", "items": {"$ref": "#/components/schemas/Kind"}},
            {"type": "array", "items": {"$ref": "#/components/schemas/Kind"}},
        ),
    ],
)
def test_each_word_has_its_translation(said: dict[str, Any], expected: dict[str, Any]) -> None:
    """What 3.1 says in JSON Schema's words, 3.0.3 says in its own."""
    assert translated(said, "here") == expected


@pytest.mark.parametrize(
    "said",
    [
        {"const": "a"},
        {"type": ["string", "null"]},
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "array", "prefixItems": []},
        {"type": "object", "properties": {"a": {"oneOf": []}}},
        {"type": "string", "contentEncoding": "base32"},
    ],
)
def test_what_has_no_translation_is_refused(said: dict[str, Any]) -> None:
    """A word that would be lost stops the build, and the place is named."""
    with pytest.raises(Untranslated, match="here"):
        translated(said, "here")


def test_every_operation_is_there() -> None:
    """The same operations at the same places, with the same parameters and answers."""
    for path, rows in TOLD["paths"].items():
        for method, row in rows.items():
            other = TRANSLATED["paths"][path][method]
            assert (other["operationId"], other["responses"]) == (row["operationId"], row["responses"])
            names = [[one["name"] for one in each.get("parameters", [])] for each in (row, other)]
            assert names[0] == names[1]
    assert TRANSLATED["paths"].keys() == TOLD["paths"].keys()


def test_only_empty_bodies_are_left_out() -> None:
    """A message without fields is no body; every other is."""
    for path, rows in TOLD["paths"].items():
        for method, row in rows.items():
            if "requestBody" in row:
                name = row["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                has_fields = bool(TOLD["components"]["schemas"][name]["properties"])
                assert ("requestBody" in TRANSLATED["paths"][path][method]) is has_fields


def test_every_message_keeps_its_fields() -> None:
    """No message and no field is lost; what is required and never null stays required."""
    others = TRANSLATED["components"]["schemas"]
    for name, schema in TOLD["components"]["schemas"].items():
        if schema.get("properties") == {}:
            assert name not in others
            continue
        other = others[name]
        assert schema.get("properties", {}).keys() == other.get("properties", {}).keys()
        nullable = {field for field, said in other.get("properties", {}).items() if said.get("nullable")}
        assert set(other.get("required", [])) == set(schema.get("required", [])) - nullable


def test_every_reference_leads_somewhere() -> None:
    """What is left out is nowhere asked for."""
    for schema in schemas_within(TRANSLATED):
        if "$ref" in schema:
            assert schema["$ref"].rpartition("/")[2] in TRANSLATED["components"]["schemas"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_package_is_written_with_its_description(language: str, tmp_path: Path) -> None:
    """`kazashi client new` writes sources, both READMEs and the description; nothing generated is kept here."""
    done = CliRunner().invoke(app, ["new", "--lang", language, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert {"README.md", "README.ja.md", "pom.xml", "openapi.json", ".gitignore"} <= names
    kept = [file for file in (SOURCES / language).rglob("*") if file.is_file()]
    assert [file for file in kept if b"NOTE: This class is auto generated" in file.read_bytes()] == []


def test_other_languages_and_full_folders_are_refused(tmp_path: Path) -> None:
    """One line says what there is; what stands in a folder is not written over."""
    done = CliRunner().invoke(app, ["new", "--lang", "cobol", "--out", str(tmp_path / "out")])
    assert isinstance(done.exception, ConfigurationError)
    assert "expected one of csharp, java" in str(done.exception)
    (tmp_path / "mine.txt").touch()
    with pytest.raises(ConfigurationError, match="new or empty folder"):
        write_client("java", tmp_path)


@pytest.mark.parametrize(
    ("language", "example"),
    [("java", "examples/src/test/java/example/FirstTest.java"), ("csharp", "Examples/FirstTest.cs")],
)
@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_first_test_of_the_readme_is_an_example_that_is_run(language: str, example: str, readme: str) -> None:
    """The code that a README shows is the file that the tests build."""
    code = (SOURCES / language / example).read_text(encoding="utf-8")
    assert f"```{language}\n{code}```" in (SOURCES / language / readme).read_text(encoding="utf-8")
