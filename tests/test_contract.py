"""The tables that a study may bring."""

import pytest

from cxlab.contract import TABLES


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_a_table_names_only_columns_that_it_has(table: object) -> None:
    contract = TABLES[table.name]  # type: ignore[attr-defined]
    assert len(set(contract.names)) == len(contract.names)
    assert all(set(group) <= set(contract.names) for group in contract.one_of)
    assert contract.moment is None or contract.column(contract.moment).kind == "moment"
