"""The notebooks there are: number, name, question, and the parameters that each declares."""

import ast
import io
import json
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cxlab.errors import InputError, did_you_mean
from cxlab.language import SOURCE, speaking, translated

OWN = ("study", "out")
"""Parameters that the run sets itself."""
_STEM = re.compile(r"(?P<number>\d\d)_(?P<name>[a-z][a-z0-9_]*)")


class NotebookError(InputError):
    """There are no notebooks, or none of that name, or one does not keep to the grammar."""


@dataclass(frozen=True)
class Declared:
    """A parameter as the notebook's parameters cell declares it: ``k_max: int = None  # clusters tried``.

    Attributes
    ----------
    kind : "int", "float", "bool", "str" or "date".
    optional : whether None may be given.
    required : whether the notebook declares no value, so that one must be given.
    help : the comment behind the declaration.
    """

    name: str
    kind: str
    optional: bool
    default: Any = None
    required: bool = False
    help: str = ""


@dataclass(frozen=True)
class Notebook:
    """A notebook file ``NN_name.ipynb``."""

    path: Path

    @property
    def stem(self) -> str:
        """File name without ending: 02_segmentation."""
        return self.path.stem

    @property
    def number(self) -> str:
        """Two digits: 02."""
        return self.stem[:2]

    @property
    def name(self) -> str:
        """The report's name, as in `results.json`: segmentation."""
        return self.stem[3:]

    @property
    def title(self) -> str:
        """Number and name for people: 02 Segmentation."""
        return f"{self.number} {self.name.replace('_', ' ').capitalize()}"

    @cached_property
    def _content(self) -> dict[str, Any]:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            _ = content["cells"]
        except (ValueError, KeyError, TypeError) as error:
            raise NotebookError(f"{self.path} is no notebook of format 4: save it anew in JupyterLab") from error
        assert isinstance(content, dict)
        return content

    @property
    def _cells(self) -> list[dict[str, Any]]:
        cells = self._content["cells"]
        assert isinstance(cells, list)
        return cells

    @property
    def effort(self) -> float:
        """Seconds that it takes of a large shop, as its metadata say (`{"cxlab": {"effort": 40}}`); 0: not said."""
        own = self._content.get("metadata", {}).get("cxlab")
        said = own.get("effort") if isinstance(own, dict) else None
        return float(said) if isinstance(said, int | float) else 0.0

    @cached_property
    def fault(self) -> str:
        """Why it cannot be run; empty where it can."""
        try:
            _ = self.parameters
        except NotebookError as error:
            return str(error)
        return ""

    @cached_property
    def question(self) -> str:
        """The notebook's title: its first heading."""
        with speaking(SOURCE):
            return self.said_question()

    def said_question(self) -> str:
        """Say the notebook's title in the language that is spoken."""
        for cell in self._cells:
            text = "".join(cell["source"]) if cell["cell_type"] == "markdown" else ""
            for line in translated(text).splitlines():
                if line.startswith("# "):
                    return line[2:].strip()
        return self.title

    @cached_property
    def parameters(self) -> dict[str, Declared]:
        """What the cell tagged `parameters` declares, in order.

        Raises
        ------
        NotebookError : there is no such cell, or a declaration has no type that can be given on the command line.
        """
        tagged = [c for c in self._cells if "parameters" in c.get("metadata", {}).get("tags", [])]
        if len(tagged) != 1:
            raise NotebookError(f"{self.path} needs one cell tagged `parameters`, and has {len(tagged)}")
        source = "".join(tagged[0]["source"])
        try:
            body = ast.parse(source).body
        except SyntaxError as error:
            raise NotebookError(
                f"{self.path}: the cell tagged `parameters` is no Python: {error.msg}, line {error.lineno} of it"
            ) from error
        comments = _comments(source)
        statements = (s for s in body if isinstance(s, ast.AnnAssign))
        declared = [self._declared(s, comments.get(s.end_lineno or s.lineno, "")) for s in statements]
        found = {d.name: d for d in declared}
        lacking = [name for name in OWN if name not in found]
        if lacking:
            raise NotebookError(f"{self.path} does not declare `{lacking[0]}`, by which a run tells it where to work")
        return found

    def _declared(self, statement: ast.AnnAssign, comment: str) -> Declared:
        name = ast.unparse(statement.target)
        kinds = [k.strip() for k in ast.unparse(statement.annotation).split("|")]
        optional, known = "None" in kinds, [_KINDS[k] for k in kinds if k in _KINDS]
        if len(known) != 1 or len(kinds) != 1 + optional:
            raise NotebookError(
                f"{self.path} declares `{name}: {ast.unparse(statement.annotation)}`: "
                "write int, float, bool, str or datetime.date, perhaps with ` | None`"
            )
        try:
            default = None if statement.value is None else ast.literal_eval(statement.value)
        except ValueError as error:
            raise NotebookError(
                f"{self.path} declares `{name}` as {ast.unparse(statement.value or statement)}: write a plain value"
            ) from error
        return Declared(name, known[0], optional, default, statement.value is None, comment)


_KINDS = {"int": "int", "float": "float", "bool": "bool", "str": "str", "date": "date", "datetime.date": "date"}


def _comments(source: str) -> dict[int, str]:
    """Return the comments of Python code by their line, from 1."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("#").strip() for t in tokens if t.type == tokenize.COMMENT}


def find_notebooks(folder: Path | None = None) -> list[Notebook]:
    """Return the notebooks of a folder in order of number.

    Parameters
    ----------
    folder : where they lie; by default ``notebooks`` in the working directory, else beside the package.

    Raises
    ------
    NotebookError : there are none, or two have one name.
    """
    places = [folder] if folder else [Path("notebooks"), Path(__file__).resolve().parents[2] / "notebooks"]
    for place in places:
        found = [Notebook(p) for p in sorted(place.glob("[0-9][0-9]_*.ipynb")) if _STEM.fullmatch(p.stem)]
        if found:
            names = [n.name for n in found]
            twice = sorted({n for n in names if names.count(n) > 1})
            if twice:
                raise NotebookError(f"two notebooks in {place} are called {twice[0]!r}: rename one of them")
            return found
    raise NotebookError(f"no notebooks NN_name.ipynb in {folder or 'notebooks/'}: run cxlab from the repository's root")


def choose(notebooks: list[Notebook], only: list[str], option: str = "--only") -> list[Notebook]:
    """Return those that are asked for by name or by number and name; all of them when nothing is asked.

    Parameters
    ----------
    option : what the command line calls the question, for messages.

    Raises
    ------
    NotebookError : there is none of that name.
    """
    wanted = {}
    for asked in only:
        word = asked.removesuffix(".ipynb")
        match = [n for n in notebooks if word in (n.name, n.stem)]
        if not match:
            names = [n.name for n in notebooks]
            near = did_you_mean(word, names) or f"; there are {', '.join(names)}"
            raise NotebookError(f"{option} {asked}: no notebook is called so{near}")
        wanted[match[0].stem] = match[0]
    return [n for n in notebooks if n.stem in wanted] if only else notebooks
