"""Who is late by their own cadence: the published model, planted rhythms, one in twenty of the gaps, and the list."""

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
import sqlglot
from scipy.integrate import quad
from scipy.special import gammaincc
from scipy.stats import gamma

from cxlab.blocks import Table
from cxlab.customers import EPOCH, Customers
from cxlab.estimate import Estimate
from cxlab.kit import open_study
from cxlab.pseudonyms import Pseudonyms
from cxlab.tables.waits import late_check, late_customers
from cxlab.waits.cadence import RARE, Cadence, find_cadence, fit_cadence, log_likelihood
from cxlab.waits.late import LateError, find_late_customers
from cxlab.waits.late_check import ONCE
from cxlab.waits.late_customers import LateCustomers
from cxlab.waits.late_money import LEAST_FOR_MONEY, LateMoney
from cxlab.waits.own_gaps import GapError, OwnGaps, read_gaps
from cxlab.words import day, money, percent
from tests.conftest import ROOT
from tests.purchase_shops import CUT, shop

NAMES = Pseudonyms(b"k")


def gaps_of(histories: list[list[int]], silence: list[int]) -> OwnGaps:
    """Make gaps of lists of them."""
    n = np.array([len(own) for own in histories], dtype=np.int64)
    return OwnGaps(
        n,
        np.array([sum(own) for own in histories], dtype=np.int64),
        np.array([np.log(own).sum() if own else 0.0 for own in histories]),
        np.array(silence, dtype=np.int64),
    )


@cache
def followed(
    n: int, seed: int, *, regularity: float = 1.0, days: int = 700, leaving: float = 0.0
) -> tuple[OwnGaps, np.ndarray]:
    """Draw customers with a pace each, gamma gaps and a chance to leave; and whether each is still one at the end."""
    rng = np.random.default_rng(seed)
    histories, silences, here = [], [], []
    for pace in rng.gamma(2.0, 1 / 60, n):
        at, own, stays = float(rng.integers(0, 100)), [], rng.random() >= leaving
        while stays:
            gap = max(1.0, np.round(rng.gamma(regularity, 1 / (pace * regularity))))
            if at + gap > days:
                break
            at += gap
            own.append(int(gap))
            stays = rng.random() >= leaving
        histories.append(own)
        silences.append(int(days - at))
        here.append(stays)
    return gaps_of(histories, silences), np.array(here)


@cache
def fit_of(gaps: OwnGaps) -> Cadence:
    """Fit the same gaps once."""
    return fit_cadence(gaps)


def shop_of(gaps: OwnGaps, *, contribution: np.ndarray | None = None, back: np.ndarray | None = None) -> Customers:
    """Make customers with such gaps."""
    n = len(gaps.n)
    made = shop([np.array([0])] * n)
    frame = made.frame.assign(
        contribution=np.ones(n) if contribution is None else contribution,
        repeat_purchases=gaps.n,
        days_since_last_order=gaps.silence,
        holdout_purchases=np.zeros(n, np.int64) if back is None else back.astype(np.int64),
    )
    return replace(made, frame=frame)


def test_the_likelihood_at_chance_is_that_of_the_published_fit_of_cdnow() -> None:
    with open_study(ROOT / "data" / "cdnow") as kit:
        gaps, engine = read_gaps(kit.intake.engine, kit.customers), kit.intake.engine
        (spark,) = sqlglot.transpile(
            engine.statements[-1], read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
        )
        frame = kit.customers.frame
    assert "LN(" in spark
    assert (gaps.n == frame["repeat_purchases"].to_numpy()).all()
    assert (gaps.days + gaps.silence == frame["tenure_days"].to_numpy()).all()
    # Platzer and Reutterer (2016): MBG/NBD in weeks, log-likelihood -9582.1; a day is a seventh, once a gap
    published = -9582.1 - gaps.n.sum() * np.log(7)
    assert log_likelihood(np.array([0.525, 7 * 6.183, 1.0, 0.891, 1.614]), gaps) == pytest.approx(published, abs=0.1)
    found = fit_of(gaps)
    assert found.log_likelihood > published and found.regularity == pytest.approx(1, abs=0.1)


