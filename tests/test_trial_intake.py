"""Gestures and trials held against the orders and themselves: what is at fault stands in the rejects with its line."""

import csv
from pathlib import Path

import pandas as pd
import pytest
import sqlglot

from cxlab.intake import Intake, SourceError, check_study, read_study
from cxlab.kit import open_study
from cxlab.study import load_study
from tests.make import HEAD, good_rows, orders_csv, write_study

BOTH = "  orders: {path: orders.csv}\n  gestures: {path: gestures.csv}\n"
DRAWS = "  orders: {path: orders.csv}\n  assignments: {path: assignments.csv}\n"
NEVER, EARLY, TWICE = (
    "the customer never ordered",
    "lies before the customer’s first order",
    "was drawn for this arm before",
)


def rejected(intake: Intake, folder: Path, table: str) -> list[tuple[str, str, str]]:
    intake.write_rejects(folder)
    file = folder / "rejects" / f"{table}.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as opened:
        return [(row["line"], row["reason"], row["record"]) for row in csv.DictReader(opened)]


def adds_up(intake: Intake, table: str) -> bool:
    """Whether each record is used or rejected, by every way of counting."""
    t = intake.tables[table]
    (used,) = intake.engine.row(f"SELECT COUNT(*) FROM {table}")
    return used == t.n_used and t.n_read == t.n_used + sum(reject.n for reject in t.rejects)


def message(folder: Path) -> str:
    with pytest.raises(SourceError) as caught:
        check_study(folder)
    return str(caught.value)


