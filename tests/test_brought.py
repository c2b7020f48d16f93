"""Orders that a channel brings: they come on top of a shop and move nothing else in it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cxlab.simulate import Settings, Shop, plant_truth, read_settings, simulate_shop, write_shop
from cxlab.simulate.ahead import Uptake, brought_after
from cxlab.simulate.crowd import Crowd
from cxlab.simulate.occasions import MEASURED, find_occasions
from cxlab.simulate.outlook import FirstOrders, World, look_ahead
from cxlab.simulate.rules import Rules
from cxlab.simulate.taking_up import taking_up_truth
from cxlab.simulate.traits import draw_traits

ADDED_TO = ("orders.csv", "costs.csv", "feedback.csv", "incidents.csv")
AS_THEY_WERE = (
    "gestures.csv", "assignments.csv", "referrals.csv", "events.csv", "truth_customers.csv", "study.yml",
)  # fmt: skip
APP = {"share": 0.05, "orders": 1.0}


def shop_of(**more: float) -> Shop:
    """Make up a small shop whose channels bring as much as is said; all take up the same ones."""
    channels: dict[str, Any] = {name: {"share": 0.1, "more": share} for name, share in more.items()}
    return simulate_shop(Settings.model_validate({"customers": 500, "seed": 4, "touchpoints": {"app": APP} | channels}))


def files_of(shop: Shop, folder: Path) -> dict[str, bytes]:
    write_shop(shop, {}, folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture(scope="module")
def shops() -> tuple[Shop, Shop]:
    return shop_of(preorder=0.0), shop_of(preorder=1.0)


class TestWithAndWithout:
    def test_the_files_are_as_they_were_and_go_on(self, shops: tuple[Shop, Shop], tmp_path: Path) -> None:
        without, with_it = (files_of(shop, tmp_path / name) for shop, name in zip(shops, "ab", strict=True))
        for name in ADDED_TO:
            assert with_it[name].startswith(without[name]), name
            assert len(with_it[name]) > len(without[name]), name
        for name in AS_THEY_WERE:
            assert with_it[name] == without[name], name
        assert set(with_it) == {*ADDED_TO, *AS_THEY_WERE, "settings.yml", "truth.json"}

    def test_what_is_new_was_brought_by_the_channel(self, shops: tuple[Shop, Shop]) -> None:
        without, with_it = shops
        n = without.orders.n
        assert without.lots == (n, n, n) and with_it.lots == (n, n, with_it.orders.n)
        new = slice(n, None)
        who, up = with_it.orders.customer[new], with_it.taken_up[1]
        assert (up[who] >= 0).all() and (with_it.orders.day[new] > up[who]).all()
        assert not with_it.orders.gesture[new].any() and (with_it.orders.assigned[new] < 0).all()
        assert (with_it.details.made_in[new] == 3).all()

    def test_further_answers_are_of_the_same_places(self, shops: tuple[Shop, Shop]) -> None:
        felt = shops[1].details.felt
        later = felt.answers >= shops[0].orders.n
        employee = shops[1].details.employee[felt.answers]
        known = dict(zip(employee[~later].tolist(), felt.of_employee[~later].tolist(), strict=True))
        assert later.sum() > 10
        assert [known[one] for one in employee[later].tolist()] == felt.of_employee[later].tolist()


def test_a_second_channel_leaves_what_the_first_brought(tmp_path: Path) -> None:
    one, both = (files_of(shop_of(preorder=0.5, club=more), tmp_path / str(more)) for more in (0.0, 0.5))
    for name in ADDED_TO:
        assert both[name].startswith(one[name]) and len(both[name]) > len(one[name]), name
    for name in AS_THEY_WERE:
        assert both[name] == one[name], name


class TestTruth:
    """What is said to be expected, against what comes of many shops that differ by luck alone."""

    def shops(self, n: int, opens: int = 0, closes: int | None = None, **given: Any) -> list[Shop]:
        preorder = {"share": 0.1, "orders": 0.3, "more": 1.0, "opens_after": opens, "closes_after": closes}
        channels = {"preorder": preorder}
        return [
            simulate_shop(read_settings(None, customers=1500, seed=seed, touchpoints=channels, **given))
            for seed in range(n)
        ]

    @pytest.mark.parametrize(("opens", "closes"), [(0, None), (500, None), (400, 540)])  # calibration ends with day 485
    def test_purchases_ahead_are_those_that_come(self, opens: int, closes: int | None) -> None:
        expected, came = [], []
        for shop in self.shops(6, opens, closes, trial="none", gestures={"highest": 0.0, "lowest": 0.0}):
            crowd, settings = shop.history.at_cut, shop.settings
            uptake = shop.uptake(crowd.who, np.full(crowd.n, settings.cut))
            ahead = look_ahead(crowd, shop.traits, shop.rules, days=90, seed=(1,), rows=20_000, uptake=uptake)
            expected.append(ahead.purchases.mean(axis=(0, 1)).sum())
            within = (shop.orders.day > settings.cut) & (shop.orders.day <= settings.cut + 90)
            came.append((within & np.isin(shop.orders.customer, crowd.who)).sum())
        assert sum(came) == pytest.approx(sum(expected), abs=4 * sum(came) ** 0.5)
        assert sum(came) == pytest.approx(sum(expected), rel=0.03)

    @pytest.mark.parametrize("closes", [None, 500])
    def test_what_a_channel_brings_after_an_order_is_what_comes(self, closes: int | None) -> None:
        expected, came = 0.0, 0
        plain: dict[str, Any] = {"trial": "none", "gestures": {"highest": 0.0, "lowest": 0.0}}
        for shop in self.shops(8, 300, closes, failures={"share": 0.0}, **plain):
            orders, days = shop.orders, shop.settings.outcome_days
            rows = np.flatnonzero(orders.day + days <= shop.settings.last_day)
            who, day = orders.customer[rows], orders.day[rows].astype(np.int64)
            expected += brought_after(shop.settings, shop.traits, shop.taken_up, who, day, rows < shop.lots[0]).sum()
            key = np.sort(orders.customer[shop.lots[0] :].astype(np.int64) * 10_000 + orders.day[shop.lots[0] :])
            mine = who.astype(np.int64) * 10_000 + day
            came += int((np.searchsorted(key, mine + days, "right") - np.searchsorted(key, mine, "right")).sum())
        assert came == pytest.approx(expected, rel=0.05)

    def test_what_taking_it_up_brings_is_what_comes_until_it_closes(self) -> None:
        expected, came = 0.0, 0
        for shop in self.shops(4, 300, 400):
            orders, up = shop.orders, shop.taken_up[0]
            truth = taking_up_truth(shop.settings, shop.traits, shop.history.left_on, shop.taken_up)
            found = truth["touchpoint_effect.preorder"]
            expected += float(found["estimate"]) * float(found["n"])
            new = slice(shop.lots[0], None)
            since = orders.day[new].astype(np.int64) - up[orders.customer[new]]
            came += int((since <= shop.settings.outcome_days).sum())
            assert orders.day[new].max() <= 400 and up.max() <= 400 and up[up >= 0].min() >= 300
            in_it = shop.details.made_in == 2
            assert in_it[: shop.lots[0]].any() and orders.day[in_it].min() >= 300 and orders.day[in_it].max() <= 400
        assert came == pytest.approx(expected, abs=4 * expected**0.5)

    def test_where_nobody_leaves_and_nothing_fades_there_is_a_formula(self) -> None:
        push, more, days = 0.4, 0.8, 90
        settings = read_settings(
            None, customers=300, segments="none", trial="none", failures={"share": 0.0},
            gestures={"highest": 0.0, "lowest": 0.0, "half_life_days": 1e9, "effect": {"everybody": push}},
            touchpoints={"preorder": {"more": more}}, money={"returned_share": 0.0},
        )  # fmt: skip
        rules, traits, who = Rules.of(settings), draw_traits(settings), np.arange(300)
        crowd = Crowd.of(traits, rules, who)
        crowd.leaving[:], crowd.last[:], crowd.orders[:] = 0.0, -9, 3
        first = FirstOrders(np.zeros(300, bool), np.full(300, 2000), (World(), World(strength=1.0)))
        uptake = Uptake.as_of(settings, (np.zeros(300, np.int64),), who, np.full(300, 400))
        ahead = look_ahead(crowd, traits, rules, days=days, seed=(1,), rows=600, first=first, uptake=uptake)
        pace = np.array([traits.pace, traits.pace * np.exp(push)])
        exact = days * (1 - np.exp(-pace) * np.exp(-more * traits.pace))
        assert ahead.purchases == pytest.approx(np.tile(exact, (2, 1, 1)), rel=1e-6)
        value = np.exp(traits.log_value + settings.money.value_spread**2 / 2) * (1 - traits.goods)
        assert ahead.contribution[0] == pytest.approx(exact * (value - traits.hours * 30.0), rel=1e-6)

    def test_segments_are_those_of_the_records(self) -> None:
        (shop,) = self.shops(1)
        found, orders = find_occasions(shop, 60), shop.orders
        days = {who: np.sort(orders.day[orders.customer == who]) for who in range(shop.traits.n)}
        again = np.flatnonzero(found.segment != MEASURED.index("new"))
        gaps = [
            day - days[who][np.searchsorted(days[who], day) - 1]
            for who, day in zip(found.before.who[again].tolist(), found.day[again].tolist(), strict=True)
        ]
        active = np.array(gaps) <= 60
        assert (np.isin(found.segment[again], (0, 2)) == active).all()
        assert (active & (-found.before.last[again] > 60)).sum() > 5  # whom only a channel kept active

    def test_a_shop_with_such_a_channel_claims_no_parameters_of_bgnbd(self) -> None:
        plain: dict[str, Any] = {
            "customers": 60, "segments": "none", "trial": "none", "buyers": {"leaves_after": "repeat"},
            "gestures": {"highest": 0.0, "lowest": 0.0}, "failures": {"share": 0.0}, "referrals": {"share": 0.0},
        }  # fmt: skip
        found = [
            plant_truth(simulate_shop(read_settings(None, **plain, touchpoints={"preorder": {"more": more}})), rows=10)
            for more in (0.0, 0.5)
        ]
        assert "repeat_purchases" in found[0] and "repeat_purchases" not in found[1]
