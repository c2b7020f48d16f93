"""A PostgreSQL server of the tests' own: started in a temporary folder, reached by a socket in it, gone afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

OWNER, READER, IN_CLEAR = "owner", "reader", "plain"
PASSWORD = "planted-Word-7731"
"""That of all three."""
_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_ALLOWED = f"local all {IN_CLEAR} password\nlocal all all scram-sha-256\n"
_SETTINGS = {
    "listen_addresses": "", "fsync": "off", "shared_buffers": "16MB", "max_connections": "20", "autovacuum": "off",
}  # fmt: skip


@dataclass(frozen=True)
class Server:
    """A running server; its socket lies in `folder`."""

    folder: Path
    port: int

    def url(self, user: str = "", database: str = "shop") -> str:
        """Return an address of it, as a study may have it."""
        return f"postgresql://{user}{'@' if user else ''}/{database}?host={self.folder}&port={self.port}"

    @contextmanager
    def connected(self, database: str = "shop") -> Iterator[Any]:
        """Connect as the owner of everything in it; each statement counts at once."""
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(f"{self.url(OWNER, database)}&password={PASSWORD}", autocommit=True) as connection:
            yield connection

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements as the owner, and return the rows of the last of them."""
        with self.connected() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def running() -> Iterator[Server]:
    """Start a server that has a database `shop` and a user who may only read."""
    initdb, postgres = (_program(name) for name in ("initdb", "postgres"))
    folder = Path(tempfile.mkdtemp(prefix="cxlab-pg-", dir="/tmp"))  # others may pass through /tmp; its name is short
    other: dict[str, Any] = {}
    if os.geteuid() == 0:  # a server refuses to run as root
        other = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody", "nogroup")
    data, word = folder / "data", folder / "word"
    word.write_text(PASSWORD)
    word.chmod(0o644)
    started = None
    try:
        make = [initdb, "-D", data, "-U", OWNER, "--pwfile", word, "-A", "scram-sha-256", "-N", "-E", "UTF8"]
        subprocess.run([*make, "--locale=C"], cwd=folder, check=True, capture_output=True, **other)
        (data / "pg_hba.conf").write_text(_ALLOWED)
        server = Server(folder, 20000 + os.getpid() % 20000)
        options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("w") as log:
            started = subprocess.Popen(
                [postgres, "-D", data, "-k", folder, "-p", str(server.port), *options],
                cwd=folder, stdout=log, stderr=log, **other,
            )  # fmt: skip
        _wait(server, started)
        with server.connected("postgres") as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE shop")
        for user in (READER, IN_CLEAR):
            server.run(
                f"CREATE USER {user} PASSWORD '{PASSWORD}'",
                f"GRANT pg_read_all_data TO {user}",
            )
        yield server
    finally:
        if started is not None:
            started.send_signal(signal.SIGINT)  # waits for nobody
            started.wait(20)
        shutil.rmtree(folder)


def _program(name: str) -> str:
    found = shutil.which(name) or next(
        (str(place / name) for place in reversed(_PLACES) if (place / name).exists()), ""
    )
    if found:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"there is no {name}: install PostgreSQL (Debian: apt-get install postgresql)")
    pytest.skip(f"there is no {name} on this machine (Debian: apt-get install postgresql)")


def _wait(server: Server, started: "subprocess.Popen[bytes]") -> None:
    from adbc_driver_manager import Error

    for _ in range(300):
        if started.poll() is not None:
            break
        try:
            with server.connected("postgres"):
                return
        except Error:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {(server.folder / 'log').read_text()}")