def test_the_chance_of_a_silence_is_the_mean_over_what_is_known_of_the_pace() -> None:
    gaps = gaps_of([[], [10], [7] * 9], [30, 30, 30])
    cadence = Cadence(gaps, 1.4, 25.0, 2.3, (1.0, 1.0), 0.0, 3)
    for i in range(3):
        shape, days = 1.4 + 2.3 * gaps.n[i], 25.0 + gaps.days[i]
        known = gamma(shape, scale=1 / days)
        chance = quad(lambda pace, k=known: k.pdf(pace) * gammaincc(2.3, pace * 30.0), 0, np.inf)[0]  # type: ignore[misc]
        assert cadence.silence_chance[i] == pytest.approx(chance, rel=1e-6)
    late = replace(cadence, gaps=replace(gaps, silence=np.ceil(cadence.within(0.95)).astype(np.int64)))
    assert (late.silence_chance <= 0.05).all() and (late.silence_chance > 0.04).all()
    assert (cadence.within(0.5) == cadence.usual_days).all()


def test_the_planted_rhythm_is_found() -> None:
    for regularity in (1.0, 3.0):
        gaps, _ = followed(1000, 4, regularity=regularity, leaving=0.08)
        found = fit_of(gaps)
        low, high = found.findings["cadence.regularity"].ends
        assert found.regularity == pytest.approx(regularity, rel=0.12) and 0.05 < (high - low) / regularity < 0.2
        assert low - 0.1 <= regularity <= high
        a, b = found.leaving
        assert a / (a + b) == pytest.approx(0.08, abs=0.02)
        assert ("keep a rhythm" in found.reading) == (regularity == 3.0)


def test_a_weekly_customer_who_is_silent_for_five_weeks_is_late_and_a_monthly_one_is_not() -> None:
    others, _ = followed(300, 5, leaving=0.05)
    weekly, monthly = gaps_of([[7] * 20], [35]), gaps_of([[30] * 10], [35])
    gaps = OwnGaps(*(np.concatenate([getattr(part, name) for part in (others, weekly, monthly)])
                     for name in ("n", "days", "logs", "silence")))  # fmt: skip
    found = find_late_customers(shop_of(gaps), fit_of(gaps), pseudonyms=NAMES)
    late = set(found.table["customer_id"])
    assert "000300" in late and "000301" not in late
    row = found.table.set_index("customer_id").loc["000300"]
    assert row["usual_gap_days"] == pytest.approx(7, abs=2.5) and row["times_usual"] == pytest.approx(
        35 / row["usual_gap_days"]
    )
    assert row["late_after_days"] < 35


def test_few_gaps_are_judged_nearly_by_those_of_the_others() -> None:
    others, _ = followed(400, 6)
    gaps = OwnGaps(*(np.concatenate([getattr(part, name) for part in (others, gaps_of([[2], [2] * 40], [20, 20]))])
                     for name in ("n", "days", "logs", "silence")))  # fmt: skip
    one, many = fit_of(gaps).usual_days[-2:]
    assert one > 4 * many and many == pytest.approx(2, abs=1)


@pytest.mark.parametrize("regularity", [1.0, 3.0])
def test_one_in_twenty_of_the_gaps_is_longer_than_the_day_from_which_a_customer_is_late(regularity: float) -> None:
    gaps, _ = followed(1000, 20, regularity=regularity, leaving=0.03)
    cadence = fit_of(gaps)
    rng = np.random.default_rng(21)
    pace = rng.gamma(2.0, 1 / 60, 20_000)
    for known in (1, 3, 8):
        drawn = np.maximum(np.round(rng.gamma(regularity, 1 / (pace * regularity), (known + 1, 20_000))), 1).astype(
            np.int64
        )
        seen = OwnGaps(
            np.full(20_000, known), drawn[:-1].sum(axis=0), np.log(drawn[:-1]).sum(axis=0), np.zeros(20_000, np.int64)
        )
        longer = float((drawn[-1] >= replace(cadence, gaps=seen).within(1 - RARE)).mean())
        assert longer == pytest.approx(RARE, abs=0.012)


