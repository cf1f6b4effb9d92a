"""The C# starter: its messages compared with the schemas as text; built and run only where `dotnet` is on PATH."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.adapters.starter import STARTERS, write_starter
from harness.contract import messages
from harness.contract.check_relying_party import check_relying_party
from harness.contract.client import RelyingPartyClient
from harness.contract.http_binding import HttpBinding
from harness.contract.launch import LaunchedProduct
from harness.contract.messages import Day, Instant, Name, SerialHex, Sha256Hex
from harness.contract.schemas import EXCHANGES, schemas
from harness.contract.vocabulary import Role, Verb
from tests.adapters import contract_examples, test_conversation
from tests.adapters.contract_examples import pattern_of
from tests.adapters.csharp_source import Property, read_enums, read_records

CSHARP = STARTERS / "csharp"
CONTRACT = CSHARP / "src" / "Contract"
NOT_DONE = (
    "no `dotnet` on PATH: the C# starter was compared with the schemas as text; "
    "it was NOT compiled, its unit tests and the smoke test were NOT run"
)
FILES = [name for name in sorted(schemas()) if name.startswith("relying-party.") or name == "error.json"]
RULES = {  # what a schema's string must be in C#: the type, or a string with this converter
    pattern_of(Name): ("string", "NameConverter"),
    pattern_of(Sha256Hex): ("string", "Sha256HexConverter"),
    pattern_of(SerialHex): ("string", "SerialHexConverter"),
    pattern_of(Instant): ("DateTimeOffset", None),
    pattern_of(Day): ("DateOnly", None),
}

Json = dict[str, Any]


def definitions(*, side: str | None = None) -> dict[str, Json]:
    """Return the definitions of the messages, by name."""
    chosen = [name for name in FILES if side is None or f".{side}." in name]
    return {name: part for file in chosen for name, part in schemas()[file]["$defs"].items()}


REQUESTS = definitions(side="request")


def expected_type(part: Json) -> tuple[str, str | None]:
    """Return the C# type, without `?`, and the converter for a part of a schema."""
    if "anyOf" in part:
        return expected_type(next(each for each in part["anyOf"] if each.get("type") != "null"))
    if "$ref" in part:
        return part["$ref"].removeprefix("#/$defs/"), None
    if part["type"] == "array":
        inner, _ = expected_type(part["items"])
        return f"IReadOnlyList<{inner}>", "OfflineRecordsConverter" if part.get("minItems") else None
    if part["type"] == "object":
        free = part.get("additionalProperties")
        return f"IReadOnlyDictionary<string, {expected_type(free)[0] if free else 'object'}>", None
    return _expected_scalar(part)


def _expected_scalar(part: Json) -> tuple[str, str | None]:
    match part["type"]:
        case "boolean":
            return "bool", None
        case "integer":
            return ("int" if "maximum" in part else "long"), None
        case "string" if part.get("contentEncoding") == "base64":
            return "byte[]", None
        case "string" if "pattern" in part:
            return RULES[part["pattern"]]
    return "string", None


def complaints(name: str, part: Json, record: dict[str, Property]) -> Iterator[str]:
    """Yield what differs between a definition and its record."""
    if part["properties"].keys() != record.keys():
        yield f"{name}: fields {sorted(part['properties'])}, properties {sorted(record)}"
        return
    for key, field in part["properties"].items():
        found = record[key]
        constant = "enum" in field and "$ref" not in field  # the role: one word, a constant in C#
        wanted = ("string", None) if constant else expected_type(field)
        if name in REQUESTS and wanted == ("long", None) and "minimum" in field:
            wanted = ("long", "CountConverter")
        if name in REQUESTS and wanted == ("int", None) and "maximum" in field:
            wanted = ("int", "AssuranceConverter")
        if name == "Hello":
            wanted = ("string", "ContractConverter")
        if (found.type, found.converter) != wanted:
            yield f"{name}.{key}: expected {wanted}, actual {(found.type, found.converter)}"
        yield from _presence(f"{name}.{key}", field, found, required=key in part["required"], read=name in REQUESTS)


