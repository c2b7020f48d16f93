"""Kill the runner or one of its kernels at random moments, and see that nothing wrong is left behind.

`python -m benchmarks.kill [--times 50] [--seed 1]` takes minutes, and ends with 1 where anything was wrong. Each time a
run is started in a folder of its own; after a random time the runner, or one of the processes that it started, gets
SIGKILL. Then it is looked at: no process of it lives on; every page is whole; every report that the manifest calls
done has its files, with the hashes that it says; a kernel that was killed is a report that failed, with exit code 1.
Then the same command is given again, and must end with 0 and with the same findings and tables as a run that nobody
disturbed.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
STUDY = ROOT / "data" / "cdnow"
ONLY = ("intake", "loyalty", "gestures")
TOKEN = "CXLAB_KILL_TEST"
GONE_WITHIN_SECONDS = 5.0
COMMAND = [sys.executable, "-m", "cxlab", "report", "cdnow", *(part for name in ONLY for part in ("--only", name))]


def start(folder: Path, token: str) -> subprocess.Popen[str]:
    """Start the run of a folder; what it starts inherits the token."""
    environment = os.environ | {TOKEN: token, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        COMMAND, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip


def those_of(token: str) -> list[psutil.Process]:
    """Find the processes of a run, whosever children they are by now."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(TOKEN) == token and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def wrong_files(run: Path) -> list[str]:
    """Say what is wrong with the files that a killed run left behind."""
    said = [f"{page.name} is not whole" for page in run.glob("*.html") if not page.read_text().endswith("</html>\n")]
    manifest = run / "manifest.json"
    if not manifest.is_file():
        return said
    told: dict[str, Any] = json.loads(manifest.read_text())
    json.loads((run / "results.json").read_text())
    for name, entry in told["reports"].items():
        for file in entry["outputs"]:
            place = run / file
            if not place.is_file():
                said.append(f"{name} is {entry['status']}, and {file} is not there")
            elif hashlib.sha256(place.read_bytes()).hexdigest() != told["outputs"][file]:
                said.append(f"{name} is {entry['status']}, and {file} is another than it says")
    return said


def figures(run: Path) -> dict[str, bytes]:
    """Read what must be the same in every run: findings and tables."""
    files = [run / "results.json", *sorted((run / "tables").iterdir())]
    return {file.name: file.read_bytes() for file in files}


def once(number: int, chance: random.Random, seconds: float, right: dict[str, bytes], home: Path) -> list[str]:
    """Kill once, look, finish, and say what was wrong."""
    folder = home / f"run-{number}"
    folder.mkdir()
    shutil.copytree(STUDY, folder / "cdnow")
    token = f"{os.getpid()}-{number}"
    process = start(folder, token)
    time.sleep(chance.uniform(0.05, seconds))
    kernels = [p for p in those_of(token) if p.pid != process.pid]
    target = chance.choice(kernels) if kernels and chance.random() < 0.5 else psutil.Process(process.pid)
    is_runner = target.pid == process.pid
    over = process.poll() is not None
    try:
        os.kill(target.pid, signal.SIGKILL)
    except ProcessLookupError:
        over = True
    output, _ = process.communicate(timeout=300)
    said = []
    if not is_runner and process.returncode not in (0, 1):
        said.append(f"a child was killed, and the runner ended with {process.returncode}: {output[-300:]}")
    since = time.monotonic()
    while (left := those_of(token)) and time.monotonic() - since < GONE_WITHIN_SECONDS:
        time.sleep(0.1)
    said += [f"process {p.pid} lives on" for p in left]
    run = folder / "reports" / "cdnow"
    said += wrong_files(run)
    again = start(folder, token)
    output, _ = again.communicate(timeout=300)
    if again.returncode != 0:
        said.append(f"the next run ended with {again.returncode}: {output[-300:]}")
    elif figures(run) != right:
        said.append("the next run has other findings or tables")
    said += wrong_files(run)
    aside = [p.name for p in [*(folder / "reports").iterdir(), *run.iterdir()] if p.name.startswith(".")]
    said += [f"{name} is left" for name in aside if name != ".intake"]
    print(f"{number}: {'runner' if is_runner else 'child'} killed{' (it was over)' if over else ''}: {said or 'well'}")
    return said


def main() -> int:
    """Kill as often as asked; return 1 where anything was wrong."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.kill")
    options.add_argument("--times", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        shutil.copytree(STUDY, home / "cdnow")
        begin = time.monotonic()
        whole = start(home, "whole")
        output, _ = whole.communicate(timeout=300)
        if whole.returncode:
            print(output)
            return 1
        seconds, right = time.monotonic() - begin, figures(home / "reports" / "cdnow")
        wrong = [said for k in range(asked.times) for said in once(k + 1, chance, seconds, right, home)]
    print(f"{asked.times} times killed, {len(wrong)} things wrong.")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
