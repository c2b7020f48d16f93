"""Write notebooks/start.md, which `make lab` opens: which notebook answers which question, from the notebooks."""

import re
import sys
from pathlib import Path

import nbformat

from cxlab.reports.notebooks import Notebook, find_notebooks

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "notebooks" / "start.md"
_CLOSING = ("Method and limits", "Words")

HEAD = """<!-- Written by `python -m tools.start_page` from the notebooks; a test keeps the two in step. -->
# Which notebook answers which question?

Each notebook answers one question about the customers of a study. It says the answer at its end, and before it how the
answer came about. Click a question to open its notebook.
"""
HOW = """
## How do I run one?

1. Open the notebook, and choose **Run**, then **Run All Cells**. It reads the example study named in the table.
2. Read it from top to bottom. While a long step runs, a bar under the cell says how far it has come.
3. Change a value in the first cell with code, the parameters, and run all cells again. Behind each name stands what it
   means, its unit, the values it may have, and what holds where it stays empty.

## How do I use my own data?

Put the files into a folder, say `data/my-shop`, and let the kit guess what is in them, in a terminal (**File**,
**New**, **Terminal**):

```text
.venv/bin/cxlab new data/my-shop data/my-shop/orders.csv
.venv/bin/cxlab check data/my-shop
```

Then write the folder into the parameters of a notebook: `study: str = "data/my-shop"`. When the study lacks what a
notebook needs, the notebook says so in one box, with what to bring.

## What does each look at?
"""


def page(notebooks: list[Notebook]) -> str:
    """Return the page: a table of the questions, how to run a notebook, and what each one asks on the way."""
    rows = ["", "| Question | Notebook | Example study |", "| --- | --- | --- |"]
    parts = []
    for notebook in notebooks:
        standfirst, asked = _read(notebook)
        file = notebook.path.name
        rows.append(f"| [{notebook.question}]({file}) | {notebook.title} | `{notebook.parameters['study'].default}` |")
        questions = "\n".join(f"- {question}" for question in asked)
        parts.append(f"\n### [{notebook.question}]({file})\n\n{standfirst}\n\n{questions}\n")
    return HEAD + "\n".join(rows) + "\n" + HOW + "".join(parts)


def _read(notebook: Notebook) -> tuple[str, list[str]]:
    """Return what stands under a notebook's question, and the questions of its sections."""
    cells = nbformat.read(notebook.path, as_version=4).cells
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    standfirst = prose[0].split("\n", 1)[1].strip()
    asked = [title for text in prose for title in re.findall(r"^## (.+)$", text, flags=re.M)]
    return standfirst, [title for title in asked if title not in _CLOSING]


def main() -> None:
    """Write the page."""
    FILE.write_text(page(find_notebooks(ROOT / "notebooks")), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{FILE.relative_to(ROOT)} is written\n")


if __name__ == "__main__":
    main()
