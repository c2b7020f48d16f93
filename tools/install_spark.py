"""Install what Spark needs into the environment that this runs in: with uv when it is there, else with pip."""

import shutil
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements-spark.lock"


def main() -> None:
    """Install the versions of the lock, and nothing else: pyspark is built here, by the setuptools that is here."""
    tool = (
        ["uv", "pip", "install", "--python", sys.executable]
        if shutil.which("uv")
        else [sys.executable, "-m", "pip", "install"]
    )
    options = ["--quiet", "--require-hashes", "--no-deps", "--no-build-isolation", "-r", str(LOCK)]
    subprocess.run([*tool, *options], check=True)


if __name__ == "__main__":
    main()
