"""The truth of made-up shops, against formulas, brute force and what was planted."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cxlab.clusters import choose_k, fit_clusters, fit_features
from cxlab.purchases import fit_bgnbd
from cxlab.simulate import Shop, Truth, customers_of, plant_truth, read_settings, simulate_shop
from cxlab.simulate.crowd import NEVER, Crowd, live_day
from cxlab.simulate.draws import Draws
from cxlab.simulate.outlook import FirstOrders, World, look_ahead
from cxlab.simulate.rules import Rules
from cxlab.simulate.traits import draw_traits

Array = NDArray[np.float64]
FOREVER = 1e9  # half-life of what does not fade
ONE_KIND: dict[str, Any] = {"segments": "none", "trial": "none"}
NO_FAILURES: dict[str, Any] = {"failures": {"share": 0.0}}


def made(**given: Any) -> Shop:
    return simulate_shop(read_settings(None, **given))


def truth_of(shop: Shop, rows: int = 20_000) -> Truth:
    return plant_truth(shop, rows=rows)


def outcomes(shop: Shop) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Order days within the window after each order, whether a gesture came with it, whether the window is over."""
    settings, orders = shop.settings, shop.orders
    key = np.sort(orders.customer.astype(np.int64) * 10_000 + orders.day)
    mine = orders.customer.astype(np.int64) * 10_000 + orders.day
    after = np.searchsorted(key, mine + settings.outcome_days, "right") - np.searchsorted(key, mine, "right")
    return after.astype(float), orders.gesture > 0, orders.day + settings.outcome_days <= settings.last_day


class TestConfounding:
    @pytest.mark.thorough
    def test_gestures_go_to_those_with_a_longer_history_and_the_naive_answer_is_wrong(self) -> None:
        shop = made(customers=3000, seed=3, trial="none")
        chosen = shop.orders.gesture[shop.watched] == 1
        earlier = shop.history.before.orders
        assert earlier[chosen].mean() > 1.3 * earlier[~chosen].mean()
        after, given, over = outcomes(shop)
        naive = after[given & over].mean() - after[~given & over].mean()
        assert naive > 5 * truth_of(shop)["gestures"]["effect.gesture"]["estimate"] > 0

    def test_the_probability_of_a_gesture_stays_within_its_bounds(self) -> None:
        shop = made(customers=3000, seed=3, trial="none")
        share = np.mean(shop.orders.gesture == 1)
        assert 0.1 < share < 0.35
        before = shop.history.before
        for many in (0, 60):
            group = (before.orders == 0) if many == 0 else (before.orders >= many)
            rate = np.mean(shop.orders.gesture[shop.watched][group] == 1)
            assert 0.03 - 0.01 < rate < 0.6 + 0.02

    @pytest.mark.thorough
    def test_at_random_the_naive_answer_is_the_truth(self) -> None:
        shop = made(customers=6000, seed=3, trial="none", gestures={"confounding": 0.0})
        after, given, over = outcomes(shop)
        naive = after[given & over].mean() - after[~given & over].mean()
        error = 2.5 * np.hypot(after[given & over].std() / given.sum() ** 0.5, after[~given].std() / len(after) ** 0.5)
        assert naive == pytest.approx(truth_of(shop)["gestures"]["effect.gesture"]["estimate"], abs=2 * error)

    def test_hidden_confounding_lets_the_latent_pace_in(self) -> None:
        shop = made(customers=4000, seed=5, trial="none", gestures={"confounding": 0.0, "hidden": 1.0})
        first = shop.history.before.orders == 0
        chosen = shop.orders.gesture[shop.watched] == 1
        pace = shop.traits.pace[shop.orders.customer[shop.watched]]
        assert pace[first & chosen].mean() > 1.2 * pace[first & ~chosen].mean()

    def test_orders_of_the_last_ninety_days_are_counted_exactly(self) -> None:
        rules = Rules.of(read_settings(None))
        crowd = Crowd.of(draw_traits(read_settings(None, customers=1)), rules, np.zeros(1, np.int64))
        crowd.pace[:], crowd.leaving[:] = 0.0, 0.0
        draws, days = Draws(np.random.default_rng(1)), [0, 1, 5, 64, 65, 90, 91, 150, 155, 245, 246, 500]
        joining = np.zeros(1, np.int64)
        for i, day in enumerate(days):
            live_day(crowd, day, rules, draws, joining=joining)
            seen = sum(1 for d in days[:i] if day - 90 <= d < day)
            assert np.bitwise_count(crowd.near[0]) + np.bitwise_count(crowd.far[0]) == seen


