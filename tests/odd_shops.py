"""Shops that teach little, and the pages on repeat purchases and loyalty of them, run within the test's process."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import numpy as np
import pandas as pd

from cxlab.blocks import MIME
from cxlab.reports.listed import faults

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
BEGIN = dt.date(2023, 1, 2)
_QUICK = {"n_bootstrap": 100}


def drawn_shop(n: int, seed: int, *, days: int = 600, joining: int = 200) -> pd.DataFrame:
    """Draw the orders of `n` customers who buy at their own pace and leave after a while."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        day, pace, leaves = int(rng.integers(joining)), 0.025 * rng.gamma(1.5), int(rng.exponential(400))
        begin = day
        while day < min(days, begin + leaves + 1):
            rows.append((f"c{i:04d}", BEGIN + dt.timedelta(days=day)))
            day += max(1, round(rng.exponential(1 / pace)))
    orders = pd.DataFrame(rows, columns=["customer_id", "ordered_at"])
    return orders.assign(revenue=np.round(rng.gamma(3, 15, len(orders)), 2))


def _once(orders: pd.DataFrame) -> pd.DataFrame:
    return orders.groupby("customer_id", as_index=False).first()


def _without_repeaters(orders: pd.DataFrame) -> pd.DataFrame:
    first = orders.groupby("customer_id")["ordered_at"].transform("min")
    quarter = (first >= dt.date(2023, 4, 1)) & (first < dt.date(2023, 7, 1))
    return orders[~(quarter & (orders["ordered_at"] > first))]


SHOPS: dict[str, Callable[[], pd.DataFrame]] = {
    "all for nothing": lambda: drawn_shop(80, 1).assign(revenue=0.0),
    "all given back": lambda: _given_back(drawn_shop(80, 1)),
    "ten customers": lambda: drawn_shop(10, 2),
    "everyone once": lambda: _once(drawn_shop(80, 3)),
    "everyone the same day": lambda: _once(drawn_shop(80, 3)).assign(ordered_at=dt.date(2023, 5, 5)),
    "a cohort without repeaters": lambda: _without_repeaters(drawn_shop(90, 4)),
    "one customer": lambda: drawn_shop(1, 5),
    "one order": lambda: drawn_shop(1, 5).head(1),
}


def _given_back(orders: pd.DataFrame) -> pd.DataFrame:
    """All is bought, and more than that is given back a day later."""
    back = orders.assign(ordered_at=orders["ordered_at"] + dt.timedelta(days=1), revenue=-orders["revenue"] - 1)
    return pd.concat([orders, back], ignore_index=True)


def write_shop(folder: Path, orders: pd.DataFrame, lines: str = "") -> Path:
    """Write a study of these orders, and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    orders.to_csv(folder / "orders.csv", index=False)
    file = folder / "study.yml"
    file.write_text(f"name: odd\ntitle: Odd\ncurrency: EUR\nseed: 1\nsources:\n  orders: {{path: orders.csv}}\n{lines}")
    return file


@dataclass
class ShownPage:
    """What a notebook showed, block by block."""

    blocks: list[dict[str, Any]] = field(default_factory=list)
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def answer(self) -> dict[str, Any]:
        """Return the one answer."""
        (answer,) = [block for block in self.blocks if block["kind"] == "answer"]
        return answer

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """All tables by their names, those behind figures as well."""
        shown = [block for block in self.blocks if block["kind"] == "table"]
        shown += [block["numbers"] for block in self.blocks if block["kind"] == "figure" and block["numbers"]]
        return {table["name"]: table for table in shown}

    @property
    def texts(self) -> list[str]:
        """Return every text that a reader sees, apart from the figures' drawings."""
        return [text for block in self.blocks for text in _texts({**block, "wide": "", "narrow": ""})]


def _texts(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list | tuple) else ()
    return [text for one in parts for text in _texts(one)]


def show(notebook: str, study: Path) -> ShownPage:
    """Run a notebook's code, top to bottom."""
    page = ShownPage()

    def display(data: dict[str, Any], *, raw: bool) -> None:
        assert raw
        output = data[MIME]
        page.findings |= output["findings"]
        if output["block"] is not None:
            page.blocks.append(output["block"])

    names: dict[str, Any] = {}
    cells = nbformat.read(next(NOTEBOOKS.glob(f"*_{notebook}.ipynb")), as_version=4).cells
    with mock.patch("IPython.display.display", display):
        for cell in cells:
            if cell.cell_type == "code":
                exec(cell.source, names)  # the project's own notebooks
            if "parameters" in cell.metadata.get("tags", []):
                names |= {"study": str(study)} | {key: value for key, value in _QUICK.items() if key in names}
    assert not faults(notebook, page.findings)
    return page
