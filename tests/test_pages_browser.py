"""Pages in a headless Chromium: nothing fetched, nothing run, readable by all, at every width and in the dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_output
from playwright.sync_api import Browser, Page

from cxlab.reports.compare import compare
from cxlab.reports.compared_page import write_page
from cxlab.reports.exporter import CxlabExporter
from cxlab.reports.imprint import Imprint, Row
from cxlab.reports.index import write_index
from cxlab.reports.past import open_run
from tests import made_notebooks as made
from tests import made_runs

pytestmark = pytest.mark.browser
WAYS = {"light": ("light", 1280), "dark": ("dark", 1280), "phone": ("light", 390), "narrow": ("dark", 320)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = (
    "full", "hostile", "failed", "index", "study", "index-side", "index-many", "compared", "compared-hostile",
)  # fmt: skip
LARGEST = 1_500_000


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a page of each kind."""
    out = tmp_path_factory.mktemp("pages")
    imprint = Imprint(
        "CDNOW, 1997–98", "Report 02, segmentation", "index.html", (Row("Command", "cxlab report data/cdnow", True),),
        "2025-11-22T13:40:00+00:00", "cxlab report data/cdnow --only segmentation", "notebooks/02_segmentation.ipynb",
    )  # fmt: skip
    failed = made.full_notebook()
    failed.cells[6].outputs = [new_output("error", ename="KeyError", evalue=made.HOSTILE, traceback=[])]
    for name, notebook in {"full": made.full_notebook(), "hostile": made.hostile_notebook(), "failed": failed}.items():
        html, _ = CxlabExporter().from_notebook_node(notebook, {"cxlab": imprint})
        (out / f"{name}.html").write_text(html, encoding="utf-8")
    made.write_run(out, "cdnow", "CDNOW, 1997–98")
    made.write_run(out, "corner", made.HOSTILE)
    write_index(out, ["cdnow", "corner"], "cxlab report data/cdnow data/corner")
    (out / "cdnow" / "index.html").replace(out / "study.html")
    for name, n_studies in (("index-side", 2), ("index-many", 8)):
        write_index(*_studies(tmp_path_factory.mktemp(name), n_studies), made.HOSTILE).replace(out / f"{name}.html")
    runs = tmp_path_factory.mktemp("runs")
    for name, old, new in (
        ("compared", made_runs.OLD, made_runs.NEW),
        ("compared-hostile", *made_runs.hostile(made.HOSTILE)),
    ):
        pair = (open_run(str(made_runs.write_run(runs / name / str(i), run))) for i, run in enumerate((old, new)))
        write_page(compare(*pair), out / f"{name}.html")
    return out


def _studies(folder: Path, n: int) -> tuple[Path, list[str]]:
    """Write runs with a picture on each card, measures that all share and changes, their every text hostile."""
    names = [f"study-{i}" for i in range(n)]
    for i, name in enumerate(names):
        h = made.HOSTILE
        findings = made.found(i / 100, arm=h)
        findings["clusters"] |= {f"size.{h}": findings["clusters"].pop("size.B")}
        study = {"name": name, "title": h, "path": f"data/{name}", "currency": h, "calibration_end": "1997-09-30"}
        reports = made.all_answered(h)
        if i % 2:
            reports["loyalty"] |= {"status": "failed", "answer": None, "error": {"name": h, "message": h}}
        made.write_run(folder, name, h, findings=findings, study=study, reports=reports, before=made.since(h))
    return folder, names


def _case(page: str, way: str) -> object:
    longer = page == "index-many" or way == "narrow" or (page.startswith(("compared", "study")) and way != "phone")
    return pytest.param((page, way), id=f"{page}-{way}", marks=[pytest.mark.thorough] if longer else [])


@pytest.fixture(params=[_case(page, way) for page in PAGES for way in WAYS])
def opened(
    browser: Browser, pages: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, list[str], list[str]]]:
    """A page opened in one way, with every request it makes and every message it writes."""
    name, way = request.param
    scheme, width = WAYS[way]
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    requests: list[str] = []
    messages: list[str] = []
    page.on("request", lambda r: requests.append(r.url) if not r.url.startswith("data:") else None)
    page.on("console", lambda m: messages.append(m.text))
    page.on("pageerror", lambda e: messages.append(str(e)))
    page.goto((pages / f"{name}.html").as_uri())
    yield page, requests, messages
    page.close()


def test_a_page_asks_for_nothing_runs_nothing_and_fits(opened: tuple[Page, list[str], list[str]]) -> None:
    page, requests, messages = opened
    assert requests == [page.url]
    assert messages == []
    assert page.title() != "run"
    assert page.locator("script, iframe, object, link[rel=stylesheet]").count() == 0
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_page_can_be_read_by_all_with_its_folds_shut_and_open(opened: tuple[Page, list[str], list[str]]) -> None:
    page = opened[0]
    for unfold in (False, True):
        if unfold:
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert not found, [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found]


@pytest.mark.parametrize(("page_width", "picture_width"), [(1280, 680), (390, 358)])
def test_the_pictures_of_a_page_are_drawn(browser: Browser, pages: Path, page_width: int, picture_width: int) -> None:
    page = browser.new_page(viewport={"width": page_width, "height": 844})
    page.goto((pages / "full.html").as_uri())
    widths = page.evaluate("Promise.all([...document.images].map(i => i.decode().then(() => i.naturalWidth)))")
    assert widths == [picture_width]
    page.close()


def test_a_printed_page_is_light_and_leaves_out_folds_and_contents(browser: Browser, pages: Path) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto((pages / "full.html").as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details:visible, nav.toc:visible").count() == 0
    assert len(page.pdf(format="A4")) > 1000
    page.close()


def test_no_page_is_too_large_to_be_mailed(pages: Path) -> None:
    assert all(page.stat().st_size < LARGEST for page in pages.rglob("*.html"))
