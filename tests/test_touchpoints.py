"""Which touchpoints matter: whether a channel brings purchases, and what goes with leaving; against what is planted."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from benchmarks.made.channels import adoptions_of, orders_on_engine, shop_with_channel
from cxlab import open_study, steps_before_leaving, touchpoint_effects
from cxlab.answers.touchpoints import leaving_answer, touchpoint_answer
from cxlab.errors import MissingDataError, NotEnoughDataError
from cxlab.gestures.later import against_never
from cxlab.gestures.means import TwoMeans
from cxlab.kit import Kit
from cxlab.occasions import Adoptions, OrderSteps
from cxlab.reports.listed import faults
from cxlab.simulate import Settings, simulate_shop
from cxlab.simulate.taking_up import taking_up_truth
from cxlab.touchpoints import TouchpointEffects
from cxlab.touchpoints.adoption import purchases_after

STUDY = "name: made\nsources:\n  orders: {path: orders.csv}\n"
END = "2024-12-31"


def study(folder: Path, lines: Sequence[str], more: str = "", **files: Sequence[str]) -> Kit:
    """Write a study of orders (customer, day, channel), and further files by name; open it."""
    rows = [f"{customer},{day},10,{channel}" for customer, day, channel in (line.split() for line in lines)]
    (folder / "orders.csv").write_text("customer_id,ordered_at,revenue,channel\n" + "\n".join(rows) + "\n")
    for name, content in files.items():
        (folder / f"{name}.csv").write_text("\n".join(content) + "\n")
        more = f"  {name}: {{path: {name}.csv}}\n{more}"
    (folder / "study.yml").write_text(f"{STUDY}{more}observation_end: {END}\n")
    return open_study(folder)


def days_of(customers: int, *, first: str = "2024-01-01", every: int = 14, channel: str = "shop") -> list[str]:
    """Let customers order evenly, each a day later than the one before."""
    start = pd.Timestamp(first)
    return [
        f"c{c:03d} {day:%Y-%m-%d} {channel}"
        for c in range(customers)
        for day in pd.date_range(start + pd.Timedelta(days=c % every), END, freq=f"{every}D")
    ]


class TestOccasions:
    def adoptions(self, folder: Path) -> Adoptions:
        lines = days_of(40)
        lines += [f"c{c:03d} 2024-06-{1 + c % 28:02d} app" for c in range(35)]
        lines += [f"n{c:03d} 2024-02-{1 + c:02d} app" for c in range(3)]  # begin there
        with study(folder, lines) as kit:
            assert kit.adoptions is not None
            return kit.adoptions

    def test_who_begins_in_a_channel_has_nothing_to_take_up(self, tmp_path: Path) -> None:
        found = self.adoptions(tmp_path)
        (app,) = found.each
        assert (found.base, app.channel, app.n_adopters, app.n_born) == ("shop", "app", 35, 3)
        assert not app.frame["customer_id"].str.startswith("n").any()

    def test_each_customer_takes_it_up_once_and_is_no_control_after_it(self, tmp_path: Path) -> None:
        frame = self.adoptions(tmp_path).each[0].frame
        assert frame[frame["treated"]].groupby("customer_id").size().eq(1).all()
        risk = frame[frame["at_risk"]]
        assert (risk["day"] <= risk["taken_up_on"]).all()
        assert (risk["day"].between(*frame.loc[frame["treated"], "day"].agg(["min", "max"]))).all()

    def test_what_comes_later_changes_nothing_that_was_known_before(self, tmp_path: Path) -> None:
        known = ["earlier_purchases", "recent_purchases", "earlier_revenue", "tenure_days", "channels_so_far"]
        lines = days_of(40) + [f"c{c:03d} 2024-06-{1 + c % 28:02d} app" for c in range(35)]
        moved = [line.replace("2024-12-", "2024-11-") for line in lines]
        found = []
        for folder, these in (("a", lines), ("b", moved)):
            (tmp_path / folder).mkdir()
            with study(tmp_path / folder, these) as kit:
                assert kit.adoptions is not None
                frame = kit.adoptions.each[0].frame
            cut = (pd.Timestamp("2024-10-31") - pd.Timestamp("1970-01-01")).days
            found.append(frame[frame["day"] <= cut].set_index(["customer_id", "day"])[known])
        pd.testing.assert_frame_equal(*found)

    def test_a_lot_of_customers_keeps_all_orders_of_each(self) -> None:
        shop = shop_with_channel({"share": 0.1}, 600, 1)
        from cxlab.occasions import read_adoptions

        with orders_on_engine(shop) as engine:
            part = read_adoptions(
                engine, outcome_days=90, observation_end=shop.settings.observation_end, margin_rate=0.3,
                tables={"orders": {"customer_id", "ordered_at", "revenue", "order_id", "channel"}}, seed=1, most=1000,
            )  # fmt: skip
            whole = adoptions_of(engine, shop.settings)
        assert 0.1 < part.share < 1.0 and whole.share == 1.0
        for few, all_ in zip(part.each, whole.each, strict=True):
            assert few.n_adopters == all_.n_adopters
            picked = all_.frame[all_.frame["customer_id"].isin(few.frame["customer_id"])].reset_index(drop=True)
            pd.testing.assert_frame_equal(few.frame, picked)


class TestEffect:
    def found(self, world: dict[str, float], customers: int, seed: int) -> tuple[TouchpointEffects, float]:
        shop = shop_with_channel(world, customers, seed)
        truth = taking_up_truth(shop.settings, shop.traits, shop.history.left_on, shop.taken_up)
        with orders_on_engine(shop) as engine:
            adoptions = adoptions_of(engine, shop.settings)
        return touchpoint_effects(adoptions), float(truth["touchpoint_effect.app"]["estimate"])

    def test_pure_selection_looks_like_a_jump_and_is_said_to_be_none(self) -> None:
        found, planted = self.found({"share": 0.05, "orders": 1.0, "recent_orders": 0.2}, 2000, 5)
        app = next(one for one in found.effects if one.channel == "app")
        assert planted == 0.0
        assert app.naive_ratio.ends[0] > 2 and app.naive.ends[0] > 1
        assert app.verdict in ("no_effect", "cannot_tell") and app.effect.ends[0] <= 0 <= app.effect.ends[1]
        assert "selection" in found.reading
        assert touchpoint_answer(found).decide.count("Do not credit “web” and “app” with what their users buy") == 1

    def test_a_channel_that_brings_purchases_works_by_as_much_as_planted(self) -> None:
        found, planted = self.found({"share": 0.05, "orders": 0.5, "recent_orders": 0.1, "more": 0.6}, 2000, 5)
        app = next(one for one in found.effects if one.channel == "app")
        assert app.verdict == "works" and planted > 1
        low, high = app.effect.ends
        assert low <= planted <= high < app.naive.ends[1]
        assert "a part of the jump is cause" in found.reading
        assert found.by_verdict["works"] == (app,) and found.heading.startswith("Brings purchases: “app”")
        answer = touchpoint_answer(found)
        assert (answer.tone, answer.tag) == ("yes", "Brings purchases: “app”")
        assert answer.facts[0].big.startswith("+") and answer.facts[0].strip is not None
        assert answer.decide.startswith("Bring more customers to “app”")

    def test_what_comes_after_later_adoption_is_divided_by_the_same_figure(self) -> None:
        """Doubled from 2 to 4; of those who had not, 1.4 came before they did as well and 0.6 x 2 after."""
        zeros = np.zeros(4)
        whole, after = (
            TwoMeans(4.0, mean, np.array([1.0, -1.0, 0, 0]), np.array([0, 0, 1.0, -1.0]), np.arange(4), 2, 2, 3)
            for mean in (1.4 + 0.6 * 2, 0.6 * 2)
        )
        found = against_never(whole, after)
        assert found is not None and found.control == pytest.approx(2.0)
        assert (found.influence_treated == whole.influence_treated).all()
        # where nobody does later, it is the plain comparison, errors and all
        plain = against_never(whole, replace(after, control=0.0, influence_control=zeros))
        assert plain is not None and plain.control == whole.control
        assert plain.standard_error == pytest.approx(whole.standard_error)

    def test_its_errors_are_those_of_the_formula(self) -> None:
        rng = np.random.default_rng(1)
        y, m, a = rng.normal([4.0, 2.6, 1.2], 0.05, size=(4000, 3)).T
        spread = np.std(y - y * (m - a) / (y - a))
        n = 400
        rows = rng.normal(size=(n, 3))
        rows = (rows - rows.mean(axis=0)) / rows.std(axis=0) * 0.05 * np.sqrt(n)
        rows = np.linalg.qr(rows)[0] * 0.05 * n
        whole = TwoMeans(4.0, 2.6, rows[:, 0], rows[:, 1], np.arange(n), n // 2, n // 2, n)
        found = against_never(whole, replace(whole, control=1.2, influence_control=rows[:, 2]))
        assert found is not None and found.standard_error == pytest.approx(spread, rel=0.05)

    def test_where_nearly_all_take_it_up_at_once_it_is_now_against_later(self) -> None:
        one = TwoMeans(4.0, 3.0, np.ones(2), np.ones(2), np.arange(2), 1, 1, 1)
        assert against_never(one, replace(one, control=2.5)) is None

    def test_purchases_after_it_was_taken_up_are_counted_by_hand(self) -> None:
        frame = pd.DataFrame(
            {
                "customer_id": ["a"] * 4 + ["b"] * 3, "day": [0, 10, 20, 30, 5, 15, 40],
                "taken_up_on": [20.0] * 4 + [np.inf] * 3,
            }
        )  # fmt: skip
        assert purchases_after(frame, 25).tolist() == [0, 1, 1, 0, 0, 0, 0]
        assert purchases_after(frame, 90).tolist() == [1, 1, 1, 0, 0, 0, 0]

    def test_the_answer_draws_each_interval_on_a_scale_that_holds_it(self) -> None:
        kit = cx.open_example()
        answer = cx.touchpoint_answer(cx.touchpoint_effects(kit.adoptions))
        strips = [fact.strip for fact in answer.facts if fact.strip]
        assert strips
        for strip in strips:
            assert strip.bottom < 0 < strip.top
            assert strip.bottom <= strip.low <= strip.value <= strip.high <= strip.top

    def test_every_finding_is_listed(self) -> None:
        found, _ = self.found({"share": 0.05, "orders": 0.5}, 500, 2)
        assert found.findings
        assert not faults("experience", {key: e.as_finding() for key, e in found.findings.items()})
        assert list(found.table["channel"]) == [one.channel for one in found.effects]


class TestBadInput:
    def test_no_channel_is_said_with_what_to_bring(self, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text("customer_id,ordered_at,revenue\na,2024-01-01,3\nb,2024-02-01,3\n")
        (tmp_path / "study.yml").write_text(STUDY)
        with open_study(tmp_path) as kit, pytest.raises(MissingDataError, match="add `channel`"):
            touchpoint_effects(kit.adoptions)

    def test_one_channel_only(self, tmp_path: Path) -> None:
        with study(tmp_path, days_of(5)) as kit, pytest.raises(NotEnoughDataError, match="one channel, “shop”"):
            touchpoint_effects(kit.adoptions)

    def test_fewer_than_thirty_adopters(self, tmp_path: Path) -> None:
        lines = [*days_of(30), *(f"c{c:03d} 2024-05-03 app" for c in range(7))]
        with (
            study(tmp_path, lines) as kit,
            pytest.raises(NotEnoughDataError, match=r"from 30 customers on .* none has as many"),
        ):
            touchpoint_effects(kit.adoptions)

    def test_everybody_takes_it_up_at_once(self, tmp_path: Path) -> None:
        lines = [f"c{c:03d} 2024-03-{1 + c % 20:02d} shop" for c in range(60)]
        lines += [f"c{c:03d} 2024-04-{1 + c % 20:02d} app" for c in range(60)]
        with study(tmp_path, lines) as kit:
            found = touchpoint_effects(kit.adoptions)
        assert found.effects[0].verdict == "not_identifiable"
        assert "everybody who could take it up did so at once" in found.reading

    def test_taken_up_too_late_to_be_followed(self, tmp_path: Path) -> None:
        lines = [*days_of(40), *(f"c{c:03d} 2024-12-03 app" for c in range(40))]
        with study(tmp_path, lines) as kit, pytest.raises(NotEnoughDataError, match="followed for 90 days"):
            touchpoint_effects(kit.adoptions)

    def test_no_orders(self) -> None:
        with pytest.raises(MissingDataError, match="no orders"):
            touchpoint_effects(None)
        with pytest.raises(MissingDataError, match="no orders"):
            steps_before_leaving(None)

    def test_orders_that_name_no_touchpoint_are_missing_one_and_not_too_few(self) -> None:
        rows = steps(300, worse=0.0, seed=1)
        with pytest.raises(MissingDataError, match="says of no order which touchpoints went with it"):
            steps_before_leaving(replace(rows, steps=rows.steps.iloc[:0]))


def steps(n: int, *, worse: float, seed: int) -> OrderSteps:
    """Orders of n customers; after one by `app`, so much likelier to be the last; regulars use it more often."""
    rng = np.random.default_rng(seed)
    customer = np.repeat(np.arange(n), 6)
    number = np.tile(np.arange(1, 7), n)
    app = rng.random(6 * n) < 0.08 * number
    left = rng.random(6 * n) < 0.4 - 0.05 * number + worse * app
    orders = pd.DataFrame({"customer": customer, "number": number, "recent": 0, "left": left})
    made = pd.DataFrame({"order": np.arange(6 * n), "kind": "channel", "name": np.where(app, "app", "shop")})
    return OrderSteps(orders, made, 90, 0, 0, 0)


class TestLeaving:
    def test_a_channel_of_regulars_is_not_praised_for_being_one(self) -> None:
        found = steps_before_leaving(steps(4000, worse=0.0, seed=1))
        (app,) = (step for step in found.steps if step.name == "app")
        assert app.rate.ends[1] < found.base.number  # as it looks
        assert app.goes != "leaving" and abs(app.difference.number) < 0.01

    def test_what_goes_with_leaving_is_found_with_its_size(self) -> None:
        found = steps_before_leaving(steps(4000, worse=0.08, seed=1))
        (app,) = (step for step in found.steps if step.name == "app")
        assert app.goes == "leaving"
        low, high = app.difference.ends
        assert low < 0.08 < high
        assert found.heading.startswith("Ordered by “app”")
        assert "not what causes what" in found.reading
        answer = leaving_answer(found)
        assert answer.tone == "no" and answer.facts[0].big == "Ordered by “app”" and len(answer.open) == 1
        assert not faults("experience", {key: e.as_finding() for key, e in found.findings.items()})

    def test_with_nothing_planted_it_is_seldom_said(self) -> None:
        said = [
            step.goes in ("leaving", "staying")
            for seed in range(40)
            for step in steps_before_leaving(steps(300, worse=0.0, seed=seed)).steps
            if step.name == "app"
        ]
        assert sum(said) <= 6  # 1 in 20 of 40, and three standard errors

    def test_orders_whose_time_is_not_over_do_not_count(self, tmp_path: Path) -> None:
        with study(tmp_path, days_of(30)) as kit:
            assert kit.order_steps is not None
            rows = kit.order_steps
        assert rows.n + rows.n_open == len(days_of(30)) and rows.n_open > 0
        assert not rows.orders["left"].any()  # all of them come every fortnight, to the end

    def test_failures_that_come_late_make_the_clock_wait_for_all(self, tmp_path: Path) -> None:
        incidents = ["customer_id,occurred_at,kind"]
        incidents += [f"c{c:03d},2024-03-{5 + (c % 14):02d},late" for c in range(30)]  # four days after an order
        lines = [f"c{c:03d} 2024-03-{1 + (c % 14):02d} shop" for c in range(30)]
        lines += [f"c{c:03d} 2024-03-{3 + (c % 14):02d} web" for c in range(10)]  # back before it
        lines += [f"c{c:03d} 2024-06-01 shop" for c in range(10, 20)]
        with study(tmp_path, lines, incidents=incidents) as kit:
            assert kit.order_steps is not None
            rows = kit.order_steps
        assert rows.wait_days == 4 and rows.n_back == 10
        failed = rows.steps[rows.steps["kind"] == "failure"]
        assert len(failed) == 30 and set(failed["name"]) == {"late"}


class TestSimulator:
    def test_without_further_channels_nothing_changes(self) -> None:
        plain = simulate_shop(Settings(customers=200, seed=3, trial=None))
        taken = simulate_shop(Settings.model_validate({
            "customers": 200, "seed": 3, "trial": None, "touchpoints": {"app": {"orders": 1.0}},
        }))  # fmt: skip
        for name in ("customer", "day", "cents", "failed", "gesture"):
            assert np.array_equal(getattr(plain.orders, name), getattr(taken.orders, name))
        assert np.array_equal(plain.details.channel, taken.details.channel)
        assert np.array_equal(plain.details.channel, plain.details.made_in)
        assert (taken.details.made_in == 2).any()

    def test_a_channel_that_works_brings_as_many_orders_as_it_says(self) -> None:
        def made(more: float) -> tuple[int, float]:
            shop = shop_with_channel({"share": 0.1, "more": more}, 4000, 7)
            day, up = shop.orders.day.astype(np.int64), shop.taken_up[0][shop.orders.customer]
            within = (up >= 0) & (day > up) & (day <= up + 90) & (up + 90 <= shop.settings.last_day)
            truth = taking_up_truth(shop.settings, shop.traits, shop.history.left_on, shop.taken_up)
            aim = truth["touchpoint_effect.app"]
            return int(within.sum()), float(aim["estimate"]) * float(aim["n"])

        (plain, nothing), (more, planted) = made(0.0), made(0.5)
        assert nothing == 0.0
        assert more - plain == pytest.approx(planted, abs=4 * planted**0.5)

    def test_a_name_of_a_channel_that_all_shops_have_is_refused(self) -> None:
        with pytest.raises(ValueError, match="is a channel that all shops have"):
            Settings.model_validate({"touchpoints": {"web": {}}})

    def test_a_channel_that_closes_before_it_opens_is_refused(self) -> None:
        with pytest.raises(ValueError, match="lies before `opens_after`: raise it"):
            Settings.model_validate({"touchpoints": {"preorder": {"opens_after": 90, "closes_after": 60}}})
