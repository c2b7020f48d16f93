"""Lines that sum up others are no customers, and customers who are called alike are no totals."""

from pathlib import Path

import pytest

from cxlab.engine import Engine, literal
from cxlab.intake import check_study
from cxlab.intake.totals import is_total, surely_no_total
from tests.make import good_rows, orders_csv, write_study
from tests.test_intake import read_rejects, reasons

TOTALS = (
    "Yhteensä", "YHTEENSÄ", "Yhteensä tammikuu", "Yhteensä:", "Yhteensa\u0308", "yhteensä tammikuu 2024",
    "Kokonaissumma",
    "Summa 01/2024", "Summa 1.1.2024", "Summa 1.1.-31.1.2024", "Grand Total", "GRAND TOTAL 2024", "Total 2024",
    "Total:",
    "Total: January", "Total Jan 2024", "Yht.", "Yht", "Kaikki yhteensä", "Kaikki yhteensä 2024", "Välisumma helmikuu",
    "Subtotal", "Sub-total", "** Yhteensä **", "Yhteensä EUR", "Totalt", "Summa december", "Delsumma mars 2024",
    "Tammikuu yhteensä", "A-17 Yhteensä", "January Total", "2024 Total", "Total\u00a02024", "Yhteensä vuosi 2024",
)  # fmt: skip
CUSTOMERS = (
    "Total Oy", "Total Energies Finland 2", "Summanen", "Summanen 2", "Yhtyneet", "Yhtyneet Paperitehtaat 7", "A-17",
    "17",
    "Totalis", "Sumu", "SUM0001", "SUM-0001", "TOT17", "Total-17", "Yht-17", "May Sum", "Kaikki Kotiin 24", "K00017",
    "Tammikuu", "Kokonaan Oy", "Grand Hotel 2024", "Summa Oy 2024", "Yhteensattuma Oy", "Maja Total Ab",
)  # fmt: skip


def judged(text: str) -> tuple[bool, bool]:
    with Engine() as engine:
        return engine.row(f"SELECT {is_total('t')}, {surely_no_total('t')} FROM (SELECT {literal(text)} AS t) AS v")  # type: ignore[return-value]


@pytest.mark.parametrize("text", TOTALS)
def test_words_for_a_total_with_signs_digits_and_months(text: str) -> None:
    assert judged(text)[0]


@pytest.mark.parametrize("text", CUSTOMERS)
def test_customers_who_are_called_alike(text: str) -> None:
    assert not judged(text)[0]


@pytest.mark.parametrize("text", ["17", "A-17", "K00017", "T17", "Matti Virtanen 7", "c17", "TIL-00017", "SO12345"])
def test_most_ids_are_told_from_totals_at_a_glance(text: str) -> None:
    assert judged(text) == (False, True)


def test_they_are_found_whatever_they_begin_and_end_with(tmp_path: Path) -> None:
    lines = [f"{word},2024-02-01,800" for word in TOTALS]
    others = [f"{name},2024-02-01,800" for name in CUSTOMERS]
    head = "name: shop\ntitle: Shop\nparameters: {max_reject_share: 1}\n"
    write_study(tmp_path, head=head, orders=orders_csv(*good_rows(), *lines, *others))
    with check_study(tmp_path) as intake:
        assert reasons(intake) == {"is a line of totals": len(TOTALS)}
        assert {line["record"].split(",")[0] for line in read_rejects(intake, tmp_path)} == set(TOTALS)


def test_a_label_among_the_order_numbers_is_one_as_well(tmp_path: Path) -> None:
    rows = [f"o{i},{row}" for i, row in enumerate(good_rows())]
    rows += ["Yhteensä tammikuu,,,800", "Total 2024,,2024-02-01,800", "o99,,2024-02-01,3", "Total 2024,c1,2024-02-01,3"]
    write_study(tmp_path, orders=orders_csv(*rows, head="order_id,customer_id,ordered_at,revenue"))
    with check_study(tmp_path) as intake:
        assert reasons(intake) == {"is a line of totals": 2, "customer_id is missing": 1}
        (totals,) = [r for r in intake.tables["orders"].rejects if "totals" in r.reason]
        assert totals.column == "order_id" and totals.outside_limit
