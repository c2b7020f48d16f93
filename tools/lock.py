"""Write requirements.lock: every version with its hashes, for Python 3.11 and newer, without index addresses.

What Spark needs beyond that stands in requirements-spark.lock: it is large, and few need it.

`lifetimes` is locked alone, because only a data file is read out of its wheel: what it depends on is not installed.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Written by `make lock`. Install with --require-hashes --no-deps.\n"


def resolve(*arguments: str, requirements: str | None = None) -> str:
    """Run uv's resolver and return the lock's text."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
               "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", *arguments]  # fmt: skip
    return subprocess.run(command, input=requirements, text=True, check=True, capture_output=True, cwd=ROOT).stdout


def main() -> None:
    """Resolve the package with its development tools and drivers, which the tests use, then the example data alone."""
    kit = resolve("pyproject.toml", "--extra", "dev", "--extra", "postgres", "--no-emit-package", "cxlab")
    examples = resolve("-", "--no-deps", requirements="lifetimes==0.11.3")
    (ROOT / "requirements.lock").write_text(HEADER + kit + examples, encoding="utf-8")
    lock_spark()


def lock_spark() -> None:
    """Resolve what Spark needs beside the versions that are locked already."""
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = resolve(
        "pyproject.toml", "--extra", "spark", "--constraint", "requirements.lock", "--no-emit-package", "cxlab"
    )
    known = set(re.findall(r"^[\w.-]+==\S+", locked, flags=re.M))
    blocks = re.split(r"^(?=[\w.-]+==)", found, flags=re.M)[1:]
    beyond = "".join(block for block in blocks if block.split(maxsplit=1)[0] not in known)
    (ROOT / "requirements-spark.lock").write_text(HEADER + beyond, encoding="utf-8")


if __name__ == "__main__":
    main()
