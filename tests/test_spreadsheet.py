"""Tables as CSV: the same text as pandas writes, and nothing that a spreadsheet would compute."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.spreadsheet import _MANY, _write_plain, float_texts, write_csv


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_numbers_are_written_as_python_does(numbers: list[float]) -> None:
    assert float_texts(np.array(numbers)).tolist() == [repr(number) for number in numbers]


@pytest.mark.parametrize("n", [2_000, _MANY])
@pytest.mark.parametrize("text", ["a, b", 'say "so"', "ä\nb", "", "ä b", None])
@pytest.mark.parametrize(
    ("kind", "other"),
    [("str", ""), ("object", ""), ("str", "zone"), ("str", "time"), ("str", "kind"), ("str", "early")],
)
def test_a_table_is_written_as_pandas_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int, text: str | None, kind: str, other: str
) -> None:
    draw = np.random.default_rng(4)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 90, n), unit="D")
    table = pd.DataFrame({
        "customer_id": [f"C {i:05d}" for i in range(n)],
        "name": pd.Series(["plain"] * (n - 1) + [text], dtype=kind),
        "segment": pd.Categorical(draw.choice(["Profit-bringer", "Lost"], n)),
        "day": days,
        "is_kept": draw.random(n) < 0.5,
        "n": draw.integers(-5, 5, n),
        "n_known": pd.array(np.where(draw.random(n) < 0.1, None, 3), dtype="Int64"),
        "value": np.where(draw.random(n) < 0.1, np.nan, draw.normal(0, 1, n) * 10.0 ** draw.integers(-20, 20, n)),
        "whole": draw.integers(0, 9, n).astype(float),
    })  # fmt: skip
    table.loc[::7, ["customer_id", "name"]] = None
    table.index = table.index[::-1]
    odd = {
        "": {},
        "zone": {"odd": days.tz_localize("Europe/Helsinki")},
        "time": {"odd": days + pd.to_timedelta(draw.integers(0, 2, n), unit="h")},
        "kind": {"odd": pd.Categorical(days)},
        "early": {"odd": days.astype("datetime64[s]") - np.timedelta64(365 * 1_500, "D")},
    }
    table = table.assign(**odd[other])
    by_arrow = []
    monkeypatch.setattr("cxlab.spreadsheet._write_plain", lambda *a: by_arrow.append(_write_plain(*a)) or by_arrow[-1])
    write_csv(table, tmp_path / "ours.csv")
    table.to_csv(tmp_path / "pandas.csv", index=False, lineterminator="\n")
    needs_quotes = text is not None and bool(re.search(r'[,"\n]', text))
    assert by_arrow == ([] if n < _MANY else [not other and not needs_quotes])
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "pandas.csv").read_bytes()


def test_no_text_computes_anything(tmp_path: Path) -> None:
    table = pd.DataFrame({"=A1": ["=1+1", "fine", None], "of a kind": pd.Categorical(["+5", "a\rb", "-1"])})
    table["text"] = pd.array(["@x", "7; =1+1", None], dtype="str")
    write_csv(table, tmp_path / "table.csv")
    head, *rows = (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()
    assert head == "'=A1,of a kind,text"
    assert rows == ["'=1+1,'+5,'@x", "fine,a b,7; '=1+1", ",'-1,"]