@pytest.mark.parametrize(("regularity", "most"), [(1.0, 0.09), (3.0, RARE)])
def test_on_a_day_hardly_more_of_those_still_there_are_called_late(regularity: float, most: float) -> None:
    gaps, here = followed(1500, 22, regularity=regularity)
    assert here.all()
    found = find_late_customers(shop_of(gaps), fit_of(gaps), pseudonyms=NAMES)
    assert found.late.number < most


def test_those_who_left_are_called_late_and_the_hold_out_shows_it() -> None:
    gaps, here = followed(1200, 7, leaving=0.1)
    back = here & (np.random.default_rng(1).random(1200) < 0.9)
    found = find_late_customers(shop_of(gaps, back=back), fit_of(gaps), pseudonyms=NAMES)
    check = found.check
    assert check.holds and check.others.number > 0.2 + check.late.number
    assert "came back, against" in check.heading and "not late" in check.reading
    assert set(check.findings) == {
        "late.came_back", "late.others_came_back", "late.difference", "late.worth_waking_came_back"
    }  # fmt: skip
    assert check.table["customers"].sum() == 1200 and check.table["came_back"].sum() == back.sum()
    assert check.table["group"].iloc[-1] == ONCE
    table = late_check(check)
    assert isinstance(table, Table) and len(table.rows) == 5


@cache
def drawn() -> tuple[OwnGaps, Customers]:
    """Draw 500 customers of whom a tenth leave after each purchase, some unprofitable."""
    gaps, here = followed(500, 8, leaving=0.1)
    rng = np.random.default_rng(2)
    made = shop_of(gaps, contribution=rng.normal(20, 30, 500), back=here & (rng.random(500) < 0.9))
    return gaps, replace(made, frame=made.frame.assign(holdout_contribution=5.0 * made.frame["holdout_purchases"]))


def some(**given: object) -> LateCustomers:
    gaps, customers = drawn()
    return find_late_customers(customers, fit_of(gaps), pseudonyms=NAMES, **given)  # type: ignore[arg-type]


def later(gaps: OwnGaps, days: int) -> tuple[OwnGaps, Customers]:
    """Let days pass without a purchase, up to the end of the data."""
    silent = replace(gaps, silence=gaps.silence + days)
    made = shop_of(silent)
    end = made.calibration_end + dt.timedelta(days=days)
    return silent, replace(made, calibration_end=end, observation_end=end)


def test_only_the_profitable_are_worth_waking_and_those_with_most_at_stake_come_first() -> None:
    found = some()
    assert (found.table["contribution"] > 0).all() and found.n_worth < found.n_late
    assert found.table["at_stake"].is_monotonic_decreasing and found.table["place"].tolist() == list(
        range(1, found.n_worth + 1)
    )
    assert found.brought.number == pytest.approx(found.table["contribution"].sum()) and found.expected.value is None
    assert found.letter.value is None and "late.letter_at_most" not in found.findings
    assert "A letter may cost" not in found.reading and "What a letter may cost cannot be told" in found.reading
    expected = np.random.default_rng(3).gamma(1, 5, 500)
    ahead = some(expected=expected, horizon_days=90, alive=np.full(500, 0.3), labels=["misunderstood", "lost"] * 250)
    assert ahead.letter.number == pytest.approx(ahead.table["at_stake"].mean()) and "A letter may cost" in ahead.reading
    assert ahead.table["at_stake"].is_monotonic_decreasing and (ahead.table["probability_alive"] == 0.3).all()
    assert all(int(one) % 2 == 0 for one in ahead.table["customer_id"])
    assert "90 days if nothing is done" in ahead.reading and "30% of them are customers still" in ahead.reading
    assert ahead.expected.has_interval and ahead.findings["late.expected"].number == pytest.approx(
        ahead.table["expected_contribution"].sum()
    )


def test_who_is_in_all_likelihood_gone_is_not_worth_waking() -> None:
    given = {"expected": np.ones(500), "horizon_days": 90}
    alive = np.where(np.arange(500) % 2 == 0, 0.049, 0.05)
    everybody, there = some(**given), some(**given, alive=alive)
    assert there.n_late == everybody.n_late and 0 < there.n_worth < everybody.n_worth
    assert set(there.table["customer_id"]) == {one for one in everybody.table["customer_id"] if int(one) % 2}
    assert "are not in all likelihood gone" in there.reading and "5% or more" in there.reading
    assert "in all likelihood gone" not in everybody.reading
    shown = late_customers(there)
    assert shown is not None and shown.columns[-1] == "Still a customer" and shown.rows[0][-1].text == "5%"
    for nobody_gone in (some(**given, alive=alive, too_early=True), some(**given, alive=alive, verdict="fails")):
        assert nobody_gone.n_worth == everybody.n_worth and "likelihood" not in nobody_gone.reading