class TestGestures:
    """The shop: customers c0 to c7, whose first orders lie on the 1st to the 8th of January."""

    def shop(
        self, folder: Path, *rows: str, n_good: int = 60, head: str = "customer_id,given_at", **files: str
    ) -> Path:
        good = [f"c{i % 8},2024-02-{i % 28 + 1:02d}" + "," * (head.count(",") - 1) for i in range(n_good)]
        gestures = orders_csv(*good, *rows, head=head)
        return write_study(folder, BOTH, **({"orders": orders_csv(*good_rows(24))} | files), gestures=gestures)

    def test_one_from_before_the_first_order_and_one_to_nobody_are_rejected_with_their_lines(
        self, tmp_path: Path
    ) -> None:
        self.shop(tmp_path, "c7,2024-01-07", "nobody,2024-01-20", "c7,2023-12-31 23:59")
        with check_study(tmp_path) as intake:
            assert rejected(intake, tmp_path, "gestures") == [
                ("62", EARLY, "c7,2024-01-07"), ("63", NEVER, "nobody,2024-01-20"),
                ("64", EARLY, "c7,2023-12-31 23:59"),
            ]  # fmt: skip
            assert intake.tables["gestures"].n_used == 60 and adds_up(intake, "gestures")
            found = {key: finding.value for key, finding in intake.findings.items()}
            assert (found["rows_read.gestures"], found["rows_rejected.gestures"]) == (63, 3)
            assert "rejected 2: lies before the customer’s first order" in intake.summary()
            assert not intake.remarks

    def test_days_count_and_not_hours(self, tmp_path: Path) -> None:
        orders = orders_csv(*(row.replace(",2024-01-08,", ",2024-01-08 17:30,") for row in good_rows(24)))
        self.shop(tmp_path, "c7,2024-01-08 09:00", "c7,2024-01-08", "c7,2024-01-07 23:59:59", orders=orders)
        with check_study(tmp_path) as intake:
            assert rejected(intake, tmp_path, "gestures") == [("64", EARLY, "c7,2024-01-07 23:59:59")]

    def test_a_return_is_no_first_order(self, tmp_path: Path) -> None:
        orders = orders_csv(*good_rows(24), "d,2024-01-01,-5", "d,2024-01-09,5", "e,2024-01-01,-5")
        self.shop(tmp_path, "d,2024-01-08", "d,2024-01-09", "e,2024-01-20", orders=orders)
        with check_study(tmp_path) as intake:
            found = rejected(intake, tmp_path, "gestures")
        assert found == [("62", EARLY, "d,2024-01-08"), ("64", NEVER, "e,2024-01-20")]

    def test_a_record_with_a_fault_of_its_own_stays_with_that(self, tmp_path: Path) -> None:
        self.shop(tmp_path, ",2024-01-20", "x,soon", "x,2024-01-20", "x,2024-01-20,1")
        with check_study(tmp_path) as intake:
            reasons = [reason for _, reason, _ in rejected(intake, tmp_path, "gestures")]
            assert reasons == [
                "customer_id is missing", "given_at is no date (ISO 8601)", NEVER, "3 fields instead of 2",
            ]  # fmt: skip
            assert adds_up(intake, "gestures") and intake.tables["gestures"].n_used == 60

    def test_what_a_rejected_gesture_cost_counts_nowhere(self, tmp_path: Path) -> None:
        rows = ["nobody,2024-01-20,5", "c1,2024-01-20,7"]
        self.shop(tmp_path, *rows, head="customer_id,given_at,cost")
        with check_study(tmp_path) as intake:
            assert intake.engine.rows("SELECT customer_id, gesture FROM effort WHERE gesture > 0 ORDER BY 1") == [
                ("c1", 700)
            ]

    def test_too_many_of_them_stop_with_the_remedy_and_are_listed(self, tmp_path: Path) -> None:
        rows = [f"x{i},2024-01-20" for i in range(4)]
        study = load_study(self.shop(tmp_path / "shop", *rows))
        with pytest.raises(SourceError) as caught:
            read_study(study, study.settle(), rejects=tmp_path / "out")
        found, here = str(caught.value), (tmp_path / "shop").as_posix()
        assert found.startswith(f"{here}/study.yml:5: 4 records of 64 records of gestures (6.2%) cannot be used, ")
        assert f"4 records: {NEVER} (first in {here}/gestures.csv:62: x0,2024-01-20)" in found
        assert "What to do: see that customer numbers are written as in orders; else mend the file" in found
        listed = (tmp_path / "out" / "rejects" / "gestures.csv").read_text().splitlines()
        assert len(listed) == 5 and listed[1] == f'gestures.csv,62,customer_id,{NEVER},"x0,2024-01-20",customer_id'
        with open_study(tmp_path / "shop", max_reject_share=0.1) as kit:
            assert kit.intake.tables["gestures"].n_rejected == 4

    def test_of_a_file_full_of_them_nothing_can_be_used(self, tmp_path: Path) -> None:
        self.shop(tmp_path, "c7,2023-01-01", "x,2023-01-01", n_good=0)
        found = message(tmp_path)
        assert "none of the 2 records of gestures can be used" in found and "bring the earlier orders as well" in found

    def test_faults_of_both_kinds_count_together_against_the_limit(self, tmp_path: Path) -> None:
        self.shop(tmp_path, "c1,soon", "c1,soon", "x,2024-01-20", "x,2024-01-20")
        assert "4 records of 64 records of gestures" in message(tmp_path)

    def test_gestures_from_several_files_and_from_parquet_keep_their_places(self, tmp_path: Path) -> None:
        write_study(tmp_path, BOTH.replace("gestures.csv", "'g*.*'"), orders=orders_csv(*good_rows(24)))
        good = [(f"c{i % 8}", f"2024-02-{i % 28 + 1:02d}") for i in range(60)]
        (tmp_path / "g1.csv").write_text(orders_csv(*map(",".join, good), "x,2024-01-20", head="customer_id,given_at"))
        frame = pd.DataFrame([*good[:3], ("c7", "2024-01-01"), *good[3:]], columns=["customer_id", "given_at"])
        frame.assign(given_at=pd.to_datetime(frame["given_at"])).to_parquet(tmp_path / "g2.parquet")
        with check_study(tmp_path) as intake:
            assert adds_up(intake, "gestures") and intake.tables["gestures"].n_read == 122
            assert rejected(intake, tmp_path, "gestures") == [
                ("62", NEVER, "x,2024-01-20"), ("4", EARLY, "c7,2024-01-01 00:00:00"),
            ]  # fmt: skip
        write_study(tmp_path, BOTH.replace("gestures.csv", "g2.parquet"))
        with check_study(tmp_path) as intake:
            assert rejected(intake, tmp_path, "gestures") == [("4", EARLY, "c7,2024-01-01 00:00:00")]

    def test_an_order_that_the_customer_does_not_have_is_remarked_on(self, tmp_path: Path) -> None:
        orders = orders_csv(
            *(f"{row},o{i}" for i, row in enumerate(good_rows(24))), head="customer_id,ordered_at,revenue,order_id"
        )
        head = "customer_id,given_at,order_id"
        rows = ["c1,2024-01-20,o1", "c2,2024-01-20,o1", "c3,2024-01-20,none"]
        self.shop(tmp_path, *rows, head=head, orders=orders)
        with check_study(tmp_path) as intake:
            assert intake.tables["gestures"].n_rejected == 0
            assert intake.remarks == (
                "2 of 3 gestures with an order_id name an order that their customer does not have: those are tied to "
                "orders by their day.",
            )
        self.shop(tmp_path, rows[0], head=head, orders=orders)
        assert not check_study(tmp_path).remarks
        self.shop(tmp_path, *rows, head=head)
        assert "3 gestures name their orders, but the orders have no order_id" in check_study(tmp_path).remarks[0]

    def test_orders_that_are_returns_only_are_said_before_anything_of_gestures(self, tmp_path: Path) -> None:
        self.shop(tmp_path, orders=orders_csv("c1,2024-01-01,-5"))
        assert "returns only" in message(tmp_path)


