"""A session of Spark by its address, and what is said where there is none."""

import os
import re
import shutil
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from cxlab.engine import EngineError
from cxlab.spark.address import CONNECT, PORTS, PRESENT, STANDALONE, Address, SparkError, parse_address

_NEEDED = ("pyspark", "sqlglot", "grpc", "google.rpc")
_PATIENCE_SECONDS, _TALK_SECONDS = 10.0, 20.0
"""How long somebody may take to open, and then to answer in the tongue of Spark Connect."""
_LACKING = re.compile(r"ModuleNotFoundError: (?:No module named )?'?([\w.]*)")
_DETAILS = re.compile(r'details = "(.*)"')
_CLASS = re.compile(r"^\[[\w.]+\] ")


def open_session(address: str) -> tuple[Any, Callable[[], None]]:
    """Open a session of Spark.

    Parameters
    ----------
    address : `sc://host:port` (Spark Connect), `spark://host:port` (a standalone master), or `spark` for a session that
        is there already.

    Returns
    -------
    The session, with names of tables of its own; and what ends it, and nothing that is not ours.

    Raises
    ------
    SparkError : what is missing.
    """
    check_packages(address)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*PySpark does not yet fully support pandas", category=FutureWarning)
        from pyspark.sql import SparkSession

        if address == PRESENT:
            return _present(SparkSession)
        there = parse_address(address)
        _knock(there)
        return _connected(SparkSession, there) if there.scheme == CONNECT else _joined(SparkSession, there)


def check_packages(address: str) -> None:
    """See that an address is one of Spark's, and that what speaks to Spark is installed.

    Raises
    ------
    SparkError : it is not.
    """
    if address != PRESENT:
        parse_address(address)
    missing = [name for name in _NEEDED if not _is_there(name)]
    if missing:
        raise SparkError(
            f"the study's engine is Spark, and {', '.join(missing)} cannot be found: install cxlab[spark] (in a clone: "
            "make .venv/.spark), or leave `engine` out to compute on this machine"
        )


@contextmanager
def telling_faults(address: str) -> Iterator[None]:
    """Say in one sentence that Spark does not answer any more, or what its workers lack."""
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        said = str(error)
        if "PYTHON_VERSION_MISMATCH" in said:
            raise SparkError(
                f"the workers of the engine {address} have another Python than this machine: start both with the same "
                "version (PYSPARK_PYTHON names it)"
            ) from error
        if "ModuleNotFoundError" in said:
            raise SparkError(
                f"the Python of the workers of the engine {address} lacks {_LACKING.findall(said)[0]}: install duckdb "
                "and pyarrow there, or name another Python (PYSPARK_PYTHON)"
            ) from error
        if any(sign in said for sign in ("UNAVAILABLE", "StatusCode.", "NO_ACTIVE_SESSION", "INVALID_HANDLE")):
            why = next((part for part in _DETAILS.findall(said) if part), said.splitlines()[0])
            raise SparkError(
                f"the engine {address} stopped answering ({why[:200]}): see that it runs and has enough memory, and "
                "run again"
            ) from error
        raise


@contextmanager
def refusing() -> Iterator[None]:
    """Pass on in one line why Spark takes a query about its own tables for none.

    Raises
    ------
    EngineError : there is no such table, or it may not be read.
    """
    from pyspark.errors import AnalysisException, ParseException

    try:
        yield
    except (AnalysisException, ParseException) as error:
        raise EngineError(_CLASS.sub("", str(error).strip().split("\n", 1)[0])) from error


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of a part, where the whole is not there
        return False


def _knock(there: Address) -> None:
    """See that somebody opens, before a client tries for minutes."""
    try:
        socket.create_connection((there.host, there.port), timeout=_PATIENCE_SECONDS).close()
    except OSError as error:
        raise SparkError(
            f"nobody answers at {there.shown} ({error.strerror or error}): start Spark there, or leave `engine` out to "
            "compute on this machine"
        ) from error