def _presence(place: str, field: Json, found: Property, *, required: bool, read: bool) -> Iterator[str]:
    may_be_null = "anyOf" in field
    if required and may_be_null:
        held = found.nullable and found.ignored == "Never"
    elif required:
        # What is read must say `required`; what is written is there when it can be no null.
        held = not found.nullable and found.ignored is None and (found.required or not read)
    elif found.type == "bool":
        held = not found.required and found.ignored == "WhenWritingDefault"
    else:
        held = found.nullable and not found.required and found.ignored is None
    if not held:
        yield f"{place}: expected {'required' if required else 'absent at will'}, actual {found}"


def all_complaints(folder: Path) -> list[str]:
    """Return what differs between the schemas and the source in a folder."""
    records = read_records(folder / "Requests.cs", folder / "Answers.cs")
    enums = read_enums(folder / "Words.cs")
    said = []
    for name, part in definitions().items():
        if "enum" in part:
            if sorted(enums.get(name, [])) != sorted(part["enum"]):
                said.append(f"{name}: expected {part['enum']}, actual {enums.get(name)}")
        elif name not in records:
            said.append(f"{name}: expected a record, actual none")
        else:
            said += complaints(name, part, records[name])
    extra = (records.keys() | enums.keys()) - definitions().keys()
    return said + [f"{name}: in no schema" for name in sorted(extra)]


def test_records_are_what_the_schemas_say() -> None:
    """Names, JSON names, types, rules, optionality and words, of every message of the role, none more."""
    assert all_complaints(CONTRACT) == []