def test_at_stake_is_what_the_own_pace_would_bring_less_what_comes_anyway_up_to_what_was_brought() -> None:
    gaps, customers = drawn()
    pace = fit_of(gaps).pace
    many = gaps.n >= 10
    assert pace[many] == pytest.approx(gaps.n[many] / gaps.days[many], rel=0.5)
    plain, expected = some(horizon_days=120), np.full(500, 0.5)
    less = some(horizon_days=120, expected=expected).table.set_index("customer_id")["at_stake"]
    for row in plain.table.to_dict("records"):
        i = int(row["customer_id"])
        each = customers.frame["contribution"][i] / (gaps.n[i] + 1)
        full = min(pace[i] * 120 * each, row["contribution"])
        assert row["at_stake"] == pytest.approx(full) and less[row["customer_id"]] == pytest.approx(max(full - 0.5, 0))
    assert some(horizon_days=1).horizon_days == 90 and some(horizon_days=1, expected=expected).horizon_days == 1
    assert (some(horizon_days=3000).table["at_stake"] <= plain.table["contribution"].max() + 1e-9).all()


def test_the_list_is_as_of_the_end_of_the_data_and_the_check_as_of_the_cut() -> None:
    with open_study(ROOT / "data" / "corner-shop") as kit:
        then = find_late_customers(
            kit.customers, find_cadence(kit.intake.engine, kit.customers), pseudonyms=kit.pseudonyms
        )
        end, at_end = kit.customers.observation_end, kit.customers_at_end
        now = find_late_customers(at_end, find_cadence(kit.intake.engine, at_end), then=then, pseudonyms=kit.pseudonyms)
        last = dict(
            kit.intake.engine.rows(
                "SELECT customer_id, MAX(day) AS day FROM sales WHERE n_orders > 0 GROUP BY 1 ORDER BY 1"
            )
        )
        back = set(kit.customers.frame.query("holdout_purchases > 0")["customer_id"])
    assert at_end.n > kit.customers.n and (at_end.calibration_end, at_end.holdout_days) == (end, 0)
    assert set(now.table["as_of"]) == {pd.Timestamp(end)} and set(then.table["as_of"]) == {
        pd.Timestamp(kit.customers.calibration_end)
    }
    silence = [(end - EPOCH).days - last[one] for one in now.table["customer_id"]]
    assert now.table["days_since_last_order"].tolist() == silence
    assert now.check is then.check and now.check.as_of == kit.customers.calibration_end
    woke = set(then.table["customer_id"]) & back
    assert len(woke) > 5 and len(woke & set(now.table["customer_id"])) < len(woke)
    for told in (now.advice, now.reading, str(late_customers(now))):
        assert day(end) in told
    share = percent(now.check.late.number)
    assert f"Of those late on {day(kit.customers.calibration_end)}, {share} came back" in now.reading


def test_money_is_told_without_an_interval_where_the_model_gives_up_too_early_and_what_came_stands_beside() -> None:
    gaps, customers = drawn()
    then = some(expected=np.full(500, 0.01), horizon_days=customers.holdout_days)
    came = then.table["customer_id"].map(customers.frame.set_index("customer_id")["holdout_contribution"]).sum()
    assert then.n_worth >= LEAST_FOR_MONEY and then.money.came.number == pytest.approx(came)
    assert then.money.foreseen.number == pytest.approx(0.01 * then.n_worth)
    silent, made = later(gaps, 50)
    cadence, given = fit_of(silent), {"expected": np.full(500, 2.0), "horizon_days": 90, "alive": np.full(500, 0.14)}
    for early in (True, False):
        now = find_late_customers(made, cadence, then=then, too_early=early, pseudonyms=NAMES, **given)  # type: ignore[arg-type]
        off = early or then.money.is_off
        assert now.findings["late.expected"].has_interval == (not off) == ("of them are customers still" in now.reading)
        assert f"{money(came, 'EUR', 0)} " in now.reading and ("Expect more than that now" in now.reading) == off
    untrusted = find_late_customers(made, cadence, verdict="fails", pseudonyms=NAMES, **given)  # type: ignore[arg-type]
    assert "late.expected" not in untrusted.findings and "probability_alive" not in untrusted.table