class TestEffects:
    def test_without_strength_every_effect_is_exactly_nothing(self) -> None:
        found = truth_of(made(customers=600, gestures={"strength": 0.0}), rows=2000)["gestures"]
        effects = [key for key in found if "effect" in key or "habituation" in key or key.endswith("vs_none")]
        assert len(effects) > 12
        assert all(found[key]["estimate"] == 0 for key in effects)
        assert found["incremental_contribution.card"]["estimate"] == -0.9
        assert found["observational.break_even_cost.gesture"]["estimate"] == 0

    def test_where_nobody_leaves_and_nothing_fades_the_trial_has_a_formula(self) -> None:
        beta = 0.4
        shop = made(
            customers=800, segments="none", buyers={"a": 1e-6, "b": 1e4},
            gestures={"highest": 0.0, "lowest": 0.0, "half_life_days": FOREVER, "effect": {"everybody": beta}},
            **NO_FAILURES,
        )  # fmt: skip
        found = truth_of(shop)["gestures"]
        drawn = shop.orders.customer[shop.orders.assigned >= 0]
        pace, days = shop.traits.pace[drawn], shop.settings.outcome_days
        for arm, strength in {"card": 1.0, "card_with_discount": 0.5}.items():
            exact = days * (np.exp(-pace) - np.exp(-pace * np.exp(beta * strength))).mean()
            assert found[f"effect.{arm}"]["estimate"] == pytest.approx(exact, rel=1e-4)
            base = days * -np.expm1(-pace).mean()
            assert found[f"effect_percent.{arm}"]["estimate"] == pytest.approx(100 * exact / base, rel=1e-4)
        assert not [key for key in found if "gesture" in key]

    @pytest.mark.parametrize("earlier", [0, 4])
    def test_the_effect_is_what_brute_force_finds(self, earlier: int) -> None:
        pace, push, leaving, chance = 0.06, 0.5, 0.05, 0.2
        settings = read_settings(
            None, customers=1, **ONE_KIND, **NO_FAILURES,
            gestures={"lowest": chance, "highest": chance, "effect": {"everybody": push}},
        )  # fmt: skip
        rules, traits = Rules.of(settings), draw_traits(settings)
        n = 100
        crowd = Crowd.of(traits, rules, np.zeros(n, np.int64))
        crowd.pace[:], crowd.leaving[:], crowd.mood[:] = pace, leaving, 0.1
        crowd.gestures[:], crowd.last[:], crowd.orders[:] = earlier, -9, 3
        first = FirstOrders(np.zeros(n, bool), np.full(n, 2000), (World(), World(strength=1.0)))
        ahead = look_ahead(crowd, traits, rules, days=90, seed=(1,), rows=30_000, first=first)
        expected = ahead.purchases.mean(axis=(0, 2))
        counted = [_brute(pace, push, leaving, chance, earlier, gesture) for gesture in (False, True)]
        assert expected == pytest.approx(counted, abs=0.03)
        assert expected[1] - expected[0] == pytest.approx(counted[1] - counted[0], abs=0.05)

    @pytest.mark.thorough
    def test_the_effect_fades_and_wears_off(self) -> None:
        same = {"early_share": 1.0, "early_days": 30}
        alike = {"r": 50.0, "alpha": 150.0, "a": 0.01, "b": 100.0}
        lasting = {"half_life_days": 90.0, "disappointment": 0.0}
        given = {"customers": 700, "buyers": alike, "arrivals": same, **ONE_KIND, **NO_FAILURES}
        found = truth_of(made(**given, gestures=lasting))["gestures"]
        falling = [found[f"habituation.{n}"]["estimate"] for n in (1, 2, 3)]
        assert falling[0] > 1.2 * falling[1] > 1.2 * falling[2] > 0
        short = truth_of(made(**given, gestures=lasting | {"half_life_days": 10.0}))["gestures"]
        assert short["habituation.1"]["estimate"] < 0.5 * falling[0]

    @pytest.mark.thorough
    def test_the_gesture_harms_where_harm_is_planted(self) -> None:
        found = truth_of(made(customers=2500, gestures={"effect": {"candidates": -0.3}}))["gestures"]
        for key in ("effect.card", "observational.effect.gesture"):
            assert found[f"{key}.profit_bringers"]["estimate"] > 0.05
            assert found[f"{key}.candidates"]["estimate"] < -0.05
        none, no_failure = (found[f"observational.recovery.gesture_vs_{against}"] for against in ("none", "no_failure"))
        assert none["estimate"] > no_failure["estimate"]

    def test_the_occasions_are_those_that_the_definition_names(self) -> None:
        shop = made(customers=900, seed=11)
        found, orders, days = truth_of(shop, rows=500)["gestures"], shop.orders, shop.settings.outcome_days
        drawn = np.full(900, 10_000)
        put = orders.assigned >= 0
        drawn[orders.customer[put]] = orders.day[put]
        since = orders.day - drawn[orders.customer]
        counts = ((since < 0) | (since > days)) & (orders.day + days <= shop.settings.last_day)
        assert found["observational.effect_average.gesture"]["n"] == counts.sum()
        assert found["observational.effect.gesture"]["n"] == (counts & (orders.gesture == 1)).sum()
        new = counts & (orders.gesture == 1) & (orders.day == shop.traits.joins[orders.customer])
        assert found["observational.effect.gesture.new"]["n"] == new.sum()
        assert found["effect.card"]["n"] == put.sum()

    @pytest.mark.thorough
    def test_more_repetitions_change_a_truth_by_no_more_than_its_error_says(self) -> None:
        shop = made(customers=900, seed=12)
        few, many = (truth_of(shop, rows=rows)["gestures"] for rows in (4000, 60_000))
        for key in ("effect.card", "observational.effect.gesture", "observational.break_even_cost.gesture"):
            error = np.hypot(few[key]["monte_carlo_error"], many[key]["monte_carlo_error"])
            assert abs(few[key]["estimate"] - many[key]["estimate"]) < 4 * error
            assert many[key]["monte_carlo_error"] < 0.6 * few[key]["monte_carlo_error"]


