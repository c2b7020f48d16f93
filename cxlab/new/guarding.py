"""The `.gitignore` of a new study: its data tell of people, and shall not be committed by accident."""

import re
from collections.abc import Sequence
from pathlib import Path

from cxlab.new.places import Place
from cxlab.study import FILE

GUARD = ".gitignore"
_HEAD = f"# The data of this study tell of people and stay out of version control; {FILE} goes in.\n"


def guard_text(folder: Path, places: Sequence[Place]) -> str | None:
    """Return what the file shall hold; None where the folder has one, which stays as it is.

    In a folder of its own everything but the study is left out, so that next month's file is as well; where other
    things lie in it, only the study's files are.
    """
    if (folder / GUARD).exists() or (folder / GUARD).is_symlink():
        return None
    own = {place.name.parts[0] for place in places}
    if folder.is_dir() and any(there.name not in own for there in folder.iterdir()):
        return _HEAD + "".join(f"/{_as_pattern(place.name.as_posix())}\n" for place in places)
    return f"{_HEAD}/*\n!/{GUARD}\n!/{FILE}\n"


def _as_pattern(name: str) -> str:
    r"""Write a file's name so that no sign in it means anything; a line break, which cannot stand there, is any sign.

    Examples
    --------
    >>> _as_pattern("orders [1]*.csv ")
    'orders \\[1]\\*.csv\\ '
    """
    plain = re.sub(r"[\\*?\[]", r"\\\g<0>", name).replace("\n", "?").replace("\r", "?")
    return re.sub(r"\s(?=\s*$)", r"\\\g<0>", plain)