class TestAssignments:
    def shop(self, folder: Path, *rows: str, head: str = "customer_id,assigned_at,arm", n_good: int = 60) -> Path:
        further = "," * (head.count(",") - 2)
        good = [f"g{i},2024-01-{i % 20 + 1:02d},{('card', 'control')[i % 2]}{further}" for i in range(n_good)]
        return write_study(
            folder, DRAWS, orders=orders_csv(*good_rows(24)), assignments=orders_csv(*good, *rows, head=head)
        )

    def test_customers_in_two_arms_stop_the_run_with_their_lines(self, tmp_path: Path) -> None:
        rows = [f"c{i},2024-01-05,{arm}" for arm in ("card", "control") for i in range(5)]
        self.shop(tmp_path, *rows, "c9,2024-01-05,card")
        here = tmp_path.as_posix()
        assert message(tmp_path) == "\n".join(
            [
                f"{here}/study.yml:5: 5 customers of assignments stand in two arms of one experiment or more:",
                *(
                    f"  c{i}: `card` in {here}/assignments.csv:{62 + i}, `control` in {here}/assignments.csv:{67 + i}"
                    for i in range(3)
                ),
                "  and 2 more",
                "  What to do: keep the first draw of each customer, or, if they were drawn for several experiments, "
                "add a column `experiment`",
            ]
        )

    def test_one_customer_in_three_arms_is_one(self, tmp_path: Path) -> None:
        self.shop(tmp_path, *(f"c1,2024-01-05,{arm}" for arm in ("card", "control", "call", "card")))
        found = message(tmp_path)
        assert "1 customer of assignments stands in two arms" in found and found.count("assignments.csv:") == 3

    def test_two_experiments_are_two_draws(self, tmp_path: Path) -> None:
        head = "customer_id,assigned_at,arm,experiment"
        rows = ["c1,2024-01-05,card,spring", "c1,2024-01-05,control,autumn", "c1,2024-01-05,card,"]
        self.shop(tmp_path, *rows, head=head)
        with check_study(tmp_path) as intake:
            assert intake.tables["assignments"].n_rejected == 0
        self.shop(tmp_path, *rows, "c1,2024-01-07,card,autumn", head=head)
        found = message(tmp_path)
        assert "  c1 in autumn: `control` in " in found and "give each experiment a name of its own" in found

    def test_the_later_of_two_equal_draws_is_rejected(self, tmp_path: Path) -> None:
        self.shop(tmp_path, "c1,2024-01-09,card", "c1,2024-01-05,card", "c1,2024-01-05,card")
        with check_study(tmp_path) as intake:
            assert rejected(intake, tmp_path, "assignments") == [
                ("62", TWICE, "c1,2024-01-09,card"), ("64", TWICE, "c1,2024-01-05,card"),
            ]  # fmt: skip
            assert adds_up(intake, "assignments")

    def test_a_draw_that_is_rejected_for_itself_is_no_draw(self, tmp_path: Path) -> None:
        folder = self.shop(
            tmp_path, "c1,soon,card", "c1,2024-01-09,card", "c2,2024-12-05,card", "c2,2024-01-05,control"
        )
        study = folder / "study.yml"
        study.write_text(study.read_text().replace("sources:", "observation_end: 2024-06-30\nsources:"))
        with check_study(folder) as intake:
            reasons = [reason for _, reason, _ in rejected(intake, folder, "assignments")]
        assert reasons == ["assigned_at is no date (ISO 8601)", "lies after the observation end"]

    def test_a_file_that_was_exported_twice_stops_with_the_remedy(self, tmp_path: Path) -> None:
        good = [f"g{i},2024-01-{i % 20 + 1:02d},{('card', 'control')[i % 2]}" for i in range(60)]
        self.shop(tmp_path, *good)
        found = message(tmp_path)
        assert f"60 records: {TWICE}" in found and "see that each customer stands once in an experiment" in found

    def test_those_who_never_ordered_or_not_yet_stay_and_are_remarked_on(self, tmp_path: Path) -> None:
        self.shop(tmp_path, "c7,2024-01-01,card", "c0,2024-01-09,control")
        with check_study(tmp_path) as intake:
            assert intake.tables["assignments"].n_used == 62
            assert intake.remarks == (
                "60 customers of 62 in assignments never ordered: are their customer numbers written as in orders?",
            )

    def test_a_trial_of_one_arm_has_nothing_to_compare(self, tmp_path: Path) -> None:
        self.shop(tmp_path, *(f"c{i},2024-01-05,card" for i in range(8)), n_good=0)
        with check_study(tmp_path) as intake:
            (gesture,) = [q for q in intake.questions.asked if "gesture bring" in q.question]
        assert gesture.can == "no" and "every record of assignments is in the arm `card`" in gesture.why