def _brute(pace: float, push: float, leaving: float, chance: float, earlier: int, gesture: bool) -> float:
    """Mean number of order days in 90 days, counted in many lives that are lived one by one in a plain loop."""
    rng, lives, fading = np.random.default_rng(99), 60_000, 2 ** (-1 / 42)
    mood, gifts, here = np.full(lives, 0.1), np.full(lives, float(earlier)), rng.random(lives) >= leaving
    bought = np.zeros(lives)
    mood += push * 0.7**gifts if gesture else np.where(gifts >= 3, -0.05, 0.0)
    gifts += gesture
    for _ in range(90):
        orders = here & (rng.random(lives) < 1 - np.exp(-pace * np.exp(mood)))
        gets = orders & (rng.random(lives) < chance)
        mood = mood * fading + np.where(gets, push * 0.7**gifts, 0) - np.where(orders & ~gets & (gifts >= 3), 0.05, 0)
        gifts += gets
        bought += orders
        here &= ~(orders & (rng.random(lives) < leaving))
    return float(bought.mean())


class TestFans:
    def test_where_nobody_leaves_the_value_of_a_fan_has_a_formula(self) -> None:
        shop = made(
            customers=700, buyers={"a": 1e-6, "b": 1e4, "hours": 0.0, "order_value": 30.0}, **ONE_KIND, **NO_FAILURES,
            gestures={"highest": 0.0, "lowest": 0.0}, referrals={"share": 0.0}, money={"returned_share": 0.0},
        )  # fmt: skip
        traits, settings = shop.traits, shop.settings
        crowd = shop.history.at_cut
        ahead = look_ahead(crowd, traits, shop.rules, days=1095, seed=(1,), rows=1, discount_rate=0.1)
        value = np.exp(traits.log_value[crowd.who] + settings.money.value_spread**2 / 2) * (
            1 - settings.buyers.goods_share
        )
        factor = (1.1 ** (-np.arange(1, 1096) / 365.25)).sum()
        exact = value * -np.expm1(-traits.pace[crowd.who]) * factor
        assert ahead.contribution[:, 0] == pytest.approx(np.tile(exact, (len(ahead.contribution), 1)), rel=1e-3)
        found = truth_of(shop)["loyalty"]
        assert found["fan_value"]["n"] > 50
        assert found["fans_worth"]["estimate"] == pytest.approx(
            found["fan_value"]["estimate"] / found["one_time_value"]["estimate"], rel=1e-4
        )

    @pytest.mark.thorough
    def test_recommendations_add_to_the_value_of_a_fan(self) -> None:
        given = {"customers": 900, "seed": 4}
        shops = [made(**given, referrals={"share": share, "more_purchases": 0.0}) for share in (0.0, 0.4)]
        without, with_them = (truth_of(shop)["loyalty"]["fan_value"]["estimate"] for shop in shops)
        assert with_them > without + 5


