"""What a figure was measured on, and how much memory the process that measured it has taken."""

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path


def describe() -> str:
    """Return the date and the machine's size in a line."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.is_file() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({model}), {pages * size / 2**30:.0f} GiB, "
        f"Python {platform.python_version()}"
    )


def peak_gib() -> float:
    """Peak resident memory of this process; `ru_maxrss` would count in that of its parent, from which it was forked."""
    status = Path("/proc/self/status")
    if status.is_file():
        found = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
        return int(found.split()[1]) / 2**20
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)


def forget_peak() -> None:
    """Count the peak from what is held now on, where Linux can: what came before a step is then none of its."""
    if (references := Path("/proc/self/clear_refs")).exists():
        references.write_text("5", encoding="ascii")