@pytest.mark.parametrize("followed", [10, 10_000])
def test_who_came_back_at_the_cut_is_no_promise_for_those_who_are_silent_for_longer(followed: int) -> None:
    late = some()
    found = replace(late, check=replace(late.check, late=Estimate(0.38, 0.3, 0.46), holdout_days=followed))
    longer = (found.table["days_since_last_order"] > followed).mean() > 0.5
    assert longer == (followed == 10) == ("so expect fewer" in found.reading)


@pytest.mark.parametrize(("foreseen", "off"), [(60.0, True), (100.0, False), (140.0, True)])
def test_a_forecast_is_off_where_it_lies_outside_the_interval_of_what_came(foreseen: float, off: bool) -> None:
    came = Estimate(100.0, 80.0, 120.0)
    assert LateMoney(Estimate(foreseen), came, CUT, "EUR").is_off == off
    assert not LateMoney(Estimate(), came, CUT, "EUR").is_off
    assert not LateMoney(Estimate(foreseen), Estimate(100.0), CUT, "EUR").is_off


def test_nobody_is_to_be_written_to_while_the_dates_are_in_doubt() -> None:
    found = some(doubt="The last order may be a slip: correct it.")
    assert found.table.empty and found.findings == {} and found.shown.empty and not found.check.is_made
    assert "may be a slip" in found.reading and found.advice.startswith("Write to nobody")
    assert "cannot be told" in found.heading and found.check.findings == {}


def test_few_more_than_at_the_cut_are_not_counted_out() -> None:
    gaps, _ = followed(300, 10, leaving=0.1)
    alone = int(np.flatnonzero(gaps.n == 0)[0])
    then = find_late_customers(shop_of(gaps), fit_of(gaps), pseudonyms=NAMES)
    came = OwnGaps(*(np.where(np.arange(300) == alone, 1 * (name != "logs"), getattr(gaps, name))
                     for name in ("n", "days", "logs", "silence")))  # fmt: skip
    now = find_late_customers(shop_of(came), fit_of(came), then=then, pseudonyms=NAMES)
    assert now.n_judged == then.n_judged + 1 and now.near_then
    assert "Those who bought once have no cadence" in now.reading
    assert "late.share" not in now.findings and f"about {round(now.n_judged, -1)} customers" in now.reading


def test_pages_see_pseudonyms_alone_and_the_first_ten() -> None:
    found = some()
    assert len(found.shown) == 10 and "customer_id" not in found.shown
    table = late_customers(found)
    assert table is not None and len(table.rows) == 10
    ids = set(found.table["customer_id"])
    text = " ".join(cell.text for row in table.rows for cell in row)
    assert not any(one in text for one in ids) and "nan" not in text


def test_a_few_are_neither_named_nor_counted() -> None:
    gaps, _ = followed(300, 9)
    gaps = replace(gaps, silence=np.where(np.arange(300) < 2, 690, np.minimum(gaps.silence, 3)))
    customers = shop_of(replace(gaps, silence=gaps.silence))
    found = find_late_customers(customers, fit_of(gaps), pseudonyms=NAMES)
    assert found.n_late == 2 and found.shown.empty and late_customers(found) is None and found.findings == {}
    assert "under 5 are late" in found.reading and "Under 5 of them" in found.reading
    assert found.heading == "Hardly anybody is late and worth waking" and found.advice == ""
    assert not found.check.is_known and "not compared" in found.check.reading


