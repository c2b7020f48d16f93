"""The address of Spark as a study may give it: it says where, and holds no secret."""

import re
from dataclasses import dataclass

from cxlab.errors import InputError

CONNECT, STANDALONE, PRESENT = "sc", "spark", "spark"
"""Schemes of addresses, and the word for a session that is there already."""
PORTS = {CONNECT: 15002, STANDALONE: 7077}
"""Where each listens if nothing else was set."""
SETTINGS = (
    "use_ssl", "user_id", "user_agent", "x-databricks-cluster-id", "grpc_keepalive_enabled", "grpc_keepalive_time_ms",
    "grpc_keepalive_timeout_ms", "grpc_keepalive_without_calls",
)  # fmt: skip
"""What may stand behind host and port, in small letters as Spark takes it: none is a secret. Spark sends names that it
does not know along to the server, and many a server takes a token by one of them."""
_PARTS = re.compile(r"(sc|spark)://([\w.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?((?:[/?#;].*)?)", re.DOTALL)
_VALUE, _WORD = re.compile(r"[\w.%-]+"), re.compile(r"\w{1,20}")
_TOKEN = "SPARK_CONNECT_AUTHENTICATE_TOKEN"


class SparkError(InputError):
    """A study asks for Spark, and there is none that answers, or one that lacks what it needs: what, and what to do."""


@dataclass(frozen=True)
class Address:
    """An address of Spark, taken apart.

    Attributes
    ----------
    scheme, host, port : where it is, and in which tongue it is spoken to.
    shown : the address up to its port, for messages and for a standalone master, which takes no more.
    whole : the address as Spark Connect takes it.
    """

    scheme: str
    host: str
    port: int
    shown: str
    whole: str


def parse_address(address: str) -> Address:
    """Take an address apart.

    Raises
    ------
    SparkError : it is none of Spark's, or says more than a study may; without a word of it that might be a secret.

    Examples
    --------
    >>> parse_address("sc://host/;use_ssl=true").shown
    'sc://host:15002'
    """
    parts = _PARTS.fullmatch(address)
    port = int(parts[3] or PORTS[parts[1]]) if parts else 0
    if "@" in address or (parts and not _is_harmless(parts[1], parts[4])):
        raise SparkError(
            "`engine` says more than host and port, and a study is read by many: where that is a token or a password, "
            f"leave it out, and set {_TOKEN} instead; behind sc://host:port/ may stand, each behind a ; and in small "
            f"letters, {', '.join(SETTINGS)}"
        )
    if parts is None or not 1 <= port <= 65535:
        named = f" {address}" if _WORD.fullmatch(address) else ""
        raise SparkError(
            f"`engine`{named} is no address of an engine: write duckdb, spark, sc://host:port or spark://host:port"
        )
    shown = f"{parts[1]}://{parts[2]}:{port}"
    whole = shown + parts[4] if parts[4].strip("/") else shown
    return Address(parts[1], parts[2].strip("[]"), port, shown, whole)


def _is_harmless(scheme: str, rest: str) -> bool:
    if not rest.strip("/;"):
        return True
    settings = [one.partition("=") for one in rest.removeprefix("/;").split(";") if one]
    return (
        scheme == CONNECT
        and rest.startswith("/;")
        and all(
            name in SETTINGS and (value in ("true", "false") if name == "use_ssl" else _VALUE.fullmatch(value))
            for name, _, value in settings
        )
    )
