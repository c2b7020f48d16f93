"""How much a batch of reports takes beyond what its cells take: the kit's runner beside the command lines of its parts.

`python -m benchmarks.runner` prints a table in Markdown: so many runs of one notebook, in one go, on the same machine.
*Cells* is the time of the cells alone, one run after the other, each in a fork of a process that has imported
everything. The command lines are `papermill` and `jupyter nbconvert --to html`, one run after the other.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from cxlab.reports import pool

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "05_loyalty.ipynb"
NAME = "loyalty"
RUNS = 20
MOST_OF_CELLS, TIMES_SMALLER, UNCHANGED_SECONDS = 1.5, 6, 1.0


def write_studies(folder: Path, n: int) -> list[Path]:
    """Copy CDNOW as so many studies, each with a seed of its own."""
    found = []
    for k in range(n):
        study = folder / f"shop-{k + 1:02d}"
        shutil.copytree(ROOT / "data" / "cdnow", study)
        file = study / "study.yml"
        text = file.read_text(encoding="utf-8").replace("name: cdnow", f"name: {study.name}")
        file.write_text(text.replace("seed: 19970930", f"seed: {k + 1}"), encoding="utf-8")
        found.append(study)
    return found


def cells_only(studies: list[str]) -> float:
    """Run the notebook's cells for each study in a process forked from one that has imported everything: seconds."""
    os.environ.update(pool.ENVIRONMENT)
    import cxlab.reports.preloaded

    assert cxlab.reports.preloaded.LOADED
    context, took = multiprocessing.get_context("fork"), 0.0
    for study in studies:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_run_cells, args=(study, there))
        process.start()
        took += here.recv()
        process.join()
    return took


def _run_cells(study: str, pipe: Connection) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    cells = [c for c in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    shell = InteractiveShell.instance()
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        for cell in cells:
            code = "".join(cell["source"])
            if "parameters" in cell["metadata"].get("tags", []):
                code += f"\nstudy = {study!r}\nout = {out!r}"
            shell.run_cell(code, silent=True).raise_error()
        pipe.send(time.perf_counter() - start)


def run(*command: str, folder: Path) -> float:
    """Run a command; return seconds."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:6])} … ended with {done.returncode}: {done.stderr[-800:]}")
    return time.perf_counter() - start


def main(n: int = RUNS) -> str:
    """Measure and return the table."""
    binaries, cores = Path(sys.executable).parent, len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        studies = [str(study) for study in write_studies(home, n)]
        asked = ("-m", "benchmarks.runner", "--cells", *studies)
        told = subprocess.run([sys.executable, *asked], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        cells = float(told.strip().splitlines()[-1])
        report = (sys.executable, "-m", "cxlab", "report", *studies, "--only", NAME, "--out")
        forked = run(*report, str(home / "forked"), folder=ROOT)
        unchanged = min(run(*report, str(home / "forked"), folder=ROOT) for _ in range(3))
        plain = run(*report, str(home / "plain"), "--engine", "plain", folder=ROOT)
        papermill = nbconvert = 0.0
        for k, study in enumerate(studies):
            out = home / f"{k}.ipynb"
            papermill += run(
                str(binaries / "papermill"), str(NOTEBOOK), str(out), "-p", "study", study, "-p", "out",
                str(home / f"out-{k}"), "-k", "python3", folder=ROOT,
            )  # fmt: skip
            nbconvert += run(str(binaries / "jupyter"), "nbconvert", "--to", "html", str(out), folder=home)
    beyond, theirs = forked - cells / cores, papermill + nbconvert - cells
    times = forked / (cells / cores)
    rows = [
        ("the cells alone, one after the other", cells, ""),
        ("the kit, kernels forked, with pages", forked, f"{times:.2f} times cells / cores; {MOST_OF_CELLS} asked"),
        ("the kit again, nothing changed", unchanged, f"under {UNCHANGED_SECONDS:.0f} s"),
        ("the kit, `--engine plain`", plain, ""),
        ("papermill’s command line, one after the other", papermill, ""),
        ("nbconvert’s command line on top", nbconvert, ""),
        ("beyond the cells: the kit", beyond, f"{theirs / beyond:.1f} times smaller; {TIMES_SMALLER} asked"),
        ("beyond the cells: the command lines", theirs, ""),
    ]  # fmt: skip
    lines = [f"| {n} runs of `{NOTEBOOK.name}` on {cores} cores | seconds | to reach |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {what} | {seconds:.1f} | {reach} |" for what, seconds, reach in rows)])


def command_line() -> None:
    """Do what the command line asks for."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.runner")
    options.add_argument("--runs", type=int, default=RUNS)
    options.add_argument("--cells", nargs="+", metavar="STUDY", help=argparse.SUPPRESS)
    asked = options.parse_args()
    print(cells_only(asked.cells) if asked.cells else main(asked.runs))


if __name__ == "__main__":
    command_line()
