"""Values and rows that differ, codes_of as a sort would number them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cxlab.different import codes_of, different_rows

TEXTS = st.lists(st.text(max_size=3), min_size=1, max_size=30)


@given(values=TEXTS | st.lists(st.integers(-5, 5), min_size=1) | st.lists(st.booleans(), min_size=1))
def test_numbers_are_those_of_a_sort(values: list[str] | list[int] | list[bool]) -> None:
    different, codes = np.unique(np.array(values, dtype=object), return_inverse=True)
    for given_as in (values, pd.Series(values)):
        n, found = codes_of(given_as)
        assert n == len(different) and found.tolist() == codes.tolist()


@given(
    matrix=arrays(
        np.float64, st.tuples(st.integers(1, 20), st.integers(1, 4)), elements=st.sampled_from([0.0, 1.0, 2.5])
    )
)
def test_rows_are_those_of_a_sort(matrix: np.ndarray) -> None:
    rows, which = np.unique(matrix, axis=0, return_inverse=True)
    found, numbers = different_rows(matrix)
    assert found.tolist() == rows.tolist() and numbers.tolist() == which.ravel().tolist()


def test_rows_without_a_column_are_all_the_same() -> None:
    rows, which = different_rows(np.empty((3, 0)))
    assert rows.shape == (1, 0) and which.tolist() == [0, 0, 0]


@pytest.mark.parametrize("values", [[np.nan, 2.0, np.nan, 1.0], pd.Series([None, "b", None, "a"], dtype="str")])
def test_a_missing_value_is_the_last(values: list[float] | pd.Series) -> None:
    n, codes = codes_of(values)
    assert n == 3 and codes.tolist() == [2, 1, 2, 0]
