"""Forked kernels and plain ones: the same bytes, whatever runs beside; limits, and nothing that lives on."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import papermill
import psutil
import pytest

from cxlab.reports import pool
from cxlab.reports.engine import NAME
from cxlab.reports.limits import Limits, Watch
from tests import made_notebooks as made
from tests.make import needs_proc
from tests.test_reports_run import ROOT, cxlab

pytestmark = pytest.mark.skipif(not pool.can_fork(), reason="this system cannot fork processes")
DRAWN = """import matplotlib.pyplot as plt
import numpy as np
for k in range(3):
    fig, ax = plt.subplots()
    ax.plot(np.random.default_rng(k).normal(size=20))
    plt.show()
print(sorted({"a", "b", "c", hash("one string")}, key=str))"""
SLEEPING = "import time\nprint('so far', flush=True)\ntime.sleep(600)"
GREEDY = "import time\nheld = bytearray(900_000_000)\ntime.sleep(600)"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    made.write_study(folder / "corner")
    made.write(folder / "notebooks", "00_intake", made.small_notebook("intake", made.COUNT))
    made.write(
        folder / "notebooks", "01_second", made.small_notebook("second", made.COUNT + '\nprint(hash("one string"))')
    )
    return folder


@pytest.fixture(scope="module")
def forked(shop: Path) -> Path:
    done = cxlab(shop, "report", "corner", "--jobs", "2", "--out", "out-forked")
    assert done.returncode == 0, done.stdout + done.stderr
    return shop / "out-forked" / "corner"


def contents(run: Path, out: str) -> dict[str, bytes]:
    """Read all files of a run but those that tell of its time; the folder that they name is called OUT."""
    files = [p for p in run.rglob("*") if p.is_file() and ".intake" not in p.parts and p.name != "manifest.json"]
    texts = {p.relative_to(run).as_posix(): p.read_bytes().replace(out.encode(), b"OUT") for p in files}
    return {name: re.sub(rb"<time .*?</time>", b"", text) for name, text in texts.items()}


@pytest.mark.longest
@pytest.mark.thorough
def test_plain_kernels_give_the_same_bytes_and_so_does_one_job(shop: Path, forked: Path) -> None:
    done = cxlab(shop, "report", "corner", "--jobs", "1", "--engine", "plain", "--out", "out-plain")
    assert done.returncode == 0, done.stdout + done.stderr
    mine, others = contents(forked, "out-forked"), contents(shop / "out-plain" / "corner", "out-plain")
    assert mine.keys() == others.keys() and len(mine) >= 8
    assert [name for name in mine if mine[name] != others[name]] == []


@pytest.mark.thorough
def test_papermill_itself_can_use_the_engine_and_every_figure_is_drawn(tmp_path: Path) -> None:
    made.write(tmp_path, "drawn", made.notebook(made.code("seed = 1", tags=["parameters"]), made.code(DRAWN)))
    outputs = []
    for engine in ("cxlab", "nbclient"):
        command = [
            sys.executable,
            "-m",
            "papermill",
            "drawn.ipynb",
            f"{engine}.ipynb",
            "--engine",
            engine,
            "-k",
            "python3",
        ]
        environment = os.environ | {"PYTHONHASHSEED": "0"}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        cells = nbformat.read(tmp_path / f"{engine}.ipynb", as_version=4).cells
        outputs.append([output for cell in cells for output in cell.get("outputs", ())])
    assert sum("image/png" in output.get("data", {}) for output in outputs[0]) == 3
    assert outputs[0] == outputs[1]


def said_to_stop_at(page: Path) -> str:
    """Read from a page where its notebook stopped."""
    found = re.search(r"It stopped at (.*?)</p>", page.read_text(), re.S)
    assert found
    return found[1]


def test_a_notebook_of_another_kernel_is_not_run_on_this_one(tmp_path: Path) -> None:
    notebook = made.small_notebook("one", "1 + 1")
    made.write(tmp_path, "00_one", notebook)
    with pytest.raises(Exception, match="nosuch"):
        papermill.execute_notebook(
            tmp_path / "00_one.ipynb", tmp_path / "out.ipynb", engine_name=NAME, kernel_name="nosuch",
            progress_bar=False,
        )  # fmt: skip


class TestLimits:
    @pytest.mark.parametrize(
        ("body", "limit", "said"),
        [
            (SLEEPING, ("--timeout", "8"), "it took longer than the 8 s that --timeout allows"),
            (GREEDY, ("--memory", "700"), "it took more memory than the 700 MB that --memory allows"),
        ],
    )
    @pytest.mark.thorough
    def test_a_notebook_beyond_a_limit_fails_alone_and_its_page_says_why(
        self, tmp_path: Path, body: str, limit: tuple[str, str], said: str
    ) -> None:
        made.write_study(tmp_path / "corner")
        made.write(tmp_path / "notebooks", "00_intake", made.small_notebook("intake", made.COUNT))
        bad = made.small_notebook("bad", body)
        bad.cells += [nbformat.v4.new_markdown_cell("## Innocent", id="innocent"), made.code("print('innocent')")]
        bad.cells[-1].id = "after"
        made.write(tmp_path / "notebooks", "01_bad", bad)
        done = cxlab(tmp_path, "report", "corner", *limit)
        assert done.returncode == 1, done.stdout + done.stderr
        assert said in done.stdout
        run = tmp_path / "reports" / "corner"
        assert said in (run / "01_bad.html").read_text() and made.ANSWER.line in (run / "00_intake.html").read_text()
        partial = nbformat.read(run / "notebooks" / "01_bad.ipynb", as_version=4)
        assert not partial.cells[-1].outputs and "Innocent" not in said_to_stop_at(run / "01_bad.html")
        faults = [cell.source for cell in partial.cells if cell.cell_type == "code" and cell.outputs]
        assert faults[-1] == body

    @pytest.mark.thorough
    def test_a_notebook_that_ends_by_itself_before_its_last_cell_has_failed(self, tmp_path: Path) -> None:
        made.write_study(tmp_path / "corner")
        early = made.small_notebook("bad", "import sys\nsys.exit(0)")
        early.cells.append(made.code("page.answer(1)"))
        early.cells[-1].id = "last"
        made.write(tmp_path / "notebooks", "01_bad", early)
        done = cxlab(tmp_path, "report", "corner")
        assert done.returncode == 1 and "the notebook ended here by itself" in done.stdout, done.stdout + done.stderr
        assert "1 of 1 report failed: its page says what to do." in done.stdout

    def test_a_process_within_its_limits_is_left_alone(self) -> None:
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)"]) as process:
            watch = Watch(Limits(60, 4000))
            watch.follow(process.pid)
            assert process.wait() == 0
        assert watch.fault == ""


@pytest.mark.thorough
@needs_proc
def test_no_kernel_outlives_the_run(tmp_path: Path) -> None:
    made.write_study(tmp_path / "corner")
    made.write(tmp_path / "notebooks", "00_intake", made.small_notebook("intake", SLEEPING))
    environment = os.environ | {"PYTHONPATH": str(ROOT), "CXLAB_RUN": str(tmp_path)}
    command = [sys.executable, "-m", "cxlab", "report", "corner"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL) as run:
        wait_until(lambda: len(those_of(str(tmp_path))) >= 4)  # the run, what it forks from, the notebook, its kernel
        time.sleep(1)
        run.kill()
        run.wait()
    wait_until(lambda: not those_of(str(tmp_path)))


@pytest.mark.thorough
@needs_proc
@pytest.mark.parametrize("engine", ["cxlab", "plain"])
def test_a_kernel_in_a_long_computation_ends_when_its_notebooks_process_is_killed(tmp_path: Path, engine: str) -> None:
    made.write_study(tmp_path / "corner")
    busy = (
        "import os, re, signal\nfor name in ('kernel', str(os.getpid())):\n    open(name, 'w').close()\n"
        "os.kill(os.getppid(), signal.SIGKILL)\nre.match('(a+)+$', 'a' * 60 + 'b')"  # hours, and no thread gets a turn
    )
    made.write(tmp_path / "notebooks", "00_intake", made.small_notebook("intake", busy))
    done = cxlab(tmp_path, "report", "corner", "--engine", engine)
    assert done.returncode == 1 and "killed from outside" in done.stdout, done.stdout + done.stderr
    (kernel,) = [int(file.name) for file in tmp_path.iterdir() if file.name.isdecimal()]
    wait_until(lambda: not psutil.pid_exists(kernel) or psutil.Process(kernel).status() == psutil.STATUS_ZOMBIE, 5)


def those_of(mark: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("CXLAB_RUN") == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_until(condition: object, seconds: float = 60) -> None:
    assert callable(condition)
    since = time.monotonic()
    while not condition():
        assert time.monotonic() - since < seconds
        time.sleep(0.2)