class TestOutcomes:
    def trial(self, folder: Path, *rows: str, head: str, keys: str = "") -> Path:
        sources = f"  outcomes: {{path: outcomes.csv, control: A{keys}}}\n"
        return write_study(folder, sources, outcomes=orders_csv(*rows, head=head))

    def test_equal_rows_are_different_people_and_stay(self, tmp_path: Path) -> None:
        self.trial(tmp_path, *["A,1", "B,1"] * 20, head="arm,outcome")
        with check_study(tmp_path) as intake:
            assert intake.tables["outcomes"].n_used == 40 and adds_up(intake, "outcomes")

    def test_a_customer_that_is_named_stands_once(self, tmp_path: Path) -> None:
        rows = [f"p{i},{'AB'[i % 2]},1" for i in range(60)]
        self.trial(tmp_path, *rows, "p1,B,2", ",A,1", ",B,1", head="customer_id,arm,outcome")
        with check_study(tmp_path) as intake:
            assert rejected(intake, tmp_path, "outcomes") == [("62", TWICE, "p1,B,2")]
            assert intake.tables["outcomes"].n_used == 62 and adds_up(intake, "outcomes")
        self.trial(tmp_path, *rows, "p1,A,2", head="customer_id,arm,outcome")
        found, here = message(tmp_path), tmp_path.as_posix()
        assert f"  p1: `B` in {here}/outcomes.csv:3, `A` in {here}/outcomes.csv:62\n" in found
        assert "1 customer of outcomes stands in two arms or more" in found and "leave `customer_id` out" in found

    def test_further_columns_may_be_called_as_those_of_the_check(self, tmp_path: Path) -> None:
        head = "customer_id,arm,outcome,cx_nth,experiment,j,cx_first_day"
        self.trial(tmp_path, *(f"p{i},{'AB'[i % 2]},1,5,{i % 3},7,8" for i in range(60)), head=head)
        with check_study(tmp_path) as intake:
            assert intake.tables["outcomes"].n_used == 60
            assert intake.engine.row("SELECT MIN(their_cx_nth), MAX(experiment), MIN(j) FROM outcomes") == (
                "5",
                "2",
                "7",
            )

    @pytest.mark.parametrize("key", ["covariates", "ignore"])
    def test_a_column_that_the_study_names_and_the_file_lacks(self, tmp_path: Path, key: str) -> None:
        rows = [f"{'AB'[i % 2]},1,{i},{i}" for i in range(20)]
        self.trial(tmp_path, *rows, head="arm,outcome,history,spend", keys=f", {key}: [spend, histry]")
        assert message(tmp_path).endswith("outcomes have no column `histry`; did you mean `history`?")
        self.trial(tmp_path, *rows, head="arm,outcome,history,spend", keys=f", {key}: [spend, x]")
        assert message(tmp_path).endswith("study.yml:4: outcomes have no column `x`; there are history, spend")

    def test_it_says_what_it_can_answer_and_what_is_missing(self, tmp_path: Path) -> None:
        self.trial(tmp_path, *["A,1", "B,1"] * 20, head="arm,outcome")
        with check_study(tmp_path) as intake:
            asked = {q.question: q for q in intake.questions.asked}
            assert [q.can for q in intake.questions.core] == ["yes"]
        others = [q for q in asked.values() if q.can != "yes"]
        assert len(others) == len(asked) - 1 and all(q.bring for q in others)
        for word in ("active", "natural groups", "buy again", "too much time", "devoted", "channels"):
            (question,) = [q for q in others if word in q.question]
            assert question.why == "there are no orders" and question.bring.startswith("orders"), question

    def test_what_was_chosen_is_answered_in_part_and_one_arm_not_at_all(self, tmp_path: Path) -> None:
        self.trial(tmp_path, *["A,1", "B,1"] * 20, head="arm,outcome", keys=", design: observational")
        assert [q.can for q in check_study(tmp_path).questions.core] == ["partly"]
        self.trial(tmp_path, *["A,1"] * 20, head="arm,outcome")
        (question,) = check_study(tmp_path).questions.core
        assert question.can == "no" and "nothing to compare it with" in question.why and "control" in question.bring


