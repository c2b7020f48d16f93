"""JupyterLab in a headless Chromium: the start page, a notebook run from its menu, sliders, and a fault as one box."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from tests import made_notebooks as made

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parent.parent
TOKEN = "only-for-this-test"
PATIENCE = 60_000  # milliseconds, for a machine that is busy
KEPT = ("question", "parameters", "open", "draw-the-lines", "four-fields", "move-the-lines")
SEEN = "progress-was-seen"  # a file that lets the slow cell end
SLOW = f"import time\nfrom pathlib import Path\nwhile not Path('{SEEN}').exists():\n    time.sleep(0.1)"
FAULT = 'cx.assign_segments(kit.customers, activity="rhythm")'
BOX = "[data-mime-type='application/vnd.jupyter.stderr'], [data-mime-type='application/vnd.jupyter.error']"


def tried_notebook() -> Any:
    """The first cells of the segmentation notebook as they stand, with the sliders, a slow cell and a faulty one."""
    notebook = nbformat.read(ROOT / "notebooks" / "02_segmentation.ipynb", as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id in KEPT]
    assert [cell.id for cell in notebook.cells] == list(KEPT)
    parameters = notebook.cells[1]
    parameters.source = parameters.source.replace("data/cdnow", "data/corner-shop")
    slow, faulty = made.code(SLOW), made.code(FAULT)
    slow.id, faulty.id = "slow", "faulty"
    notebook.cells += [slow, faulty]
    return notebook


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the notebooks and their data, one of them to be tried."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copytree(ROOT / "data" / "corner-shop", folder / "data" / "corner-shop")
    made.write(folder / "notebooks", "90_tried", tried_notebook())
    return folder


@pytest.fixture(scope="module")
def lab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab on that copy, set up as `make lab` does it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{name}_DIR": str(folder / ".jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {f"JUPYTERLAB_{name}_DIR": str(folder / ".jupyter" / name) for name in ("SETTINGS", "WORKSPACES")}
    environment = os.environ | own | {"PYTHONPATH": str(ROOT), "JUPYTER_CONFIG_PATH": str(ROOT / "tools" / "lab")}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.root_dir=.", "--LabApp.default_url=/lab/tree/notebooks/start.md",
        f"--IdentityProvider.token={TOKEN}",
    ]  # fmt: skip
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, server, folder / "log")
            yield address
        finally:
            for kernel in _asked(f"{address}/api/kernels") if server.poll() is None else ():
                _asked(f"{address}/api/kernels/{kernel['id']}", "DELETE")
            begun = psutil.Process(server.pid).children(recursive=True) if server.poll() is None else []
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:  # asked to end while a kernel starts, it may wait for that one for good
                server.kill()
                server.wait(30)
            for process in begun:
                if process.is_running():
                    process.kill()


def _asked(address: str, method: str = "GET") -> Any:
    request = urllib.request.Request(address, method=method, headers={"Authorization": f"token {TOKEN}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE / 1000
    while True:
        try:
            _asked(f"{address}/api/status")
        except (urllib.error.URLError, OSError):
            assert server.poll() is None and time.monotonic() < until, log.read_text()[-2000:]
            time.sleep(0.2)
        else:
            return


@pytest.fixture
def window(browser: Browser, lab: str) -> Iterator[Page]:
    # So high that JupyterLab draws every cell: it leaves out what is far from the window.
    page = browser.new_page(viewport={"width": 1300, "height": 4500})
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.goto(f"{lab}/?token={TOKEN}")
    yield page
    page.close()


def run_all(page: Page) -> None:
    """Choose Run, Run All Cells, until a cell runs: JupyterLab calls a kernel idle a little before it takes cells."""
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")
    begun = page.locator(".jp-CodeCell .jp-InputPrompt", has_text=re.compile(r"\[[*\d]+\]"))
    until = time.monotonic() + PATIENCE / 1000
    while True:
        page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
        page.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()
        try:
            begun.first.wait_for(timeout=5_000)
        except TimeoutError:
            assert time.monotonic() < until, "no cell was run"
        else:
            return


@pytest.mark.thorough
def test_it_opens_on_the_start_page_whose_links_open_notebooks(window: Page) -> None:
    expect(window.locator(".jp-MarkdownViewer h1")).to_contain_text("Which notebook answers which question?")
    expect(window.locator(".jp-MarkdownViewer table a")).to_have_count(len(list((ROOT / "notebooks").glob("*.ipynb"))))
    window.locator(".jp-MarkdownViewer table a", has_text="four segments").click()
    expect(window.locator(".jp-NotebookPanel h1")).to_contain_text("Do the four segments tell who will buy again?")
    expect(window.locator(".jp-CodeCell").first).to_contain_text("days, 1 to 36500")


@pytest.mark.thorough
def test_a_notebook_run_from_its_menu_shows_figures_sliders_progress_and_a_fault_as_one_box(
    window: Page, lab: str, folder: Path
) -> None:
    window.goto(f"{lab}/lab/tree/notebooks/90_tried.ipynb")
    run_all(window)
    expect(window.locator("progress + small", has_text="while not Path")).to_have_count(1)
    (folder / "notebooks" / SEEN).touch()
    expect(window.locator(BOX)).to_have_count(1)
    box = window.locator(BOX).first
    expect(box).to_contain_text("choose one of recency, cadence, p_alive")
    expect(box).to_contain_text(f"In line 1 of the cell: {FAULT}")
    assert "Traceback" not in box.inner_text() and len(box.inner_text().splitlines()) < 8
    red, green, blue = _background(box)
    assert red > 200 and red > green + 20 and red > blue + 20
    expect(window.locator("progress")).to_have_count(0)

    figures = window.locator("figure img[alt^='Map of']")
    expect(figures).to_have_count(2)  # the page's own, and the one under the sliders
    assert all(figure.evaluate("i => i.naturalWidth") == 680 for figure in figures.all())
    assert window.locator("table caption", has_text="The four segments").count() == 2
    assert window.get_by_text("Small figures are 95% intervals.").count() >= 2
    _move(window)


def _move(window: Page) -> None:
    """Move the line of activity: the map and the words over it follow."""
    sliders = window.locator(".widget-slider")
    expect(sliders).to_have_count(2)
    words = window.locator(".widget-html p", has_text="These fields foresee")
    before = words.inner_text()
    handle = sliders.first.locator(".noUi-handle")
    handle.focus()
    for _ in range(3):
        handle.press("PageUp")
    expect(words).not_to_have_text(before)
    window.get_by_role("button", name="Back to the page’s lines").click()
    expect(words).to_have_text(before)


def _background(box: Any) -> tuple[int, int, int]:
    """The colour behind a text, its own or that of what it lies in."""
    told = box.evaluate(
        "e => { while (e && getComputedStyle(e).backgroundColor === 'rgba(0, 0, 0, 0)') e = e.parentElement;"
        " return getComputedStyle(e).backgroundColor }"
    )
    red, green, blue = (int(part) for part in told[told.index("(") + 1 : -1].split(",")[:3])
    return red, green, blue
