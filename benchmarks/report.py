"""How long the reports of the two studies take after set-up, and how much memory they take, kernels and all."""

import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
STUDIES = ("data/cdnow", "data/corner-shop")
_BETWEEN_LOOKS = 0.5  # seconds; looks at the memory ten times a second make a run a tenth slower
TARGET_SECONDS, TARGET_MEGABYTES = 120, 1500


def run_once(*studies: str, options: tuple[str, ...] = ()) -> tuple[float, float]:
    """Run the reports of studies; return seconds and the peak of the whole process tree in megabytes (PSS).

    Parameters
    ----------
    studies : folders.
    options : further ones of the command line.
    """
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "cxlab", "report", *studies, *options, "--out", out],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        peak, ended = 0.0, None
        while ended is None:
            peak = max(peak, tree_memory(process.pid))
            with suppress(subprocess.TimeoutExpired):
                ended = process.wait(_BETWEEN_LOOKS)
        if process.returncode:
            raise SystemExit(f"cxlab report {' '.join(studies)} ended with exit code {process.returncode}")
        return time.perf_counter() - start, peak


def tree_memory(pid: int) -> float:
    """Proportional set size of a process and all its children, in megabytes; shared pages count once."""
    total = 0
    try:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:  # it ended between the listing and the reading
                continue
    except psutil.NoSuchProcess:
        return 0.0
    return total / 1e6


def main() -> str:
    """Measure three runs and return the table."""
    runs = [run_once(*STUDIES) for _ in range(3)]
    seconds, memory = sorted(r[0] for r in runs), max(r[1] for r in runs)
    spread = f"{seconds[0]:.1f}–{seconds[-1]:.1f}"
    return "\n".join(
        [
            f"| `cxlab report {' '.join(STUDIES)}`, 3 runs | measured | to reach |",
            "| --- | --- | --- |",
            f"| seconds, median (least to most) | {seconds[1]:.1f} ({spread}) | under {TARGET_SECONDS} |",
            f"| peak memory of all processes, MB | {memory:,.0f} | under {TARGET_MEGABYTES:,} |",
        ]
    )


if __name__ == "__main__":
    print(main())
