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
from urllib.parse import urlsplit

from cxlab.engine import EngineError
from cxlab.errors import InputError

CONNECT, STANDALONE, PRESENT = "sc", "spark", "spark"
"""Schemes of addresses, and the word for a session that is there already."""
_PORTS = {CONNECT: 15002, STANDALONE: 7077}
_NEEDED = ("pyspark", "sqlglot", "grpc", "google.rpc")
_PATIENCE_SECONDS = 10.0
_LACKING = re.compile(r"ModuleNotFoundError: (?:No module named )?'?([\w.]*)")
_DETAILS = re.compile(r'details = "(.*)"')
_CLASS = re.compile(r"^\[[\w.]+\] ")
_TOKEN = "SPARK_CONNECT_AUTHENTICATE_TOKEN"


class SparkError(InputError):
    """A study asks for Spark, and there is none that answers, or one that lacks what it needs: what, and what to do."""


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
        scheme, host, port = _taken_apart(address)
        _knock(address, host, port)
        if scheme == CONNECT:
            with telling_faults(address):
                session = SparkSession.builder.remote(address).create()
                session.sql("SELECT 1").collect()
            return _set(session), session.stop
        if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
            raise SparkError(
                f"the engine {address} is reached from a Java process here, and there is no Java: install Java 17, or "
                "name the address of a Spark Connect server (sc://host:port), which needs none"
            )
        session = SparkSession.builder.master(address).appName("cxlab").getOrCreate()
        if session.sparkContext.master != address:
            raise SparkError(
                f"this process works on the engine {session.sparkContext.master} already, and cannot on {address} as "
                "well: make the reports of the two apart"
            )
        return _set(session.newSession()), _leave


def check_packages(address: str) -> None:
    """See that an address is one of Spark's, and that what speaks to Spark is installed.

    Raises
    ------
    SparkError : it is not.
    """
    if address != PRESENT:
        _taken_apart(address)
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


def _taken_apart(address: str) -> tuple[str, str, int]:
    parts = urlsplit(address)
    if "token=" in address or parts.username or parts.password:
        raise SparkError(
            f"`engine` names a token or a password, and a study is read by many: leave it out, and set {_TOKEN} instead"
        )
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme not in _PORTS or not host:
        raise SparkError(
            f"`engine` {address} is no address of an engine: write duckdb, spark, sc://host:port or spark://host:port"
        )
    return parts.scheme, host, port or _PORTS[parts.scheme]


def _knock(address: str, host: str, port: int) -> None:
    """See that somebody answers, before a client tries for minutes."""
    try:
        socket.create_connection((host, port), timeout=_PATIENCE_SECONDS).close()
    except OSError as error:
        raise SparkError(
            f"nobody answers at {address} ({error.strerror or error}): start Spark there, or leave `engine` out to "
            "compute on this machine"
        ) from error


def _present(sessions: Any) -> tuple[Any, Callable[[], None]]:
    """Return a session beside the one that is there, or one of those that this machine is set up for."""
    found = sessions.getActiveSession()
    if found is None and "SPARK_REMOTE" in os.environ:
        made = sessions.builder.remote(os.environ["SPARK_REMOTE"]).create()
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