class TestWhatIsPlanted:
    def test_a_shop_by_bgnbd_is_fitted_with_its_parameters(self) -> None:
        planted = {"r": 0.6, "alpha": 12.0, "a": 0.8, "b": 2.4}
        shop = made(
            customers=10_000, **ONE_KIND, **NO_FAILURES, buyers=planted | {"leaves_after": "repeat"},
            referrals={"share": 0.0}, gestures={"highest": 0.0, "lowest": 0.0},
            arrivals={"early_share": 1.0, "early_days": 120},
        )  # fmt: skip
        fitted = fit_bgnbd(customers_of(shop)).parameters
        assert fitted == pytest.approx(list(planted.values()), rel=0.15)
        truth = truth_of(shop, rows=100)
        assert {key: f["estimate"] for key, f in truth["repeat_purchases"].items()} == {
            f"bgnbd.{name}": value for name, value in planted.items()
        }
        assert truth["clusters"] == {"structure": {"verdict": "no"}}
        assert "gestures" not in truth

    def test_a_shop_that_departs_from_bgnbd_claims_no_parameters(self) -> None:
        assert "repeat_purchases" not in truth_of(made(customers=60, **ONE_KIND), rows=10)

    @pytest.mark.thorough
    @pytest.mark.parametrize("k", [2, 3])
    def test_planted_groups_are_found_again(self, k: int) -> None:
        sklearn = pytest.importorskip("sklearn.metrics")
        shop = made(
            customers=1000, clusters={"k": k}, buyers={"r": 8.0, "alpha": 16.0, "a": 0.001, "b": 100.0, "hours": 0.08},
            arrivals={"early_share": 1.0}, money={"returned_share": 0.0}, gestures={"highest": 0.0, "lowest": 0.0},
            **ONE_KIND,
        )  # fmt: skip
        truth = truth_of(shop, rows=10)["clusters"]
        assert truth["structure"] == {"verdict": "yes"} and truth["k"]["estimate"] == k
        customers = customers_of(shop)
        features = fit_features(customers)
        assert choose_k(features, k_max=6, seed=1).findings["k"].value == k
        who = customers.frame["customer_id"].to_numpy(str).astype(int) - shop.first_id - 1
        found = fit_clusters(customers, k=k, seed=1, features=features)
        assert sklearn.adjusted_rand_score(shop.traits.cluster[who], found.codes) > 0.9

    def test_the_four_planted_kinds_stand_for_their_segments(self) -> None:
        shop = made(customers=4000, trial="none")
        settings, traits = shop.settings, shop.traits
        value = np.exp(traits.log_value + settings.money.value_spread**2 / 2)
        earns = value * (1 - traits.goods) * (1 - settings.money.returned_share) - 30 * traits.hours
        often, profit = ([np.mean(x[traits.kind == kind]) for kind in range(4)] for x in (traits.pace, earns))
        assert min(often[0], often[2]) > 2 * max(often[1], often[3])
        assert min(profit[0], profit[1]) > 5 > 0 > max(profit[2], profit[3])
        assert traits.leaving[traits.kind == 3].mean() > 0.4
        shares = truth_of(shop, rows=10)["segmentation"]
        assert sum(found["estimate"] for found in shares.values()) == pytest.approx(1, abs=1e-5)

    def test_who_was_recommended_buys_more_often(self) -> None:
        shops = [made(customers=500, referrals={"share": 0.5, "more_purchases": more}) for more in (0.0, 0.16)]
        ratio = shops[1].traits.pace / shops[0].traits.pace
        assert ratio == pytest.approx(np.where(shops[0].traits.referred, 1.16, 1.0))
        assert (shops[0].history.before.last <= 0).all() and NEVER < -10_000
