"""The address of a database as a study may give it: it says where, and holds no secret."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_READ = ("postgresql", "postgres")
_LIKE, _LIKE_WITH_PORT = "postgresql://host/shop", "postgresql://host:5432/shop"
SETTINGS = (
    "host", "hostaddr", "port", "dbname", "sslmode", "target_session_attrs", "connect_timeout", "application_name",
)  # fmt: skip
"""What an address may say behind its question mark: none is a secret, names a file of this machine, or makes the
connection less safe."""
_SAFE = ("require", "verify-ca", "verify-full")


def url_faults(url: str) -> list[str]:
    """Say what is wrong with the address of a database, without a word of it that might be a secret.

    Examples
    --------
    >>> url_faults("postgresql://host:5432/shop?sslmode=require")
    []
    >>> url_faults("mysql://host/shop")
    ['is an address of mysql, and this version reads PostgreSQL: `url: postgresql://host/shop`, or a file as `path:`']
    >>> url_faults("postgresql://anna:secret@host/shop")[0].partition(":")[0]
    'holds a password, and a study may be passed on'
    """
    parts = _SCHEME.fullmatch(url.strip())
    if parts is None:
        return [f"is no address of a database: write it as {_LIKE}, without a password"]
    scheme, rest = parts[1].lower(), parts[2]
    settings = _settings(rest)
    if ":" in rest.rpartition("@")[0] or any("pass" in name for name in settings):
        return [
            "holds a password, and a study may be passed on: take it out, and change it where others saw it; name "
            "and password come from PGUSER and PGPASSWORD, from the file that PGPASSFILE names, or, by "
            "`credentials: NAME`, from a keyring"
        ]
    if scheme not in _READ:
        return [f"is an address of {scheme}, and this version reads PostgreSQL: `url: {_LIKE}`, or a file as `path:`"]
    if any(not _is_port(port) for port in _ports(rest, settings)):
        return [f"names a port that is no whole number from 1 to 65535: write it as {_LIKE_WITH_PORT}"]
    if odd := sorted(set(settings) - set(SETTINGS)):
        return [
            f"says `{odd[0]}`, which no study may set: set it where the run is started, as libpq's environment "
            f"variables do; a study may say {', '.join(SETTINGS)}"
        ]
    if settings.get("sslmode", _SAFE[0]) not in _SAFE:
        return [
            f"may say of `sslmode` only {', '.join(_SAFE)}: what is less safe, PGSSLMODE says where the run is started"
        ]
    return []


def _ports(rest: str, settings: Mapping[str, str]) -> list[str]:
    """Return what an address gives as ports, of one host or of several."""
    hosts = re.split(r"[/?]", rest, maxsplit=1)[0].rpartition("@")[2].split(",")
    given = [*(host.rpartition("]")[2].partition(":")[2] for host in hosts), *settings.get("port", "").split(",")]
    return [port for port in given if port]


def _is_port(text: str) -> bool:
    return len(text) <= 5 and text.isascii() and text.isdigit() and 1 <= int(text) <= 65535


def _settings(rest: str) -> dict[str, str]:
    """Return what stands behind the question mark of an address, by name in small letters."""
    return {name.lower(): value for name, value in parse_qsl(rest.partition("?")[2], keep_blank_values=True)}
