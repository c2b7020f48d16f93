"""A small cluster of Spark on this machine: a master, two workers and a Spark Connect server, a process each.

`python -m tools.spark_cluster` starts one out of the package pyspark, says its addresses, and ends it with Ctrl-C. It
needs Java 17 or newer. All of it listens on loopback only.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
CLASSES = {
    "master": "org.apache.spark.deploy.master.Master",
    "worker": "org.apache.spark.deploy.worker.Worker",
    "connect": "org.apache.spark.sql.connect.service.SparkConnectServer",
}
_START_SECONDS = 180
_GUARD = """
import os, shutil, signal, sys, time
groups = [int(line) for line in sys.stdin]
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
for _ in range(100):
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    if not os.path.exists(sys.argv[1]):
        break
    time.sleep(0.1)
"""
"""Reads process groups until whoever writes them goes, in whatever way, and then ends them and takes their folder away,
again while what they still wrote comes up."""


def what_is_missing() -> str:
    """Say what a cluster needs and is not here; empty where all is."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed in this Python: make .venv/.spark installs it in the project's own"
    has_java = os.environ.get("JAVA_HOME") or shutil.which("java")
    return "" if has_java else "there is no Java: install version 17 or later (apt-get install default-jre-headless)"


class Cluster:
    """A cluster that lives as long as the block that it is used in.

    Parameters
    ----------
    workers, cores, memory : how many, and what each gives: cores, and memory as Spark writes it. The Connect server
        takes one core of each, so that another application finds room beside it.

    Attributes
    ----------
    master : address of the standalone master, `spark://…`; `connect` that of the Connect server, `sc://…`.
    folder : logs, and all that its processes write on the way, as a process that is killed clears nothing away; it goes
        with the cluster.
    """

    def __init__(self, *, workers: int = 2, cores: int = 2, memory: str = "3g") -> None:
        self.n_workers, self.cores, self.memory = workers, cores, memory
        self.folder = Path(tempfile.mkdtemp(prefix="cxlab-spark-"))
        self.scratch = self.folder / "scratch"
        self.scratch.mkdir()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._guard = subprocess.Popen(
            [sys.executable, "-c", _GUARD, str(self.folder)], stdin=subprocess.PIPE, text=True, start_new_session=True
        )
        port, self._page, self._door = _free_port(), _free_port(), _free_port()
        self.master, self.connect = f"spark://{HOST}:{port}", f"sc://{HOST}:{self._door}"
        self._port = port

    def start(self) -> None:
        """Start all of it, and wait until it answers."""
        self._run(
            "master", CLASSES["master"], "--host", HOST, "--port", str(self._port), "--webui-port", str(self._page)
        )
        self._wait("the master", lambda: self._alive() is not None)
        for i in range(self.n_workers):
            self.start_worker(f"worker-{i}")
        self._wait("the workers", lambda: self._alive() == self.n_workers)
        settings = {
            "spark.connect.grpc.binding.address": HOST, "spark.connect.grpc.binding.port": str(self._door),
            "spark.driver.host": HOST, "spark.driver.bindAddress": HOST, "spark.ui.enabled": "false",
            "spark.executor.memory": "1400m", "spark.executor.extraJavaOptions": self._in_scratch,
            "spark.cores.max": str(self.n_workers), "spark.sql.shuffle.partitions": "4",
        }  # fmt: skip
        options = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
        self._run("connect", "org.apache.spark.deploy.SparkSubmit", "--class", CLASSES["connect"],
                  "--master", self.master, "--driver-memory", "1g", "--driver-java-options", self._in_scratch,
                  *options, "spark-internal")  # fmt: skip
        self._wait("the Connect server", self._answers)

    @property
    def _in_scratch(self) -> str:
        return f"-Djava.io.tmpdir={self.scratch}"

    def driver_environment(self) -> dict[str, str]:
        """Return what has a driver elsewhere on this machine write where the cluster does."""
        return {
            "SPARK_LOCAL_DIRS": str(self.scratch),
            "PYSPARK_SUBMIT_ARGS": f"--driver-java-options {self._in_scratch} pyspark-shell",
        }

    def start_worker(self, name: str) -> None:
        """Start a worker."""
        place = self.folder / name
        self._run(name, CLASSES["worker"], "--host", HOST, "--cores", str(self.cores), "--memory", self.memory,
                  "--webui-port", "0", "--work-dir", str(place), self.master)  # fmt: skip

    def kill(self, name: str) -> None:
        """Kill a process and all that it started, as when its machine goes off."""
        process = self._processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End all of it."""
        for name in reversed([*self._processes]):
            self.kill(name)
        self._guard.communicate()

    def log(self, name: str) -> str:
        """Return what a process has said."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def __enter__(self) -> Self:
        """Start it."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.stop()

    def _run(self, name: str, kind: str, *arguments: str) -> None:
        home = _home()
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [str(home / "bin" / "spark-class"), kind, *arguments],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=self.folder,
                env=self._environment(home), start_new_session=True,
            )  # fmt: skip

        assert self._guard.stdin is not None
        self._guard.stdin.write(f"{self._processes[name].pid}\n")
        self._guard.stdin.flush()

    def _wait(self, who: str, is_there: Callable[[], bool]) -> None:
        end = time.monotonic() + _START_SECONDS
        while not is_there():
            dead = [name for name, process in self._processes.items() if process.poll() is not None]
            if dead or time.monotonic() > end:
                name = dead[0] if dead else [*self._processes][-1]
                raise RuntimeError(f"{who} did not start:\n{self.log(name)[-2000:]}")
            time.sleep(0.2)

    def _alive(self) -> int | None:
        """Return how many workers the master knows to be alive; None while it does not answer."""
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self._page}/json/", timeout=2) as page:
                return int(json.load(page)["aliveworkers"])
        except (OSError, ValueError):
            return None

    def _answers(self) -> bool:
        try:
            socket.create_connection((HOST, self._door), timeout=1).close()
        except OSError:
            return False
        return True

    def _environment(self, home: Path) -> Mapping[str, str]:
        return {
            **os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": HOST, "SPARK_NO_DAEMONIZE": "1",
            "PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable,
            "SPARK_LOCAL_DIRS": str(self.scratch), "SPARK_DAEMON_JAVA_OPTS": self._in_scratch,
            "TMPDIR": str(self.scratch),
        }  # fmt: skip


def _home() -> Path:
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def main() -> int:
    """Start a cluster and keep it until it is interrupted."""
    missing = what_is_missing()
    if missing:
        sys.stderr.write(f"no cluster: {missing}\n")
        return 2
    with Cluster() as cluster:
        sys.stdout.write(f"engine: {cluster.connect}\nengine: {cluster.master}\nlogs in {cluster.folder}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