def _connected(sessions: Any, there: Address) -> tuple[Any, Callable[[], None]]:
    """Return a session of a Spark Connect server; who opens and is none is told from it before a client asks him."""
    stranger = (
        f"somebody listens at {there.shown}, and no Spark Connect server answered there within {_TALK_SECONDS:.0f} "
        f"seconds: see that `engine` names the port of Spark Connect ({PORTS[CONNECT]} unless it was set otherwise; "
        f"{PORTS[STANDALONE]} is that of a standalone master, spark://host:port), and ends in /;use_ssl=true where the "
        "server asks for TLS, and only there"
    )
    with telling_faults(there.shown):
        if not _speaks_grpc(there.whole):
            raise SparkError(stranger)
        session = sessions.builder.remote(there.whole).create()
        try:
            session.sql("SELECT 1").collect()
        except Exception as error:
            if "UNIMPLEMENTED" not in str(error):
                raise
            session.stop()  # else it would count as one that is there already
            raise SparkError(stranger) from error  # a server of the same tongue for other things
    return _set(session), session.stop


def _speaks_grpc(address: str) -> bool:
    """Whether a server shakes hands as those of gRPC do; it may be slow at what is asked of it later."""
    import grpc
    from pyspark.sql.connect.client import DefaultChannelBuilder

    with DefaultChannelBuilder(address).toChannel() as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=_TALK_SECONDS)
        except grpc.FutureTimeoutError:
            return False
    return True


def _joined(sessions: Any, there: Address) -> tuple[Any, Callable[[], None]]:
    """Return a session on a standalone master, through a Java process here."""
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise SparkError(
            f"the engine {there.shown} is reached from a Java process here, and there is no Java: install Java 17, or "
            "name the address of a Spark Connect server (sc://host:port), which needs none"
        )
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        session = sessions.builder.master(there.shown).appName("cxlab").getOrCreate()
    except PySparkException as error:
        raise SparkError(
            f"the Java process through which the engine {there.shown} is reached did not start: see that Java is of "
            "version 17 or later, and what it said above"
        ) from error
    except Py4JError as error:
        raise SparkError(
            f"somebody listens at {there.shown}, and no standalone master of Spark took this machine in: see that "
            f"`engine` names the master's port ({PORTS[STANDALONE]} unless it was set otherwise; {PORTS[CONNECT]} is "
            "that of Spark Connect, sc://host:port), and that Spark there is of the version of pyspark here"
        ) from error
    if session.sparkContext.master != there.shown:
        raise SparkError(
            f"this process works on the engine {session.sparkContext.master} already, and cannot on {there.shown} as "
            "well: make the reports of the two apart"
        )
    return _set(session.newSession()), _leave


def _present(sessions: Any) -> tuple[Any, Callable[[], None]]:
    """Return a session beside the one that is there, or one of those that this machine is set up for."""
    found = sessions.getActiveSession()
    if found is None and "SPARK_REMOTE" in os.environ:
        remote = os.environ["SPARK_REMOTE"]
        if remote.startswith(f"{CONNECT}://") and not _speaks_grpc(remote):
            raise SparkError(
                f"where SPARK_REMOTE says, no Spark Connect server answered within {_TALK_SECONDS:.0f} seconds: see to "
                "its host, its port and its use_ssl"
            )
        made = sessions.builder.remote(remote).create()
        return _set(made), made.stop
    if found is None and "DATABRICKS_RUNTIME_VERSION" in os.environ:
        found = sessions.builder.getOrCreate()
    if found is None:
        raise SparkError(
            "`engine: spark` stands for a session of Spark that is there already, and there is none: write the "
            "address of one (sc://host:port or spark://host:port)"
        )
    try:
        beside = found.newSession()
    except (AttributeError, NotImplementedError):  # of Spark Connect before 4.3
        return _set(found), _leave
    return _set(beside), beside.client.close if hasattr(beside, "client") else _leave


def _leave() -> None:
    """Leave a session as it is: it is another's, or goes with the process."""


def _set(session: Any) -> Any:
    """Set what the answers hang on: the clock, and that what overflows or cannot be cast is a fault."""
    session.conf.set("spark.sql.session.timeZone", "UTC")
    session.conf.set("spark.sql.ansi.enabled", "true")
    return session
