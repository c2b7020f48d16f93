"""Who listens where a study looks for Spark, and is none of it; that needs the package pyspark, and no cluster."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cxlab.kit import open_study
from cxlab.spark import session
from cxlab.spark.address import SparkError, parse_address
from cxlab.study import StudyError
from tests.make import HEAD, good_rows, orders_csv, write_study

for needed in ("pyspark", "grpc", "google.rpc"):
    pytest.importorskip(needed, reason="make .venv/.spark installs it", exc_type=ImportError)
pytestmark = pytest.mark.spark


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *of: Any) -> None:
        """Say nothing."""


@pytest.fixture
def web() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def silent() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield one.getsockname()[1]


@pytest.fixture
def other() -> Iterator[int]:
    """A server of gRPC that knows nothing of Spark."""
    import grpc

    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield port
    server.stop(None)


@pytest.mark.parametrize("who", ["web", "silent", "other"])
def test_who_is_no_spark_connect_server_is_told_in_one_sentence(
    who: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_TALK_SECONDS", 2.0)
    port = request.getfixturevalue(who)
    engine = f"engine: sc://127.0.0.1:{port}/;user_id=anna\n"
    write_study(tmp_path, head=HEAD + engine, orders=orders_csv(*good_rows()))
    with pytest.raises(StudyError) as raised:
        _ = open_study(tmp_path).intake
    told = str(raised.value)
    assert f"study.yml:3: somebody listens at sc://127.0.0.1:{port}, and no Spark Connect server answered" in told
    assert "see that `engine` names the port of Spark Connect (15002" in told
    assert "anna" not in told and "\n" not in told


def test_so_is_one_that_the_environment_names(web: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_TALK_SECONDS", 1.0)
    monkeypatch.setenv("SPARK_REMOTE", f"sc://127.0.0.1:{web}/;x-auth=sekret")
    with pytest.raises(SparkError, match="where SPARK_REMOTE says, no Spark Connect server answered") as raised:
        session.open_session("spark")
    assert "sekret" not in str(raised.value)


def test_who_speaks_the_tongue_is_asked_further(other: int) -> None:
    assert session._speaks_grpc(f"sc://127.0.0.1:{other}")


def test_who_is_no_master_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkRuntimeError

    monkeypatch.setenv("JAVA_HOME", "/somewhere")
    there = parse_address("spark://127.0.0.1:15002")
    for fault, told in (
        (Py4JError("An error occurred\n\tat org.apache.spark"), "no standalone master of Spark took this machine in"),
        (PySparkRuntimeError("JAVA_GATEWAY_EXITED"), "did not start: see that Java is of version 17"),
    ):

        def fail(fault: Exception = fault) -> None:
            raise fault

        made: Any = SimpleNamespace(getOrCreate=fail)
        builder: Any = SimpleNamespace(master=lambda _, made=made: SimpleNamespace(appName=lambda _: made))
        with pytest.raises(SparkError, match=told) as raised:
            session._joined(SimpleNamespace(builder=builder), there)
        assert "spark://127.0.0.1:15002" in str(raised.value) and "\n" not in str(raised.value)
