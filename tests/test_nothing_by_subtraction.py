"""A reader of a tiny shop's pages tries to reckon out, from all that they show together, what a few customers did."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.odd_shops import ShownPage, drawn_shop, show, write_shop

N, LEAST = 35, 5
TABLES = {  # which groups a table is of, and the column that tells how many of each came back
    "repeat_counts": ("counts", None), "holdout_by_frequency": ("holdout", None), "alive_by_repeats": ("repeats", None),
    "holdout_by_silence": ("silence", None), "holdout_by_segment": ("segment", None), "alive_and_back": ("alive", 4),
    "waits_by_segment": ("segment", 2), "waits_by_cluster": ("cluster", 2), "late_check": ("late", 2),
}  # fmt: skip
ONCE = {("alive", "bought once"), ("late", "Bought once, no cadence")} | {
    (by, "0") for by in ("counts", "holdout", "repeats")
}


class Reader:
    """What a reader knows: numbers of customers, and of those who came back, each between two ends, and their sums."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, str, str], int] = {}
        self.ends: list[list[float]] = []
        self.sums: list[tuple[dict[int, float], float, float]] = []
        self.groups: dict[str, set[str]] = {}
        self.total = self.place("all", "all", "back")
        self.ends[self.total] = [0, N]

    def place(self, by: str, group: str, what: str) -> int:
        key = ("once", "once", what) if (by, group) in ONCE else (by, group, what)
        if key not in self.names:
            self.names[key] = len(self.ends)
            self.ends.append([0, N])
        return self.names[key]

    def learn(self, at: int, low: float, high: float) -> None:
        self.ends[at] = [max(self.ends[at][0], low), min(self.ends[at][1], high)]

    def read(self, table: dict[str, object], by: str, column: int | None) -> None:
        for row in table["rows"]:  # type: ignore[attr-defined]
            group, size, *_ = (cell["text"] for cell in row)
            everybody, back = self.place(by, group, "size"), self.place(by, group, "back")
            self.groups.setdefault(by, set()).add(group)
            if size.isdigit():
                self.learn(everybody, int(size), int(size))
            elif size.startswith("under"):
                self.learn(everybody, 1, LEAST - 1)
            share = re.fullmatch(r"(\d+)%", row[column]["text"]) if column else None
            if share and size.isdigit():
                exact = round(int(share[1]) / 100 * int(size))
                assert round(100 * exact / int(size)) == int(share[1])
                self.learn(back, exact, exact)
            heads = list(table["columns"])  # type: ignore[call-overload]
            came = heads.index("Came each") if "Came each" in heads else None
            if came and size.isdigit() and re.fullmatch(r"[\d.]+", row[came]["text"]):
                purchases = round(float(row[came]["text"]) * int(size))  # no more customers than purchases
                self.learn(back, min(purchases, 1), min(purchases, int(size)))

    def known(self) -> dict[str, tuple[int, int]]:
        """Return the least and the most that each number can be, and those who did not come back."""
        for by, groups in self.groups.items():
            for what, whole in (("size", None), ("back", self.total)):
                parts = dict.fromkeys((self.place(by, group, what) for group in groups), 1.0)
                end = N if whole is None else 0
                self.sums.append((parts | ({} if whole is None else {whole: -1.0}), end, end))
            for group in groups:
                pair = {self.place(by, group, "size"): 1.0, self.place(by, group, "back"): -1.0}
                self.sums.append((pair, 0, N))
        rows = np.zeros((len(self.sums), len(self.ends)))
        for i, (parts, _, _) in enumerate(self.sums):
            for at, weight in parts.items():
                rows[i, at] = weight
        limits = LinearConstraint(rows, [low for _, low, _ in self.sums], [high for _, _, high in self.sums])
        bounds = Bounds(*np.array(self.ends).T)
        goals = {" ".join(key): {at: 1.0} for key, at in self.names.items()}
        for (by, group, what), at in self.names.items():
            if what == "back" and (by, group, "size") in self.names:
                goals[f"{by} {group} stayed away"] = {self.names[by, group, "size"]: 1.0, at: -1.0}
        found = {}
        for name, parts in goals.items():
            goal = np.zeros(len(self.ends))
            for at, weight in parts.items():
                goal[at] = weight
            ends = [
                milp(sign * goal, constraints=limits, bounds=bounds, integrality=np.ones(len(goal))) for sign in (1, -1)
            ]
            assert all(end.x is not None for end in ends), "what the page shows contradicts itself"
            found[name] = (round(goal @ ends[0].x), round(goal @ ends[1].x))
        return found


def all_that_is_known(purchases: ShownPage, loyalty: ShownPage) -> dict[str, tuple[int, int]]:
    reader = Reader()
    for name, (by, column) in TABLES.items():
        if name in purchases.tables:
            reader.read(purchases.tables[name], by, column)
    reader.place("once", "once", "size")
    rows = loyalty.tables["fans_and_others"]["rows"]
    once = next(row[1]["text"] for row in rows if row[0]["text"] == "One-time buyers")
    if once.isdigit():  # those who had bought once and did not come back
        stayed = {reader.place("once", "once", "size"): 1.0, reader.place("once", "once", "back"): -1.0}
        reader.sums.append((stayed, int(once), int(once)))
    return reader.known()


@pytest.mark.parametrize("seed", [5])
@pytest.mark.thorough
def test_nothing_of_a_few_customers_can_be_reckoned_out(tmp_path: Path, seed: int) -> None:
    study = write_shop(tmp_path, drawn_shop(N, seed))
    known = all_that_is_known(show("repeat_purchases", study), show("loyalty", study))
    assert len(known) > 40
    found = {name: ends for name, ends in known.items() if ends[0] == ends[1] and 0 < ends[0] < LEAST}
    assert not found


def test_the_reader_can_subtract() -> None:
    reader = Reader()

    def row(*texts: str) -> list[dict[str, str]]:
        return [{"text": text} for text in texts]

    rows = [row("Lost", "20", "50%"), row("Candidates", "12", "50%"), row("Misunderstood", "–", "–")]
    reader.read({"columns": [], "rows": rows}, "segment", 2)
    assert reader.known()["segment Misunderstood size"] == (3, 3)
