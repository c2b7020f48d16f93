"""The small cluster leaves nothing behind; no Spark is needed for that."""

import os
import subprocess
import sys
from pathlib import Path

from tools.spark_cluster import Cluster

KILLED = """
import os, signal
from tools.spark_cluster import Cluster
cluster = Cluster()
print(cluster.folder, cluster._guard.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_all_that_its_processes_write_lies_in_its_folder_and_goes_with_it() -> None:
    cluster = Cluster()
    environment = cluster._environment(Path("home"))
    for name in ("SPARK_LOCAL_DIRS", "TMPDIR"):
        assert Path(environment[name]).is_relative_to(cluster.folder)
    assert environment["SPARK_DAEMON_JAVA_OPTS"] == f"-Djava.io.tmpdir={cluster.scratch}"
    (cluster.scratch / "blockmgr-1").mkdir()
    (cluster.scratch / "blockmgr-1" / "block").write_bytes(b"0" * 1000)
    cluster.stop()
    assert not cluster.folder.exists()


def test_it_goes_too_when_its_owner_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        folder, _ = owner.stdout.readline().split()
        owner.stdout.read()  # the guard holds it open until it is done
    assert folder and not os.path.lexists(folder)
