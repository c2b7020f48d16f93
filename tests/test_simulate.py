"""Made-up shops as studies: same bytes, within the contract, and what the records tell is what happened."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.__main__ import main
from cxlab.kit import Kit, open_study
from cxlab.simulate import (
    Shop,
    customers_of,
    plant_truth,
    read_settings,
    simulate_shop,
    write_shop,
    written_settings,
)

CORNER_SHOP = Path(__file__).resolve().parent.parent / "data" / "corner-shop"
COMMITTED = 3_000_000  # bytes


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """Run the command line and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["cxlab", "simulate", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def shop() -> Shop:
    return simulate_shop(read_settings(None, customers=1200, seed=7))


@pytest.fixture(scope="module")
def folder(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("made") / "shop"
    write_shop(shop, plant_truth(shop, rows=1000), made)
    return made


@pytest.fixture(scope="module")
def kit(folder: Path) -> Iterator[Kit]:
    with open_study(folder) as opened:
        yield opened


@pytest.mark.thorough
def test_the_same_settings_and_seed_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = simulate_shop(read_settings(folder / "settings.yml"))
    write_shop(again, plant_truth(again, rows=1000), tmp_path / "again")
    assert contents(tmp_path / "again") == contents(folder)


def test_another_seed_gives_another_shop(shop: Shop) -> None:
    other = simulate_shop(read_settings(None, customers=1200, seed=8))
    assert other.orders.n != shop.orders.n or (other.orders.cents != shop.orders.cents).any()


@pytest.mark.thorough
def test_the_corner_shop_is_what_its_settings_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tmp_path / "corner-shop"
    assert run(monkeypatch, made, "--truth", CORNER_SHOP / "settings.yml") == 0
    assert contents(made) == contents(CORNER_SHOP)
    assert sum(map(len, contents(CORNER_SHOP).values())) < COMMITTED


def test_every_record_is_within_the_contract(kit: Kit, folder: Path) -> None:
    for name, table in kit.intake.tables.items():
        assert table.n_rejected == 0, table.rejects
        assert table.n_read == len(pd.read_csv(folder / f"{name}.csv"))
    assert set(kit.intake.tables) == {
        "orders", "gestures", "assignments", "costs", "feedback", "incidents", "referrals", "events"
    }  # fmt: skip


def test_the_customers_of_a_shop_are_those_of_its_files(shop: Shop, kit: Kit) -> None:
    made, read = customers_of(shop), kit.customers
    pd.testing.assert_frame_equal(made.frame, read.frame)
    for name in ("first_order", "calibration_end", "observation_end", "currency", "costs_known", "margin_rate",
                 "typical_gap_days", "costed_share"):  # fmt: skip
        assert getattr(made, name) == getattr(read, name), name


def test_a_customer_orders_at_most_once_a_day_and_never_after_leaving(folder: Path) -> None:
    orders = pd.read_csv(folder / "orders.csv", parse_dates=["ordered_at"])
    orders = orders[orders["revenue"] > 0].assign(day=lambda o: o["ordered_at"].dt.normalize())
    assert not orders.duplicated(["customer_id", "day"]).any()
    latent = pd.read_csv(folder / "truth_customers.csv", parse_dates=["left_on", "joined_on"]).set_index("customer_id")
    by_customer = orders.groupby("customer_id")["day"]
    left = latent["left_on"].dropna()
    assert (by_customer.max().loc[left.index] == left).all()
    assert (by_customer.min() == latent["joined_on"]).all()


def test_who_orders_in_the_window_is_drawn_at_the_first_order_in_it(folder: Path, shop: Shop) -> None:
    drawn = pd.read_csv(folder / "assignments.csv", parse_dates=["assigned_at"]).set_index("customer_id")
    orders = pd.read_csv(folder / "orders.csv", parse_dates=["ordered_at"])
    day = orders["ordered_at"].dt.normalize()
    first, last = (pd.Timestamp(shop.settings.start) + pd.Timedelta(days=d) for d in shop.settings.window)
    inside = orders.assign(day=day)[(orders["revenue"] > 0) & day.between(first, last)]
    assert inside.groupby("customer_id")["day"].min().equals(drawn["assigned_at"].sort_index().rename("day"))
    gestures = pd.read_csv(folder / "gestures.csv", parse_dates=["given_at"]).join(drawn, on="customer_id")
    since = (gestures["given_at"].dt.normalize() - gestures["assigned_at"]).dt.days
    of_trial = gestures["kind"] != "biscuit"
    assert (gestures["kind"] == gestures["arm"])[of_trial].all() and (since[of_trial] == 0).all()
    assert of_trial.sum() == (drawn["arm"] != "control").sum()
    assert not since[~of_trial].between(0, shop.settings.outcome_days).any()


def test_who_recommends_is_a_customer_on_that_day(folder: Path) -> None:
    latent = pd.read_csv(folder / "truth_customers.csv", parse_dates=["left_on", "joined_on"]).set_index("customer_id")
    told = pd.read_csv(folder / "referrals.csv", parse_dates=["referred_at"])
    who = latent.loc[told["referrer_id"]]
    day = told["referred_at"].to_numpy()
    assert (who["joined_on"].to_numpy() < day).all()
    assert ((who["left_on"].to_numpy() >= day) | who["left_on"].isna().to_numpy()).all()
    assert (latent.loc[told["referred_id"], "joined_on"].to_numpy() == day).all()


def test_failures_spoil_the_answers(folder: Path) -> None:
    answers = pd.read_csv(folder / "feedback.csv")
    failed = pd.read_csv(folder / "incidents.csv").rename(columns={"occurred_at": "given_at"})
    both = answers.merge(failed, on=["customer_id", "given_at"], how="left", suffixes=("", "_of_failure"))
    assert answers["score"].between(0, 10).all()
    scores = both.groupby(both["kind"].notna())["score"].mean()
    assert scores[True] < scores[False] - 1


def test_the_truth_has_the_shape_of_findings(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert set(truth) == {"segmentation", "gestures", "loyalty", "experience"}
    assert truth["gestures"].pop("design") == {"verdict": "randomised"}
    for findings in truth.values():
        for finding in findings.values():
            assert (
                {"estimate", "n", "unit"} <= set(finding) <= {"estimate", "n", "unit", "verdict", "monte_carlo_error"}
            )


class TestTheCommand:
    def test_options_win_over_the_settings(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        given = tmp_path / "given.yml"
        given.write_text("customers: 900\nseed: 5\ntrial: none\n", encoding="utf-8")
        made = tmp_path / "made"
        assert run(monkeypatch, made, "--truth", given, "--customers", "40", "--seed", "6", "--name", "tiny") == 0
        used = read_settings(made / "settings.yml")
        assert (used.customers, used.seed, used.name, used.trial) == (40, 6, "tiny", None)
        assert not (made / "assignments.csv").exists()
        assert run(monkeypatch, made, "--customers", "30") == 2
        assert run(monkeypatch, made, "--customers", "30", "--force") == 0
        assert len(pd.read_csv(made / "truth_customers.csv")) == 30

    def test_a_folder_with_other_files_is_left_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
        assert run(monkeypatch, tmp_path, "--force") == 2
        assert "holds other files" in capsys.readouterr().err
        assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]

    def test_all_faults_of_the_settings_are_named_with_their_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        given = tmp_path / "given.yml"
        given.write_text(
            "custmers: 5\ndays: many\nkinds:\n  lost: {share: 2}\ntrial:\n  arms: {card: {cots: 1}}\n", encoding="utf-8"
        )
        assert run(monkeypatch, tmp_path / "made", "--truth", given) == 2
        said = capsys.readouterr().err
        for line, message in {
            1: "`custmers` is no setting; did you mean `customers`?",
            2: "`days` is the text 'many', but must be a whole number",
            4: "`share` is 2, but must be at most 1",
            6: "`cots` is no setting of `card`; did you mean `cost`?",
        }.items():
            assert f"given.yml:{line}: {message}" in said
        assert not (tmp_path / "made").exists()

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("clusters: {k: 3}", "1: `clusters` cannot be planted beside four segments"),
            ("trial: {window_days: 300}", "1: `trial` ends too late"),
            ("days: 100\ncalibration_days: 100\ntrial: none", "2: `calibration_days` leaves no day after it"),
            ("trial:\n  arms: {card: {}, letter: {}}", "2: `arms` must hold `control` and at least one other arm"),
            ("- 1", "1: holds no keys"),
            ("days: 5\ndays: 6", "2: `days` stands twice"),
        ],
    )
    def test_settings_that_do_not_go_together_are_named(
        self, text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        given = tmp_path / "given.yml"
        given.write_text(text, encoding="utf-8")
        assert run(monkeypatch, tmp_path / "made", "--truth", given) == 2
        assert f"given.yml:{message}" in capsys.readouterr().err

    def test_an_option_out_of_range_is_named_without_a_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(monkeypatch, tmp_path / "made", "--customers", "0") == 2
        assert capsys.readouterr().err == "cxlab: `customers` is 0, but must be 1 or more\n"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"segments": "none", "clusters": {"k": 3}, "trial": "none"},
        {"title": "Kaarnan kauppa: 'uusi' # 2", "calibration_days": 400, "seed": 0},
        {"trial": {"arms": {"control": {"allocation": 3, "strength": 0, "cost": 0}, "call": {"cost": 4.5}}}},
    ],
)
def test_written_settings_are_read_as_they_were(given: dict[str, object], tmp_path: Path) -> None:
    settings = read_settings(None, **given)
    (tmp_path / "settings.yml").write_text(written_settings(settings), encoding="utf-8")
    assert read_settings(tmp_path / "settings.yml") == settings


@pytest.mark.parametrize("customers", [1, 3])
def test_the_smallest_shops_can_be_made_and_read(customers: int, tmp_path: Path) -> None:
    made = simulate_shop(read_settings(None, customers=customers))
    write_shop(made, plant_truth(made, rows=10), tmp_path)
    with open_study(tmp_path) as opened:
        assert opened.customers.n == np.sum(made.traits.joins <= made.settings.cut)
