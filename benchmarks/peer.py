"""Processes that the kit is held against: fresh ones, and such with packages of their own.

lifetimes needs an old pandas, pymc-marketing and DoubleML a great deal: they are put into environments of their own, in
temporary folders.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIFETIMES = ("lifetimes==0.11.3", "pandas<2", "numpy<2", "scipy<1.13")
PYMC_MARKETING = ("pymc-marketing==0.19.2",)
POLARS = ("polars>=1,<2",)
CAUSALML = ("causalml==0.18.0",)
DOUBLEML = ("doubleml==0.11.4", "lightgbm==4.7.0")
SETUP_SECONDS = 600  # for each command


class PeerError(RuntimeError):
    """A process could not be set up, or ended in a fault: why, in one line."""


@contextmanager
def python_with(*packages: str) -> Iterator[Path]:
    """Set up an environment with these packages, and give the path of its Python."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "env" / "bin" / "python"
        uv = [sys.executable, "-m", "uv"]
        for command in (
            [*uv, "venv", "-q", "--python", sys.executable, str(python.parents[1])],
            [*uv, "pip", "install", "-q", "--python", str(python), *packages],
        ):
            _run(command, timeout=SETUP_SECONDS)
        yield python


def ask(python: Path | str, *arguments: str, timeout: float | None = None) -> Any:
    """Run Python in the repository's folder and return the JSON that it prints last."""
    return json.loads(_run([str(python), *arguments], timeout).splitlines()[-1])


def _run(command: list[str], timeout: float | None) -> str:
    """Run a command and return what it prints; raise `PeerError` with its complaint."""
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=timeout, cwd=ROOT)
    except subprocess.TimeoutExpired as error:
        raise PeerError(f"took more than {error.timeout:,.0f} s") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise PeerError(_complaint(str(getattr(error, "stderr", "") or error))) from error
    return done.stdout


def _complaint(text: str) -> str:
    """Return the line that says why: uv's first cause, or the last line of a traceback."""
    lines = [line.strip().rstrip(".") for line in text.splitlines() if line.strip() and not line.startswith("hint")]
    causes = [line.removeprefix("cause: ") for line in lines if line.startswith("cause: ")]
    return [*causes, *lines[-1:], "it said nothing"][0]
