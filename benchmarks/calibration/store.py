"""What replications found, kept line by line, so that a run that was stopped goes on where it was."""

import ast
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.calibration.cases import Case, Values

ROOT = Path(__file__).resolve().parents[2]
Key = tuple[str, int, int]
"""Name of the case, number of customers, replication."""


@dataclass(frozen=True)
class Store:
    """A file with one JSON object a line, one for each replication.

    Attributes
    ----------
    path : of the file; it need not be there yet.
    """

    path: Path

    def read(self, cases: tuple[Case, ...]) -> dict[Key, Values]:
        """Return what is known of these cases, found with the source files as they are now.

        A line that was cut off in the middle is passed over.
        """
        made_with = {case.name: fingerprint(case) for case in cases}
        found: dict[Key, Values] = {}
        for line in self.path.read_text(encoding="utf-8").splitlines() if self.path.is_file() else []:
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                continue
            if made_with.get(record["case"]) == record["made_with"]:
                found[record["case"], record["size"], record["replication"]] = record["values"]
        return found

    def add(self, case: Case, size: int, replication: int, values: Values) -> None:
        """Add one replication at the end, on a line of its own even when the last line was cut off."""
        record = {
            "case": case.name,
            "size": size,
            "replication": replication,
            "made_with": fingerprint(case),
            "values": values,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            end = file.seek(0, 2)
            if end:
                file.seek(end - 1)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(json.dumps(record, sort_keys=True).encode() + b"\n")


def fingerprint(case: Case) -> str:
    """Hash the source files that a case rests on, but for docstrings, comments and layout."""
    return _hash(case.rests_on)


@cache
def _hash(places: tuple[str, ...]) -> str:
    hashed = hashlib.sha256()
    for place in places:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            hashed.update(file.relative_to(ROOT).as_posix().encode())
            code = _Wordless().visit(ast.parse(file.read_text(encoding="utf-8")))
            hashed.update(ast.dump(code).encode())
    return hashed.hexdigest()[:16]


class _Wordless(ast.NodeTransformer):
    """Takes out docstrings."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        """Leave out a text that stands alone."""
        return None if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) else node