def test_every_statement_of_these_rules_can_be_translated_for_spark(tmp_path: Path) -> None:
    sources = BOTH + "  assignments: {path: assignments.csv, control: a}\n"
    head = "customer_id,ordered_at,revenue,order_id"
    write_study(
        tmp_path, sources, head=HEAD,
        orders=orders_csv(*(f"{row},o{i}" for i, row in enumerate(good_rows(24))), head=head),
        gestures=orders_csv(*["c1,2024-01-20,o1"] * 30, "c1,2023-01-01,o1", head="customer_id,given_at,order_id"),
        assignments=orders_csv(
            *(f"c{i},2024-01-20,{'ab'[i % 2]},x" for i in range(8)), head="customer_id,assigned_at,arm,experiment"
        ),
    )  # fmt: skip
    with check_study(tmp_path) as intake:
        statements = intake.engine.statements
    assert any("_judged" in sql for sql in statements)
    for sql in statements:
        (spark,) = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
        sqlglot.parse_one(spark, read="spark")
    write_study(
        tmp_path, "  outcomes: {path: o.csv, control: A}\n",
        o=orders_csv("p'1,A,1", "p'1,B,1", head="customer_id,arm,outcome"),
    )  # fmt: skip
    assert "  p'1: `A` in" in message(tmp_path)
