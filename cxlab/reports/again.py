"""The command that makes the same again; nothing heavy is imported here."""

import shlex
from collections.abc import Iterable, Mapping
from typing import Any


def command(
    studies: Iterable[str],
    only: Iterable[str],
    given: Mapping[str, Any],
    *,
    allow_outside: bool = False,
    matrix: str = "",
    out: str = "",
) -> str:
    """Write the command that makes the same again.

    Parameters
    ----------
    studies : as the command line named them. only : names of notebooks; empty: all.
    given : parameters by name.
    matrix : file of parameter sets; empty: none. out : folder of the reports, where it is not the default; else empty.

    Examples
    --------
    >>> command(["data/cdnow"], ["clusters"], {"k_max": 8}, matrix="my sets.yml")
    "cxlab report data/cdnow --matrix 'my sets.yml' --only clusters -p k_max 8"
    """
    parts = ["cxlab", "report", *studies, *(["--allow-outside"] if allow_outside else [])]
    parts += ["--matrix", matrix] if matrix else []
    parts += ["--out", out] if out else []
    for name in only:
        parts += ["--only", name]
    for name, value in given.items():
        parts += ["-p", name, str(value)]
    return shlex.join(parts)
