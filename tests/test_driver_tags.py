"""Drivers in a study's file and among the columns of its feedback: read as numbers, and every fault with its line."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.engine import fill
from cxlab.errors import InputError
from cxlab.followed import Followed
from cxlab.intake import Intake, check_study
from cxlab.occasions.history import read_history
from cxlab.occasions.timeline import Timeline
from cxlab.study import StudyError, load_study

ORDERS = "customer_id;ordered_at;revenue\n" + "".join(f"{i};2024-0{1 + i % 9}-01;10,5\n" for i in range(1, 40))
FEEDBACK = "customer_id;given_at;score;care;days\n" + "".join(
    f"{i};2024-0{1 + i % 9}-02;{i % 10};{i % 5},5;{i % 7}\n" for i in range(1, 40)
)


def study(folder: Path, drivers: str, feedback: str = FEEDBACK, source: str = "{path: feedback.csv}") -> Path:
    """Write a study with drivers; they begin in line 5."""
    (folder / "orders.csv").write_text(ORDERS)
    (folder / "feedback.csv").write_text(feedback)
    text = f"name: s\nsources:\n  orders: {{path: orders.csv}}\n  feedback: {source}\ndrivers:\n{drivers}\n"
    (folder / "study.yml").write_text(text)
    return folder


def read(folder: Path) -> Intake:
    """Check a study; its engine goes with the test."""
    return check_study(folder)


class TestFile:
    @pytest.mark.parametrize(
        ("drivers", "line", "said"),
        [
            ("  care: [hedonist]", 6, "`hedonist` is no tag of a driver; did you mean `hedonic`"),
            ("  care: [benefit, sacrifice]", 6, "a contradiction: keep one"),
            ("  care: [benefit, benefit]", 6, "tagged as benefit twice"),
            ("  care: [benefit]\n  store: [product]", 7, "`store` of feedback is no number"),
            ("  Score: [benefit]", 6, "differ in capital letters only"),
            ("  cx_care: [benefit]", 6, "are the kit's own"),
            ("  care: 3", 6, "must be a list of tags"),
        ],
    )
    def test_each_fault_has_its_line(self, tmp_path: Path, drivers: str, line: int, said: str) -> None:
        with pytest.raises(StudyError) as fault:
            load_study(study(tmp_path, drivers))
        assert said in str(fault.value) and f"study.yml:{line}:" in str(fault.value)
        assert len(str(fault.value).splitlines()) == 1

    def test_drivers_without_feedback(self, tmp_path: Path) -> None:
        folder = study(tmp_path, "  care: [hedonic]")
        file = folder / "study.yml"
        file.write_text(file.read_text().replace("  feedback: {path: feedback.csv}\n", ""))
        with pytest.raises(StudyError, match="`sources` has none: add `feedback:`"):
            load_study(folder)

    def test_one_tag_or_none_will_do(self, tmp_path: Path) -> None:
        found = load_study(study(tmp_path, "  care: hedonic\n  days: []\n  score:"))
        assert dict(found.drivers) == {"care": ("hedonic",), "days": (), "score": ()} or "score" not in found.drivers


class TestColumns:
    def test_decimal_commas_are_read(self, tmp_path: Path) -> None:
        with read(study(tmp_path, "  care: [hedonic]\n  days: [sacrifice]")) as intake:
            assert intake.engine.row("SELECT MIN(care), MAX(care), MAX(days) FROM feedback") == (0.5, 4.5, 6)
            assert intake.tables["feedback"].n_rejected == 0

    def test_a_column_may_be_called_otherwise_in_the_file(self, tmp_path: Path) -> None:
        source = "{path: feedback.csv, columns: {delivery_days: days}}"
        with read(study(tmp_path, "  delivery_days: [sacrifice]", source=source)) as intake:
            assert intake.engine.row("SELECT MAX(delivery_days) FROM feedback") == (6,)

    def test_what_is_no_number_or_missing_costs_no_answer_and_is_counted(self, tmp_path: Path) -> None:
        odd = FEEDBACK.replace("2,5;", "lots;", 3).replace("3,5;", ";", 2)
        with read(study(tmp_path, "  care: [hedonic]", odd)) as intake:
            assert intake.tables["feedback"].n_used == 39
            assert "3 values of `care` in feedback are no numbers, and count as missing." in intake.remarks

    def test_a_score_that_is_no_number_is_a_reject_as_ever(self, tmp_path: Path) -> None:
        odd = FEEDBACK.replace("2024-02-02;1;", "2024-02-02;x;", 1)
        with read(study(tmp_path, "  care: [hedonic]\n  score: []", odd)) as intake:
            assert intake.tables["feedback"].n_rejected == 1

    @pytest.mark.parametrize(
        ("drivers", "feedback", "said"),
        [
            ("  caer: [hedonic]", FEEDBACK, "feedback has no column `caer`; did you mean `care`?"),
            ("  care: [hedonic]", FEEDBACK.replace(",5;", "x;"), "`care` of feedback holds no number"),
            ("  care: []", FEEDBACK.replace("care", "care;more", 1).replace(",5;", ",5;;"), ""),
        ],
    )
    def test_a_column_without_numbers_stops_the_run(
        self, tmp_path: Path, drivers: str, feedback: str, said: str
    ) -> None:
        folder = study(tmp_path, drivers, feedback)
        if not said:
            with read(folder) as intake:
                assert intake.tables["feedback"].n_used == 39
            return
        with pytest.raises(InputError) as fault:
            read(folder)
        assert said in str(fault.value) and "study.yml:6" in str(fault.value)


def test_what_is_known_around_an_answer_is_what_occasions_know() -> None:
    kit = cx.open_example()
    followed = kit.followed
    assert isinstance(followed, Followed)
    engine, index = kit.intake.engine, "some_days"
    sql = (
        "CREATE OR REPLACE TABLE {index} AS SELECT DISTINCT customer_id, "
        "CAST(FLOOR(CAST(given_at AS DOUBLE) / 86400) AS BIGINT) AS day FROM feedback"
    )
    engine.run(fill(sql, index=index))
    tables = {name: table.columns for name, table in kit.intake.tables.items()}
    known = read_history(
        Timeline(engine, index), outcome_days=followed.outcome_days, margin_rate=kit.parameters.margin_rate,
        tables=tables,
    )  # fmt: skip
    engine.drop(index)
    mine = followed.frame
    theirs = mine[["customer_id", "day"]].merge(pd.DataFrame(known), on=["customer_id", "day"], how="left")
    for name in ("purchases", "earlier_purchases", "days_since_last_order", "earlier_contribution"):
        assert np.allclose(mine[name], theirs[name].to_numpy(np.float64))
