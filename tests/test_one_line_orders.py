"""Orders of one line each are summed without looking for their lines: the same comes of it."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.intake import duplicates
from cxlab.kit import open_study
from tests.make import HEAD, write_study

CUT = HEAD + "calibration_end: 2024-01-12\n"
FIRST, LAST = ("a", "o8", 1, 7, "1.00", ""), ("a", "o9", 25, 7, "1.00", "")
LINE = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["o1", "o2", "o3", "o4", ""]),
    st.integers(1, 20),
    st.integers(8, 11),
    st.sampled_from(["5.00", "0", "-5.00", "12.5"]),
    st.sampled_from(["", "3"]),
)


def customers(folder: Path, lines: list[str], *, looked_for: bool, head: str) -> tuple[pd.DataFrame, bool, int]:
    """Return one row a customer, whether it was known that no order has two lines, how many records repeat."""
    folder.mkdir(exist_ok=True)
    write_study(folder, "  orders: {path: orders.csv}\n", head=CUT, orders="\n".join([head, *lines]) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        if not looked_for:
            patch.setattr(duplicates, "_has_one_line_an_order", lambda *_: False)
        with open_study(folder) as kit:
            table = kit.intake.tables["orders"]
            return kit.customers.frame, table.one_line, table.n_same


@given(lines=st.lists(LINE, min_size=1, max_size=12), named=st.booleans(), costed=st.booleans())
def test_the_same_comes_of_it(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[tuple[str, str, int, int, str, str]],
    named: bool,
    costed: bool,
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    kept = [FIRST, *lines, LAST]
    head = "customer_id,ordered_at,revenue" + ",order_id" * named + ",cost" * costed
    texts = [
        f"{who},2024-01-{day:02d}T{hour:02d}:00,{paid}" + f",{order}" * named + f",{cost}" * costed
        for who, order, day, hour, paid, cost in kept
    ]
    fast, one_line, n_same = customers(folder, texts, looked_for=True, head=head)
    slow, unknown, n_same_slow = customers(folder, texts, looked_for=False, head=head)
    pd.testing.assert_frame_equal(fast, slow)
    assert (n_same, unknown) == (n_same_slow, False)
    keys = [(who, order if named and order else (day, hour)) for who, order, day, hour, *_ in kept]
    assert one_line == (len(set(keys)) == len(keys))


def test_a_second_line_far_down_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "_SOME", 5)
    lines = [f"a,2024-01-{day:02d},1,{day}" for day in range(1, 14)]
    head = "customer_id,ordered_at,revenue,order_id"
    frame, one_line, _ = customers(tmp_path, lines, looked_for=True, head=head)
    assert one_line and frame["n_orders"].tolist() == [12]
    frame, one_line, _ = customers(tmp_path, [*lines, "a,2024-01-13,1,12"], looked_for=True, head=head)
    assert not one_line and frame["n_orders"].tolist() == [12]
    assert frame["holdout_purchases"].tolist() == [1] and frame["holdout_revenue"].tolist() == [2.0]