SPOILT = {
    "word gone": ("Words.cs", '    [Word("ON_HOLD")] OnHold,\n', "", "Reason"),
    "word misspelt": ("Words.cs", '[Word("enrol")] Enrol', '[Word("enroll")] Enrol', "Purpose"),
    "field gone": ("Requests.cs", "    public required byte[] Cvc { get; init; }\n", "", "ChipProof"),
    "field renamed": ("Requests.cs", "byte[] KeyId ", "byte[] Keyid ", "CardIssuerAnchor"),
    "optional field required": ("Requests.cs", "public ChipProof? Chip", "public required ChipProof Chip", "chip"),
    "required field optional": (
        "Requests.cs",
        "required Presentation Presentation",
        "Presentation? Presentation",
        "pr",
    ),
    "another type": ("Requests.cs", "required DateOnly BirthDate", "required string BirthDate", "birth_date"),
    "rule gone": ("Answers.cs", "    [JsonConverter(typeof(SerialHexConverter))]\n", "", "serial"),
    "null left out": ("Answers.cs", "    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]\n", "", "chip_key"),
    "field too many": (
        "Requests.cs",
        "    public required byte[] Cvc { get; init; }\n",
        "    public required byte[] Cvc { get; init; }\n    public byte[]? Mood { get; init; }\n",
        "ChipProof",
    ),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_difference_is_found(spoilt: str, tmp_path: Path) -> None:
    """The comparison can fail: each way to depart from the schemas is named."""
    name, before, after, named = SPOILT[spoilt]
    shutil.copytree(CONTRACT, tmp_path / "Contract")
    file = tmp_path / "Contract" / name
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    found = all_complaints(tmp_path / "Contract")
    assert found
    assert any(named in each for each in found), found


@pytest.mark.parametrize("name", ["Requests.cs", "Words.cs"])
def test_member_that_cannot_be_read_is_refused(name: str, tmp_path: Path) -> None:
    """What the reader does not understand is no silent pass."""
    text = (CONTRACT / name).read_text(encoding="utf-8")
    file = tmp_path / name
    file.write_text(text.replace("{ get; init; }", "{ get; set; }", 1).replace('[Word("auth")] ', ""), encoding="utf-8")
    with pytest.raises(ValueError, match=name):
        read_enums(file) if name == "Words.cs" else read_records(file)


def test_every_message_has_its_verb() -> None:
    """The surface knows every verb of the role, and reads and writes for it the types that the contract names."""
    text = (CONTRACT / "Verbs.cs").read_text(encoding="utf-8")
    for verb, (request, answer) in EXCHANGES[Role.RELYING_PARTY].items():
        assert f'["{verb.value}"] = Asking<{request.__name__}, {answer.__name__}>(' in text
    assert text.count("Asking<") == len(EXCHANGES[Role.RELYING_PARTY]) + 1


def test_examples_are_those_of_the_schemas() -> None:
    """What the vendor's own test reads is what the schemas say today; `python -m tests.adapters.contract_examples`."""
    assert contract_examples.FILE.read_text(encoding="utf-8") == contract_examples.as_text()


def test_examples_cover_every_message_and_word() -> None:
    """Every message has a sound example, every request broken ones, and every word of a closed list comes up."""
    examples = contract_examples.examples()
    assert {each.schema for each in examples if each.sound} == set(FILES)
    assert {each.schema for each in examples if not each.sound} == {name for name in FILES if ".request." in name}
    said = json.dumps([each.message for each in examples if each.sound])
    for part in definitions().values():
        assert all(f'"{word}"' in said for word in part.get("enum", ()))
    assert len({(each.schema, each.name, each.sound) for each in examples}) == len(examples)


def test_vendors_test_knows_every_schema() -> None:
    """The xUnit test has a type for every file of which there are examples."""
    text = (CSHARP / "tests" / "ExampleTests.cs").read_text(encoding="utf-8")
    assert all(f'["{name}"] = ' in text for name in FILES)


def test_reader_is_told_what_was_not_done() -> None:
    """Both READMEs say that the starter was neither compiled nor run where it was made."""
    assert "**not compiled and not run**" in (CSHARP / "README.md").read_text(encoding="utf-8")
    assert "**コンパイルも実行もしていません**" in (CSHARP / "README.ja.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LaunchedProduct]:
    """Yield the starter, built by `dotnet`, tested and running; without `dotnet` the reason says what was not done."""
    dotnet = shutil.which("dotnet")
    if dotnet is None:
        pytest.skip(NOT_DONE)
    folder = tmp_path_factory.mktemp("csharp") / "adapter"
    write_starter("csharp", folder)
    for command in (["test", "tests"], ["publish", "src", "-o", "out"]):
        done = subprocess.run(
            [dotnet, *command, "--nologo"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    with LaunchedProduct([dotnet, str(folder / "out" / "KazashiAdapter.dll")]) as running:
        yield running


def test_built_starter_passes_the_smoke_test(product: LaunchedProduct, configured: messages.Configure) -> None:
    """Where it can be built, its own tests pass and `adapter check` finds nothing to change."""
    binding = HttpBinding(product.address)
    findings = check_relying_party(binding, configured, configured.authorities[0].certificate)
    binding.close()
    assert [finding for finding in findings if not finding.held] == []


def test_built_starter_spends_its_challenges(product: LaunchedProduct, configured: messages.Configure) -> None:
    """Where it can be built, the stub holds the conversation that every starter holds."""
    with RelyingPartyClient.at(product.address) as client:
        client.configure(configured)
        client.set_time("2026-12-01T03:00:00Z", test_conversation.EPOCH)
        test_conversation.test_hello_claims_what_is_there(client)
        test_conversation.test_challenge_is_spent_by_the_first_look(client)
        test_conversation.test_reset_forgets_sessions_and_keeps_the_clock(client)


@pytest.mark.parametrize("verb", [verb for verb in EXCHANGES[Role.RELYING_PARTY] if verb is not Verb.RESET])
def test_built_starter_refuses_broken_examples(product: LaunchedProduct, verb: Verb) -> None:
    """Where it can be built, every broken example is a 400 over HTTP, too."""
    for each in contract_examples.examples():
        if each.schema == f"relying-party.{verb.value}.request.json" and not each.sound:
            status, _ = test_conversation.post(product, verb.value, json.dumps(each.message).encode())
            assert status == 400, each
