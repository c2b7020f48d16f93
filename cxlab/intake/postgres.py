"""A PostgreSQL database at one moment: read only, through ADBC, with every fault of it said in our words."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, quote_plus, unquote, urlencode

import pyarrow as pa

from cxlab.engine import quote
from cxlab.errors import did_you_mean
from cxlab.intake.endless import as_the_engine_knows_them
from cxlab.intake.places import SourceError

SECONDS = 10
"""How long a server may take to answer a first time, unless PGCONNECT_TIMEOUT or the address says otherwise."""
SERVICE = "cxlab"
"""Under which name a keyring holds passwords."""
_DRIVER = 'the driver for PostgreSQL is not installed: pip install "cxlab[postgres]"'
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_SECRETS = ("PGPASSWORD", "PGSSLPASSWORD", "PGUSER")
_TABLES = (
    "SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n "
    "ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname <> 'information_schema' "
    "AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1, 2 LIMIT 500"
)
_SHOWN = 10
_NAME = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^".\s]+))\s*')


@dataclass(frozen=True)
class Place:
    """Where a study asks a database for a table, for messages; `what` is read there, in words."""

    line: str
    what: str


class Snapshot:
    """A database as it stands when the first of its tables is read, until the last of them is.

    Parameters
    ----------
    url : the address, as a study may give it.
    credentials : the name of a password in a keyring; None: libpq's own ways to find one.
    place : where the study says so.

    Raises
    ------
    SourceError : the driver is missing, or the server lets nobody in.
    """

    kind = "PostgreSQL"
    elsewhere = "in a `query:` in place of `table:`"

    def __init__(self, url: str, credentials: str | None, place: Place) -> None:
        try:
            from adbc_driver_manager import Error
            from adbc_driver_postgresql import dbapi
        except ImportError as error:
            raise SourceError(f"{place.line}: {_DRIVER}") from error
        address, secrets = _address(url, credentials, place)
        self._scrub = Scrub(secrets)
        self._faults = (Error, pa.ArrowException, OSError)
        with self._said(place):
            self._connection = dbapi.connect(address, autocommit=True)
        try:
            self._run(_BEGIN, place)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def select(table: str, columns: Sequence[str] = ()) -> str | None:
        """Return the SQL of a table, or of some of its columns; None where the name is no name of a table."""
        named = quoted(table)
        return named and f"SELECT {', '.join(map(quote, columns)) or '*'} FROM {named}"  # noqa: S608

    def schema(self, sql: str, place: Place) -> pa.Schema:
        """Return the columns that a query would give, without running it; none for what is no query.

        Raises
        ------
        SourceError : it is no SQL, names what is not there, or may not be read.
        """
        with self._said(place), self._connection.cursor() as cursor:
            return cursor.adbc_execute_schema(sql)

    def batches(self, sql: str, place: Place) -> Iterator[pa.RecordBatch]:
        """Run a query and yield its rows, some hundred thousand at a time.

        Raises
        ------
        SourceError : it fails, at once or on the way.
        """
        with self._said(place), self._connection.cursor() as cursor:
            cursor.execute(sql)
            with cursor.fetch_record_batch() as reader:
                yield from map(as_the_engine_knows_them, reader)

    def close(self) -> None:
        """End the transaction and the connection."""
        with suppress(*self._faults):  # a connection that was lost is closed
            self._connection.close()

    def __enter__(self) -> Self:
        """Return the snapshot itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _run(self, sql: str, place: Place) -> None:
        with self._said(place), self._connection.cursor() as cursor:
            cursor.execute(sql)

    @contextmanager
    def _said(self, place: Place) -> Iterator[None]:
        """Say a fault of the driver or the server in our words; its own are not passed on, nor is the error itself."""
        fault = ""
        try:
            yield
        except self._faults as error:
            fault = self._words(str(error), str(getattr(error, "sqlstate", None) or ""), place)
        if fault:
            raise SourceError(f"{place.line}: {fault}")

    def _words(self, text: str, state: str, place: Place) -> str:
        said = self._scrub(_first_line(text))
        if state == "42P01":
            return f"{place.what} cannot be read ({said}){self._near(place)}"
        if state.startswith(("42", "22")) or state in ("0A000", "25006", "25001"):
            return f"{place.what} cannot be read: {said}; {_remedies.get(state, 'mend the query')}"
        return next(
            (words.format(said=said, what=place.what) for fits, words in _FAULTS if re.search(fits, text)),
            f"{place.what} cannot be read: {said}",
        )

    def _near(self, place: Place) -> str:
        """Say what tables there are, the nearest first."""
        names: list[str] = []
        with suppress(*self._faults), self._connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
            cursor.execute(_TABLES)
            names = [f"{schema}.{name}" for schema, name in cursor.fetchall()]
        asked = place.what.rpartition(" ")[2]
        near = did_you_mean(asked, names) or did_you_mean(f"public.{asked}", names)
        listed = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
        return near or (f"; there are {listed}" if names else "; this user sees no table there")


