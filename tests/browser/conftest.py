"""A real browser without a network, and the pages that people read: reports of every role, stories, a load test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from harness.paper.chromium import find_chromium
from tests.browser.made_pages import PAGES

AXE = "axe_playwright_python"


@dataclass
class Seen:
    """What a page did that it had no business to do."""

    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


Opened = tuple[Page, Seen]
Open = Callable[..., Opened]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; where there is none these tests fail, and do not skip."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pages lie."""
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="session")
def page_at(folder: Path) -> Callable[[str], Path]:
    """Make a page when it is asked for, once."""

    def made(name: str) -> Path:
        path = folder / name / "index.html"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            PAGES[name](path)
        return path

    return made


@pytest.fixture
def opened(browser: Browser, page_at: Callable[[str], Path]) -> Iterator[Open]:
    """Open a page from its file, the network cut, and watch it."""
    contexts = []

    def at(name: str, *, width: int = 1280, scheme: str = "light", language: str = "ja") -> Opened:
        options: Any = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "locale": language}
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_offline(offline=True)
        page, seen = context.new_page(), Seen()
        page.on("console", lambda message: seen.faults.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda fault: seen.faults.append(f"error: {fault}"))
        page.on("request", lambda request: seen.requests.append(request.url))
        page.goto(page_at(name).as_uri())
        return page, seen

    yield at
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, as a package ships it."""
    return files(AXE).joinpath("axe.min.js").read_text(encoding="utf-8")
