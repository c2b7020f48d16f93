"""How long it takes to make up a shop with a million customers, files and truth included, and in how much memory.

`python -m benchmarks.simulate [CUSTOMERS]` prints a table in Markdown.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MILLION = 1_000_000
TARGET_SECONDS, TARGET_GIB = 60, 4
SIZES = (10_000, 100_000, MILLION)


def measure(customers: int) -> tuple[float, float, float]:
    """Run `cxlab simulate` in a process of its own: seconds, peak memory in GiB, size of the files in GiB."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        command = [sys.executable, "-m", "cxlab", "simulate", str(shop), "--customers", str(customers)]
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"cxlab simulate ended with {process.returncode}")
        size = sum(file.stat().st_size for file in shop.iterdir())
    kib = used.ru_maxrss if sys.platform != "darwin" else used.ru_maxrss / 1024
    return seconds, kib / 2**20, size / 2**30


def main(sizes: tuple[int, ...] = SIZES) -> str:
    """Measure and return the table."""
    lines = ["| customers | seconds | peak memory, GiB | files, GiB | target |", "| --- | --- | --- | --- | --- |"]
    for customers in sizes:
        seconds, memory, size = measure(customers)
        target = f"under {TARGET_SECONDS} s and {TARGET_GIB} GiB" if customers == MILLION else ""
        lines.append(f"| {customers:,} | {seconds:.1f} | {memory:.2f} | {size:.2f} | {target} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(main(tuple(int(given) for given in sys.argv[1:]) or SIZES))
