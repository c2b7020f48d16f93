"""Customers drawn by lot: who is drawn, what is known of them, and what a reader is told."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab import blocks
from cxlab.engine import fill
from cxlab.intake import Intake, read_study
from cxlab.intake.drawn import Drawn
from cxlab.intake.stamps import folder_of
from cxlab.kit import Kit, open_study
from cxlab.parameters import ParameterError
from cxlab.planning.command import Wish, run_plan
from cxlab.reports.document import Document
from cxlab.reports.exporter import page as page_of
from cxlab.reports.imprint import Imprint
from cxlab.reports.order import open_alone
from cxlab.simulate import read_settings, simulate_shop, write_shop
from cxlab.study import load_study
from tests.make import write_study

N = 1000


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "shop"
    write_shop(simulate_shop(read_settings(None, customers=1600, seed=5, name="shop")), {}, folder)
    return folder


@pytest.fixture(scope="module")
def whole(shop: Path) -> Kit:
    return open_study(shop)


@pytest.fixture(scope="module")
def part(shop: Path) -> Kit:
    return open_study(shop, sample_customers=N)


def ids(kit: Kit, table: str, who: str = "customer_id") -> set[str]:
    return set(kit.intake.engine.frame(fill("SELECT DISTINCT {w} FROM {t} ORDER BY 1", w=who, t=table))[who])


def test_so_many_are_drawn_and_every_table_holds_their_rows_and_no_others(whole: Kit, part: Kit) -> None:
    drawn = part.intake.drawn
    assert drawn is not None and (drawn.n, drawn.of) == (N, 1600)
    chosen = ids(part, "days")
    assert len(chosen) == N
    for name in set(part.intake.tables) - {"events"}:
        who = "referred_id" if name == "referrals" else "customer_id"
        assert ids(part, name, who) == ids(whole, name, who) & chosen, name
    assert ids(part, "effort") == ids(whole, "effort") & chosen


def test_what_is_known_of_those_drawn_is_what_is_known_of_them_among_all(whole: Kit, part: Kit) -> None:
    for all_of_them, some in ((whole.customers.frame, part.customers.frame),
                              (whole.customers_at_end.frame, part.customers_at_end.frame)):  # fmt: skip
        same = all_of_them[all_of_them["customer_id"].isin(some["customer_id"])].reset_index(drop=True)
        assert 0 < len(some) < len(all_of_them)
        pd.testing.assert_frame_equal(some, same)
    assert whole.answered is not None and part.answered is not None
    mine = whole.answered.frame["customer_id"].isin(ids(part, "days"))
    assert part.answered.n == int(mine.sum()) > 0


def test_windows_counts_and_money_are_those_of_all(whole: Kit, part: Kit) -> None:
    a, b = whole.intake, part.intake
    assert (a.calibration_end, a.observation_end, a.doubt) == (b.calibration_end, b.observation_end, b.doubt)
    found = b.findings
    assert found.pop("drawn").number == N
    assert found == a.findings
    assert a.heading == b.heading and a.remarked == b.remarked
    pd.testing.assert_frame_equal(a.ledger.table, b.ledger.table)


@pytest.mark.thorough
def test_the_lot_hangs_on_the_seed_and_not_on_the_order_of_the_records(shop: Path, part: Kit, tmp_path: Path) -> None:
    for file in shop.iterdir():
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".csv":
            head, *rows = text.splitlines(keepends=True)
            text = head + "".join(np.random.default_rng(1).permutation(np.array(rows, object)))
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    with open_study(tmp_path, sample_customers=N) as shuffled, open_study(shop, sample_customers=N, seed=9) as other:
        assert ids(shuffled, "days") == ids(part, "days")
        assert 0 < len(ids(other, "days") - ids(part, "days")) < N


@pytest.mark.thorough
def test_it_is_kept_for_notebooks_and_later_runs(shop: Path, part: Kit, tmp_path: Path) -> None:
    study = load_study(shop)
    parameters = study.settle(sample_customers=N)
    place = tmp_path / study.name / folder_of(parameters)

    def read() -> Intake:
        return read_study(study, parameters, store=place)

    with read() as fresh:
        fresh.keep(place)
    with read() as kept, Kit(study, parameters, store=tmp_path) as kit:
        assert kept.hashes and kept.drawn == part.intake.drawn and kept.findings == part.intake.findings
        assert kit.intake.hashes
        pd.testing.assert_frame_equal(kit.customers.frame, part.customers.frame)
        assert kit.occasions is not None and part.occasions is not None
        pd.testing.assert_frame_equal(kit.occasions.frame, part.occasions.frame)


def test_visits_are_drawn_by_whom_they_are_of_else_by_themselves(whole: Kit, part: Kit) -> None:
    chosen = ids(part, "days")
    of_customers = {who for who in ids(part, "events") if who is not None and who == who}
    assert of_customers & ids(whole, "days") == ids(whole, "events") & chosen
    unknown = "SELECT COUNT(DISTINCT session_id) FROM events WHERE customer_id IS NULL"
    (n,), (of,) = part.intake.engine.row(unknown), whole.intake.engine.row(unknown)
    assert n / of == pytest.approx(N / 1600, abs=4 * (0.625 * 0.375 / of) ** 0.5)


def test_visits_of_nobody_known_are_drawn_as_well(shop: Path, tmp_path: Path) -> None:
    for file in shop.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    events = pd.read_csv(tmp_path / "events.csv", dtype=str).drop(columns="customer_id")
    events.to_csv(tmp_path / "events.csv", index=False)
    with open_study(tmp_path, sample_customers=N) as kit:
        n = len(ids(kit, "events", "session_id"))
        assert n / events["session_id"].nunique() == pytest.approx(N / 1600, abs=0.06)


def test_what_a_run_keeps_of_one_lot_is_not_taken_for_another(shop: Path) -> None:
    study = load_study(shop)
    origins = {Kit(study, study.settle(sample_customers=n), run="a run")._origin for n in (None, 1000, 1001)}
    assert len(origins) == 3


@pytest.mark.thorough
def test_with_fewer_customers_all_of_them_stay(shop: Path, whole: Kit) -> None:
    with open_study(shop, sample_customers=1600) as kit:
        assert kit.intake.drawn is None
        assert kit.customers.n == whole.customers.n


def test_customers_of_a_trial_who_never_ordered_can_be_drawn(tmp_path: Path) -> None:
    orders = "customer_id,ordered_at,revenue\n" + "".join(f"a{i},2024-01-{1 + i % 28:02},5\n" for i in range(1000))
    trial = "customer_id,assigned_at,arm\n" + "".join(
        f"b{i},2024-01-10,{'card' if i % 2 else 'control'}\n" for i in range(500)
    )
    sources = "  orders: {path: orders.csv}\n  assignments: {path: assignments.csv}\n"
    write_study(tmp_path, sources, orders=orders, assignments=trial)
    with open_study(tmp_path, sample_customers=N) as kit:
        assert kit.intake.drawn is not None and kit.intake.drawn.of == 1500
        assert 250 < len(ids(kit, "assignments")) < 420
        assert len(ids(kit, "assignments")) + len(ids(kit, "orders")) == N


def test_pages_say_it_and_recommendations_are_left_out(part: Kit, capsys: pytest.CaptureFixture[str]) -> None:
    cx.open_page(part, "clusters")
    said = capsys.readouterr().out
    assert "1,000 customers drawn by lot from 1,600" in said and "1.6 times as large" in said
    assert "about 1.3 times as wide" in said and "stand firm hangs on how many customers" in said
    assert "Recommendations are left out" in said
    assert part.referrals is None
    cx.open_page(part, "segmentation")
    assert "stand firm" not in capsys.readouterr().out


def test_without_recommendations_nothing_is_said_of_them() -> None:
    drawn = Drawn(1000, 4000)
    for report in ("intake", "loyalty"):
        with_them, without = (drawn.reading(report, has_referrals=has) for has in (True, False))
        assert with_them.startswith(without) and "Recommendations" not in without and "2.0 times as wide" in without


def test_the_intake_tells_apart_what_is_of_all_and_what_is_of_those_drawn(
    whole: Kit, part: Kit, capsys: pytest.CaptureFixture[str]
) -> None:
    page = cx.open_page(part, "intake")
    said = capsys.readouterr().out
    assert "the records, customers and orders in the answer, are those of all" in said
    assert "counted among the records" in said and "left out" not in said
    assert part.intake.calendar.heading.endswith("by the 1,000 customers drawn")
    assert int(part.intake.calendar.table["orders"].sum()) < part.intake.n_orders
    for result in (part.intake.calendar, part.intake.cohorts, part.intake.returns, part.intake.cycle):
        page.reading(result, of_drawn=True)
        assert "'label': 'Of the 1,000 customers drawn'" in capsys.readouterr().out
    cx.open_page(whole, "intake").reading(whole.intake.cohorts, of_drawn=True)
    assert "drawn" not in capsys.readouterr().out and "drawn" not in whole.intake.calendar.heading


def test_the_notebook_of_the_intake_labels_what_it_counts_after_the_draw() -> None:
    text = (Path(__file__).parents[1] / "notebooks" / "00_intake.ipynb").read_text(encoding="utf-8")
    for result in ("kit.intake.calendar", "kit.intake.cohorts", "kit.intake.returns", "kit.intake.cycle", "together"):
        assert f"page.reading({result}, of_drawn=True)" in text


def test_the_answer_and_each_figure_say_who_was_drawn(whole: Kit, part: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    answer = blocks.Answer("yes", "Ready", "A line.", (), "Act.", "A headline")
    sources = []
    for kit in (part, whole):
        for report in ("loyalty", "intake"):
            page = cx.open_page(kit, report)
            page.answer(answer)
            found = shown[-1]
            if kit is whole:
                assert found[blocks.MIME]["block"]["rests"] == "" and "drawn" not in found["text/plain"]
            else:
                assert "1,000 customers drawn by lot from 1,600" in found["text/plain"].splitlines()[1]
                assert "1,000 customers drawn by lot from 1,600" in found["text/html"]
        page.figure(cx.plots.purchase_cycle, kit.intake.cycle)
        sources.append(shown[-1][blocks.MIME]["block"]["source"])
    assert sources[0] == f"{sources[1]}, 1,000 customers drawn by lot from 1,600"
    pages = [
        page_of(Document(question="Q?", answer=asdict(replace(answer, rests=rests))), Imprint(study="S", report="R"))
        for rests in ("Of some <b>.", "")
    ]
    assert "<p>Of some &lt;b&gt;.</p>" in pages[0] and "<p></p>" not in pages[1]


def test_checks_and_trials_are_about_all_customers(shop: Path) -> None:
    study = shop / "study.yml"
    text = study.read_text(encoding="utf-8")
    try:
        study.write_text(text + f"  sample_customers: {N}\n", encoding="utf-8")
        opened, parameters = open_alone(str(shop))
        assert opened.parameters["sample_customers"] == N and parameters.sample_customers is None
        planned = run_plan(opened, parameters, Wish(draw=False))
    finally:
        study.write_text(text, encoding="utf-8")
    assert planned is not None


def test_too_few_are_refused() -> None:
    with pytest.raises(ParameterError, match="must be a whole number of customers of 1000 or more"):
        cx.open_study(cx.open_example().study.file, sample_customers=50)
