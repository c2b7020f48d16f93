"""The data dictionary says what the code checks."""

import re
from pathlib import Path

import pytest

from cxlab.contract import TABLES

README = Path(__file__).resolve().parent.parent / "data" / "README.md"


@pytest.mark.parametrize("table", sorted(TABLES))
def test_the_dictionary_lists_every_column_of_the_contract(table: str) -> None:
    section = README.read_text(encoding="utf-8").split(f"### {table}\n")[1].split("###")[0]
    rows = dict(re.findall(r"^\| (\w+) \| (\w+) \|", section, flags=re.M))
    rows.pop("column", None)
    assert rows == {column.name: column.kind for column in TABLES[table].columns}
    needed = set(re.findall(r"^\| (\w+) \| \w+ \| yes \|", section, flags=re.M))
    assert needed == {column.name for column in TABLES[table].columns if column.required}


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_a_table_names_only_columns_that_it_has(table: object) -> None:
    contract = TABLES[table.name]  # type: ignore[attr-defined]
    assert len(set(contract.names)) == len(contract.names)
    assert all(set(group) <= set(contract.names) for group in contract.one_of)
    assert contract.moment is None or contract.column(contract.moment).kind == "moment"
