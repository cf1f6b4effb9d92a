"""A Java product made from the starter and the documentation alone: certified, and refused for the rule it breaks."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from conformance.applicability import declared_by, obstacles
from conformance.case import Case
from conformance.catalogue_loader import Catalogue, load_catalogue
from conformance.certification import Certification, SuiteVerdict, certify
from conformance.judge import Verdict
from conformance.setting import Setting, setting
from harness.adapters.starter import write_starter
from harness.contract.client import RelyingPartyClient
from harness.contract.launch import LaunchedProduct
from harness.contract.messages import Introduction, Tolerances
from harness.contract.statement import Statement
from harness.contract.vocabulary import Capability
from harness.keys import KeyPool
from tests.adapters import java_toolchain
from tests.adapters.java_toolchain import JAR, java, mvn
from tests.conformance.sample import sample_of

PRODUCT = Path(__file__).parent / "java_product"
IN_PLACE_OF_THE_STUB = {
    "import kazashi.adapter.stub.StubProduct;": "import kazashi.adapter.library.LibraryProduct;",
    "new StubProduct()": "new LibraryProduct()",
}
"""All that changes in the starter's own files: the line of `Main.java` that a vendor is told to change."""
STATEMENT = Statement(
    vendor="Aoi Systems",
    product=Introduction(
        contract="1.0",
        product="Aoi library counter",
        version="1.0",
        capabilities=[
            Capability.SET_TIME,
            Capability.ENROL,
            Capability.LOGIN,
            Capability.TAP,
            Capability.ACCOUNT,
        ],
        tolerances=Tolerances(clock_seconds=0, status_seconds=0, challenge_seconds=300),
    ),
)
SEED = 7

CertifyProduct = Callable[..., Certification]


@pytest.fixture(scope="module")
def jar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the product's jar: the starter as it is written, the product's package, one line of Main changed."""
    java_toolchain.need()
    folder = tmp_path_factory.mktemp("product") / "adapter"
    write_starter("java", folder)
    shutil.copytree(PRODUCT, folder, dirs_exist_ok=True)
    main = folder / "src/main/java/kazashi/adapter/Main.java"
    text = main.read_text(encoding="utf-8")
    for before, after in IN_PLACE_OF_THE_STUB.items():
        assert text.count(before) == 1
        text = text.replace(before, after)
    main.write_text(text, encoding="utf-8")
    mvn(folder, "package")
    return folder / JAR


@pytest.fixture(scope="module")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the keys of all these worlds lie."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def world(key_folder: Path) -> Iterator[Setting]:
    """Yield a world whose keys grow as cases need them."""
    with setting(KeyPool(key_folder), seed=SEED, cases=8) as made:
        yield made


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Return a small part of the catalogue, which the example product was written against."""
    return sample_of(load_catalogue("relying-party"))


@pytest.fixture
def certified(jar: Path, world: Setting, catalogue: Catalogue) -> CertifyProduct:
    """Certify the product, with the rule broken that is named."""

    def run(broken: str = "", only: list[str] | None = None) -> Certification:
        command = [java("java"), f"-Dlibrary.broken={broken}", "-jar", str(jar)]
        with LaunchedProduct(command) as product, RelyingPartyClient.at(product.address) as client:
            return certify(
                catalogue.with_twins(only) if only else catalogue,
                client,
                world,
                target=product.address,
                seed=SEED,
                progress=lambda judgement, number, total: None,  # noqa: ARG005  (nobody watches)
                statement=STATEMENT,
            )

    return run


def failed(run: Certification, verdict: Verdict = Verdict.FAIL) -> set[str]:
    """The cases that ended with a failure, or with another verdict."""
    return {name for name, judgement in run.judgements.items() if judgement.verdict is verdict}


def applicable(case: Case) -> bool:
    """Whether the product can be asked the case."""
    product = STATEMENT.product
    assert isinstance(product, Introduction)
    return not list(obstacles(case, declared_by(product), at_once=True))


def test_product_is_conformant(certified: CertifyProduct, catalogue: Catalogue) -> None:
    """Within its statement every case passes; what is outside is counted as not applicable."""
    run = certified()
    assert failed(run) == set()
    assert run.verdict is SuiteVerdict.CONFORMANT_WITHIN
    passed = {name for name, judgement in run.judgements.items() if judgement.verdict is Verdict.PASS}
    assert passed == {case.id for case in catalogue.cases.values() if applicable(case)}
    assert len(passed) >= 20
    assert run.count(Verdict.NA) == len(catalogue.cases) - len(passed)


@pytest.mark.parametrize(
    ("broken", "failing", "warned", "verdict"),
    [
        (
            "REVOCATION_IGNORED",
            {"status/lost-at-the-mark", "status/revoked-at-the-mark"},
            set(),
            SuiteVerdict.NOT_CONFORMANT,
        ),
        # RP-KAZ-007 recommends (SHOULD, assumed): told, and no failure.
        ("CHIP_KEY_FORGOTTEN", set(), {"tap/spliced-card"}, SuiteVerdict.CONFORMANT_WITHIN),
    ],
)
def test_broken_rule_is_seen_and_nothing_else(
    certified: CertifyProduct, broken: str, failing: set[str], warned: set[str], verdict: SuiteVerdict
) -> None:
    """One rule broken: exactly the cases about that rule fail, or warn where the rule is a recommendation."""
    run = certified(broken)
    assert (failed(run), failed(run, Verdict.WARN)) == (failing, warned)
    assert run.verdict is verdict


def test_status_that_is_not_asked_is_seen_in_the_journal(certified: CertifyProduct, catalogue: Catalogue) -> None:
    """Without the OCSP question the accepted cases fail, too: nobody was asked."""
    only = ["status/lost-at-the-mark", "status/revoked-at-the-mark", "tap/outdoor", "login/forged-signature"]
    run = certified("STATUS_NOT_ASKED", only)
    unasked = {
        name
        for name, judgement in run.judgements.items()
        if any(check.name == "status questions" and not check.held for check in judgement.checks)
    }
    must_ask = {
        case.id for case in catalogue.with_twins(only).cases.values() if case.expect.questions.at_least is not None
    }
    assert unasked == must_ask
    assert {"status/lost-at-the-mark", "status/lost-before-the-mark", "tap/genuine-chip"} <= must_ask
    assert run.verdict is SuiteVerdict.NOT_CONFORMANT


def test_hello_is_what_the_statement_says(jar: Path) -> None:
    """The statement is word for word what the product says of itself."""
    with LaunchedProduct(java_toolchain.run_jar(jar)) as product, RelyingPartyClient.at(product.address) as client:
        assert client.hello() == STATEMENT.product


def test_product_is_made_with_the_jdk_alone() -> None:
    """It imports the starter and the JDK: no library makes the decisions, and nothing of the harness is in it."""
    sources = list(PRODUCT.rglob("*.java"))
    imported = {
        line.split()[1].split(".")[0]
        for source in sources
        for line in source.read_text(encoding="utf-8").splitlines()
        if line.startswith("import ")
    }
    assert imported == {"java", "kazashi"}
    assert {source.parent.name for source in sources} == {"library"}
    assert msgspec.to_builtins(STATEMENT.product)["role"] == "relying-party"