_remedies: Mapping[str, str] = {
    "42501": "ask for the right to read it, or name by `query:` the columns that may be read",
    "42703": "see how the columns are called",
    "0A000": "write one SELECT",
    "25006": "only what reads is run: write a SELECT",
}
_ENVIRONMENT = "PGUSER and PGPASSWORD, the file that PGPASSFILE names, or `credentials:`"
_FAULTS = (
    (
        r"password authentication failed|no password supplied|role \".*\" does not exist|authentication failed|28P01",
        f"the database lets nobody in with this name and password: see to {_ENVIRONMENT}",
    ),
    (
        r'authentication method requirement "!password"',
        "the server asks for the password in the clear, and who runs it would read it: set PGREQUIREAUTH=password "
        "where the run is started, if that server is to be trusted",
    ),
    (
        r"no pg_hba.conf entry|permission denied for database",
        "the server lets this user not into this database ({said})",
    ),
    (r'database ".*" does not exist', "the server has no such database ({said}): correct `url:`"),
    (
        r"server closed the connection|terminating connection|connection (?:was )?(?:lost|reset)|no connection to the"
        r"|could not receive data|SSL SYSCALL|57P01|08006",
        "the connection to the database was lost while {what} was read: run again",
    ),
    (r"57014|canceling statement", "the server ended the reading of {what} ({said}): ask for more time there"),
    (
        r"Failed to connect|could not connect|could not translate|timeout expired|invalid",
        "the server cannot be reached ({said}): see to `url:`, and whether the server runs and lets this machine in",
    ),
)
"""Patterns of the texts of libpq and the server, in their order, and what we say."""


def _first_line(text: str) -> str:
    """Return what an error says first, without what the driver puts before and behind it."""
    text = re.split(r"\n|Query was:|\. SQLSTATE", text, maxsplit=1)[0]
    return re.sub(
        r"^.*(?:ERROR|FATAL): +|^.*? failed: |^\w+: (?:\[libpq\] )?(?:Failed to \w+[^:]*: )?", "", text
    ).strip()


@dataclass(frozen=True)
class Scrub:
    """Takes names and passwords out of texts."""

    secrets: frozenset[str] = field(repr=False)

    def __call__(self, text: str) -> str:
        """Return a text with none of the secrets in it, and with nothing that looks like one."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "…", text)
        text = re.sub(r"(?i)(pass\w*\s*=\s*)('[^']*'|[^\s&]+)", r"\1…", text)
        text = re.sub(r"://[^@\s/]*@", "://…@", text)
        return re.sub(r'(user|role) "[^"]*"', r"the \1", text)


def _address(url: str, credentials: str | None, place: Place) -> tuple[str, frozenset[str]]:
    """Return the address as libpq takes it, and what of it and of the environment is to be seen nowhere."""
    user = unquote(url.partition("://")[2].rpartition("@")[0])
    said = {name.lower() for name, _ in parse_qsl(url.partition("?")[2], keep_blank_values=True)}
    more: dict[str, str] = {"application_name": "cxlab"} if "application_name" not in said else {}
    if "PGCONNECT_TIMEOUT" not in os.environ and "connect_timeout" not in said:
        more["connect_timeout"] = str(SECONDS)
    if "PGREQUIREAUTH" not in os.environ:
        more["require_auth"] = "!password"  # a study may be somebody else's, and so may the server that it names
    secrets = {user, *(os.environ.get(name, "") for name in _SECRETS)}
    if credentials is not None:
        more["password"] = _from_keyring(credentials, place)
        secrets.add(more["password"])
        if not user and "PGUSER" not in os.environ:
            more["user"] = credentials
            secrets.add(credentials)
    if "sslmode" in said and "PGSSLMODE" in os.environ:
        more["sslmode"] = os.environ["PGSSLMODE"]  # of what an address says twice the last counts
    mark = "&" if "?" in url else "?"
    secrets |= {quote_plus(secret) for secret in secrets}
    return url.strip() + mark + urlencode(more, quote_via=_percent), frozenset(secrets - {""})


def _percent(text: Any, safe: Any, encoding: Any = None, errors: Any = None) -> str:
    """Encode a text for an address: libpq takes no + for a space."""
    return "".join(f"%{byte:02X}" for byte in str(text).encode())


def _from_keyring(name: str, place: Place) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise SourceError(f"{place.line}: `credentials` takes the package keyring: pip install keyring") from error
    try:
        found = keyring.get_password(SERVICE, name)
    except KeyringError as error:
        raise SourceError(
            f"{place.line}: the keyring cannot be opened ({type(error).__name__}): unlock it, or set PGPASSWORD"
        ) from error
    if not found:
        raise SourceError(
            f"{place.line}: the keyring holds no password `{name}`: put it there with `keyring set {SERVICE} {name}`"
        )
    return str(found)


def quoted(table: str) -> str | None:
    """Write a table's name as SQL reads it, its schema before it where it has one; None where it is none.

    Examples
    --------
    >>> quoted("sales.orders"), quoted('sales."Orders 2024"'), quoted("shop.sales.orders")
    ('"sales"."orders"', '"sales"."Orders 2024"', None)
    """
    parts: list[str] = []
    rest = table
    while found := _NAME.match(rest):
        parts.append(found[1].replace('""', '"') if found[1] else found[2])
        rest = rest[found.end() :]
        if not rest.startswith("."):
            break
        rest = rest[1:]
    complete = found is not None and not rest and 1 <= len(parts) <= 2
    return ".".join(quote(part) for part in parts) if complete else None