def test_how_few_of_the_late_are_not_worth_waking_is_not_told() -> None:
    gaps, _ = followed(500, 8, leaving=0.1)
    first = find_late_customers(shop_of(gaps), fit_of(gaps), pseudonyms=NAMES).table["customer_id"].iloc[0]
    brought = np.where(np.arange(500) == int(first), -1.0, 5.0)
    found = find_late_customers(shop_of(gaps, contribution=brought), fit_of(gaps), pseudonyms=NAMES)
    assert found.n_worth == found.n_late - 1
    assert found.heading.startswith("Nearly all of the") and "All but under 5 of these" in found.reading
    assert found.advice.startswith("Write this month to the customers who were late on")
    assert str(found.n_worth) not in found.advice
    assert set(found.findings) == {"late.share"} and "late.worth_waking_came_back" not in found.check.findings


@pytest.mark.parametrize(
    ("histories", "silence"),
    [([[5, 5]] * 10, [9] * 10), ([[]] * 60, [40] * 60), ([], [])],
    ids=["ten customers", "everybody once", "nobody"],
)
def test_too_little_for_a_cadence_is_said(histories: list[list[int]], silence: list[int]) -> None:
    gaps = gaps_of(histories, silence)
    cadence = fit_of(gaps)
    assert "A cadence takes 30 customers" in cadence.reading and cadence.findings == {}
    if histories:
        found = find_late_customers(shop_of(gaps), cadence, pseudonyms=NAMES)
        assert "nobody can be called late" in found.reading and found.findings == {} and found.table.empty
        assert "cannot be told" in found.heading and found.check.findings == {} and late_customers(found) is None


def test_gaps_all_alike_and_silences_of_nothing_give_numbers() -> None:
    gaps = gaps_of([[7] * 6] * 60, [0] * 60)
    found = find_late_customers(shop_of(gaps, contribution=np.full(60, -3.0)), fit_of(gaps), pseudonyms=NAMES)
    assert found.n_late == 0 and "none of the 60 customers" in found.reading and "Nobody" in found.heading
    assert np.isfinite(fit_of(gaps).usual_days).all() and "nan" not in found.check.reading


def test_the_same_data_gives_the_same_list_in_any_order_of_the_rows() -> None:
    gaps, _ = followed(300, 10, leaving=0.1)
    customers = shop_of(gaps)
    turn = np.random.default_rng(1).permutation(300)
    turned = replace(customers, frame=customers.frame.iloc[turn].reset_index(drop=True))
    one = find_late_customers(customers, fit_of(gaps), pseudonyms=NAMES)
    other = find_late_customers(turned, fit_cadence(gaps[turn]), pseudonyms=NAMES)
    assert one.table["customer_id"].tolist() == other.table["customer_id"].tolist()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"expected": [1.0], "horizon_days": 9}, "give one each"), ({"expected": [1.0] * 500}, "without horizon_days"),
        ({"alive": [np.nan] * 500}, "no numbers"), ({"labels": ["lost"]}, "give one each"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_an_error_that_says_what_to_do(given: dict[str, object], said: str) -> None:
    with pytest.raises(LateError, match=said):
        some(**given)


def test_gaps_that_cannot_be_are_an_error() -> None:
    with pytest.raises(GapError, match="check the order dates"):
        OwnGaps(np.array([2]), np.array([1]), np.array([0.0]), np.array([4]))
    with pytest.raises(LateError, match="find it of the same"):
        gaps, _ = followed(60, 1)
        find_late_customers(shop([np.array([0])] * 3), fit_of(gaps), pseudonyms=NAMES)


def test_a_large_shop_is_learnt_from_some_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    gaps, _ = followed(900, 11, leaving=0.05)
    whole = fit_of(gaps)
    monkeypatch.setattr("cxlab.waits.cadence.MOST_FITTED", 400)
    part = fit_cadence(gaps)
    assert part.n_fitted == 400 and len(part.usual_days) == 900
    assert np.median(part.usual_days / whole.usual_days) == pytest.approx(1, abs=0.1)
    assert fit_cadence(gaps[np.arange(899, -1, -1)]).regularity == part.regularity


def test_the_published_data_and_a_shop_from_the_engine_agree_with_their_customers() -> None:
    with open_study(ROOT / "data" / "corner-shop") as kit:
        cadence = find_cadence(kit.intake.engine, kit.customers)
        found = find_late_customers(kit.customers, cadence, pseudonyms=kit.pseudonyms)
    assert found.check.holds and 0.1 < found.late.number < 0.4
    assert found.n == kit.customers.n and "have no cadence of their own" in found.reading
