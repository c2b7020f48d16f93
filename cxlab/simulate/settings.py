"""What a made-up shop is like: every setting with its range, its default and where the default comes from."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from cxlab.blocks import SEGMENTS
from cxlab.driver_tags import Group, tag_fault
from cxlab.errors import InputError

CONTROL = "control"
NAME = r"^[A-Za-z0-9_-]+$"
_NEVER = 1_000_000
CHANNELS = ("shop", "web")
"""Channels that all shops have."""
KINDS = (*SEGMENTS, "everybody")
"""Kinds of customers: the four planted segments, or `everybody` where there are none."""


class SettingsError(InputError):
    """The settings of a made-up shop cannot be used as they stand."""


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _setting(description: str, **limits: Any) -> Any:
    return Field(description=description, **limits)


def _share(description: str) -> Any:
    return _setting(description, ge=0, le=1)


def _positive(description: str, most: float = 1e6) -> Any:
    return _setting(description, gt=0, le=most)


def _maybe(value: Any) -> Any:
    return None if value == "none" else value


class Arrivals(_Group):
    """When customers make their first order."""

    early_share: Annotated[float, _share("share of customers who are there from the start")] = 0.4
    early_days: Annotated[int, _setting("days over which their first orders are spread", ge=1, le=3650)] = 60
    days: Annotated[
        int | None, _setting("days over which the others' first orders are spread; empty: all days", ge=1, le=3650)
    ] = None


class Buyers(_Group):
    """Customers without planted segments: the BG/NBD model (Fader, Hardie and Lee 2005), and their money."""

    r: Annotated[float, _positive("shape of the gamma distribution of purchase rates", 100)] = 0.9
    alpha: Annotated[float, _positive("its rate, in weeks: r / alpha purchases a week on average", 1e4)] = 6.0
    a: Annotated[float, _positive("first shape of the beta distribution of leaving after a purchase", 1e4)] = 0.6
    b: Annotated[float, _positive("second shape: a / (a + b) leave on average", 1e4)] = 6.0
    leaves_after: Annotated[
        Literal["any", "repeat"], _setting("after which purchases a customer may leave; BG/NBD knows repeat ones only")
    ] = "any"
    order_value: Annotated[float, _positive("median order, in units of currency")] = 24.0
    value_spread: Annotated[float, _setting("standard deviation of its logarithm between customers", ge=0, le=3)] = 0.4
    goods_share: Annotated[float, _share("cost of goods as a share of revenue")] = 0.6
    hours: Annotated[float, _setting("mean hours of work an order takes", ge=0, le=100)] = 0.15
    hours_spread: Annotated[float, _setting("standard deviation of their logarithm between customers", ge=0, le=3)] = (
        0.4
    )


class Kind(_Group):
    """Customers of one planted segment."""

    share: Annotated[float, _share("share of all customers")] = 0.25
    purchases_a_year: Annotated[float, _positive("mean number of order days a year while a customer", 365)] = 10.0
    pace_shape: Annotated[
        float, _positive("shape of the gamma distribution of their rates: 100 is much alike", 1e4)
    ] = 3.0
    leaving: Annotated[float, _setting("mean probability of leaving after a purchase", ge=0, lt=1)] = 0.05
    leaving_alike: Annotated[float, _positive("sum of the two shapes of its beta distribution", 1e6)] = 20.0
    order_value: Annotated[float, _positive("median order, in units of currency")] = 24.0
    value_spread: Annotated[float, _setting("standard deviation of its logarithm between customers", ge=0, le=3)] = 0.25
    goods_share: Annotated[float, _share("cost of goods as a share of revenue")] = 0.6
    hours: Annotated[float, _setting("mean hours of work an order takes", ge=0, le=100)] = 0.1
    hours_spread: Annotated[float, _setting("standard deviation of their logarithm between customers", ge=0, le=3)] = (
        0.25
    )
    recommends: Annotated[float, _setting("how readily they recommend, against the others", ge=0, le=1000)] = 1.0


class Kinds(_Group):
    """The four planted segments: often or rarely, at a profit or not."""

    profit_bringers: Annotated[Kind, _setting("often, at a profit")] = Kind(
        share=0.22, purchases_a_year=17, leaving=0.02, order_value=30, goods_share=0.58, hours=0.08, recommends=3
    )
    misunderstood: Annotated[Kind, _setting("rarely, at a profit")] = Kind(
        share=0.26, purchases_a_year=4.5, leaving=0.12, order_value=46, goods_share=0.55, hours=0.12
    )
    candidates: Annotated[Kind, _setting("often, but the work eats the profit")] = Kind(
        share=0.2, purchases_a_year=13, leaving=0.03, order_value=15, goods_share=0.66, hours=0.24
    )
    lost: Annotated[Kind, _setting("mostly gone, without profit")] = Kind(
        share=0.32, purchases_a_year=4, leaving=0.5, leaving_alike=6, order_value=16, goods_share=0.68, hours=0.2,
        recommends=0.5,
    )  # fmt: skip


class Clusters(_Group):
    """Groups that lie apart in pace, order value and work an order takes, on a logarithmic scale."""

    k: Annotated[int, _setting("number of groups", ge=2, le=8)] = 3
    separation: Annotated[
        float,
        _setting(
            "distance on two of the traits at least (from five groups on: one), in standard deviations", ge=0, le=50
        ),
    ] = 4.0
    spread: Annotated[float, _positive("standard deviation of the logarithms within a group", 2)] = 0.3


class Money(_Group):
    """What holds for every order."""

    value_spread: Annotated[float, _setting("standard deviation of log order value, one customer's", ge=0, le=3)] = 0.35
    hours_spread: Annotated[float, _setting("the same of the hours an order takes", ge=0, le=3)] = 0.4
    hourly_rate: Annotated[float, _setting("cost of an hour of work", ge=0, le=1e4)] = 30.0
    returned_share: Annotated[float, _share("share of orders that come back")] = 0.04
    return_days: Annotated[int, _setting("an order comes back within so many days, each as likely", ge=1, le=90)] = 14


class Effect(_Group):
    """What one gesture adds to the logarithm of the purchase rate, by planted segment."""

    profit_bringers: Annotated[float, _setting("Kim, Choi and Kim 2022: works for loyal customers", ge=-3, le=3)] = 0.30
    misunderstood: Annotated[float, _setting("Falk 2007, small gift", ge=-3, le=3)] = 0.12
    candidates: Annotated[float, _setting("Anderson and Simester 2004: may harm established ones", ge=-3, le=3)] = -0.10
    lost: Annotated[float, _setting("near nothing: Samek and Longfield 2023, Adena et al. 2025", ge=-3, le=3)] = 0.05
    everybody: Annotated[float, _setting("where no segments are planted", ge=-3, le=3)] = 0.12


class Policy(_Group):
    """Who is given a gesture: a logistic function of what is known before, times `confounding`."""

    orders: Annotated[float, _setting("slope on log(1 + earlier orders)", ge=-10, le=10)] = 0.5
    gap: Annotated[float, _setting("slope on log(1 + days since the previous order)", ge=-10, le=10)] = -0.25
    recent_orders: Annotated[float, _setting("slope on orders in the last 90 days", ge=-10, le=10)] = 0.12
    revenue: Annotated[float, _setting("slope on log(1 + earlier revenue)", ge=-10, le=10)] = 0.1
    failure: Annotated[float, _setting("slope on a failure at this order", ge=-10, le=10)] = 1.0


class Gestures(_Group):
    """Small gestures that staff choose to give with an order."""

    kind: Annotated[str, _setting("what it is called in the data", pattern=NAME)] = "biscuit"
    cost: Annotated[float, _setting("what one costs", ge=0, le=1e4)] = 0.4
    share: Annotated[float, _setting("probability for a customer with a middling history", gt=0, lt=1)] = 0.15
    lowest: Annotated[float, _share("the probability is never below")] = 0.03
    highest: Annotated[float, _share("the probability is never above; 0: no chosen gestures")] = 0.6
    confounding: Annotated[float, _setting("how much history steers the choice; 0: at random", ge=0, le=10)] = 1.0
    hidden: Annotated[
        float, _setting("slope on the log of the customer's own rate, which no record shows", ge=-10, le=10)
    ] = 0.0
    policy: Annotated[Policy, _setting("slopes of the choice")] = Policy()
    strength: Annotated[float, _setting("multiplies all that gestures do; 0: no effect at all", ge=0, le=10)] = 1.0
    effect: Annotated[Effect, _setting("on the logarithm of the purchase rate, at once after the gesture")] = Effect()
    half_life_days: Annotated[float, _positive("Gneezy and List 2006: 2 to 8 weeks", 1e9)] = 42.0
    wear_off: Annotated[float, _share("the k-th gesture counts times this to the k-1: Li and Fumagalli 2022")] = 0.7
    disappointment: Annotated[
        float, _setting("lost at an order without one after three or more: Rust and Oliver 2000", ge=0, le=3)
    ] = 0.05


class Failures(_Group):
    """Orders that go wrong: de Matos, Henrique and Rossi 2007; Halperin et al. 2022."""

    share: Annotated[float, _share("share of orders that go wrong")] = 0.05
    harm: Annotated[float, _setting("lost on the log of the purchase rate; fades like gestures", ge=0, le=3)] = 0.08
    recovery: Annotated[float, _setting("share of it that a gesture at that order restores", ge=0, le=2)] = 0.75


class Arm(_Group):
    """An arm of the trial."""

    allocation: Annotated[float, _positive("share of the draws, against the other arms'")] = 1.0
    strength: Annotated[float, _setting("effect against that of a gesture", ge=0, le=10)] = 1.0
    cost: Annotated[float, _setting("what it costs", ge=0, le=1e4)] = 1.2


def _arms() -> Mapping[str, Arm]:
    return {
        CONTROL: Arm(strength=0.0, cost=0.0),
        "card": Arm(cost=0.9),
        "card_with_discount": Arm(strength=0.5, cost=2.5),
    }


class Trial(_Group):
    """A trial: who orders in a window is put into an arm at the first order in it, at random."""

    starts_after: Annotated[int, _setting("days from the end of calibration to the window", ge=0, le=3650)] = 0
    window_days: Annotated[int, _setting("days in which customers are taken in", ge=1, le=3650)] = 30
    arms: Annotated[Mapping[Annotated[str, Field(pattern=NAME)], Arm], _setting("the arms")] = Field(
        default_factory=_arms
    )


class Driver(_Group):
    """A further question, or a measured fact, that stands with every answer."""

    tags: Annotated[tuple[Group, ...], _setting("what it is: of each pair one word, or none")] = ()
    loading: Annotated[
        float,
        _setting("correlation with the log of the customer's own purchase rate; it changes no order", ge=-1, le=1),
    ] = 0.0
    mood: Annotated[float, _setting("correlation with a mood that colours all drivers of an answer", ge=-1, le=1)] = 0.3
    lasting: Annotated[float, _share("share of the rest that is the customer's own, alike in all answers")] = 0.3
    bend: Annotated[float, _positive("above the mean values lie so much farther apart; 1: evenly", 100)] = 1.0
    mean: Annotated[float, _setting("mean, about", ge=-1e6, le=1e6)] = 5.0
    spread: Annotated[float, _positive("standard deviation, about")] = 1.5
    lowest: Annotated[float, _setting("values are never below", ge=-1e6, le=1e6)] = 0.0
    highest: Annotated[float, _setting("values are never above", ge=-1e6, le=1e6)] = 10.0
    decimals: Annotated[int, _setting("decimals", ge=0, le=6)] = 0
    missing: Annotated[float, _share("share of answers without it")] = 0.0


def _drivers() -> Mapping[str, Driver]:
    return {
        "care": Driver(tags=("hedonic", "benefit", "experience"), loading=0.35, mean=7),
        "surprise": Driver(tags=("hedonic", "benefit", "experience"), loading=0.15, mean=4, spread=2, missing=0.05),
        "quality": Driver(tags=("utilitarian", "benefit", "product"), loading=0.2, mean=7.5),
        "delivery_days": Driver(
            tags=("utilitarian", "sacrifice", "product"), loading=-0.15, mood=-0.2, mean=3, lowest=1, highest=21, bend=2
        ),
        "price_level": Driver(
            tags=("utilitarian", "sacrifice", "product"), mood=0, mean=100, spread=8, lowest=50, highest=200, decimals=1
        ),
    }


class Feedback(_Group):
    """Answers to the question whether one would recommend the shop, 0 to 10."""

    share: Annotated[float, _share("share of orders that are answered")] = 0.12
    mean: Annotated[float, _setting("mean before rounding", ge=0, le=10)] = 7.8
    spread: Annotated[float, _setting("standard deviation before rounding", ge=0, le=10)] = 1.5
    failure: Annotated[float, _setting("added after a failure", ge=-10, le=10)] = -2.5
    gesture: Annotated[float, _setting("added after a gesture", ge=-10, le=10)] = 0.8
    employee_spread: Annotated[float, _setting("standard deviation between employees", ge=0, le=10)] = 0.4
    store_spread: Annotated[float, _setting("standard deviation between stores", ge=0, le=10)] = 0.3
    week_spread: Annotated[float, _setting("standard deviation between weeks", ge=0, le=10)] = 0.0
    employees: Annotated[int, _setting("number of employees in a store", ge=1, le=1000)] = 4
    drivers: Annotated[
        Mapping[Annotated[str, Field(pattern=NAME)], Driver] | None,
        BeforeValidator(_maybe),
        _setting("what stands with every answer beside the score, or none"),
    ] = Field(default_factory=_drivers)


class Referrals(_Group):
    """Customers who come by recommendation: Schmitt, Skiera and Van den Bulte 2011."""

    share: Annotated[float, _share("share of new customers who were recommended")] = 0.12
    more_purchases: Annotated[float, _setting("they buy so much more often, as a share", ge=-0.9, le=10)] = 0.16


class TakenUp(_Group):
    """A channel that customers take up at an order after their first one.

    The purchases that it brings come on top of all others and move nothing else in the shop: no gesture and no draw of
    the trial comes with them, nobody leaves after one, and what goes wrong there harms no later order.
    """

    share: Annotated[float, _setting("probability at an order of a customer with a middling history", gt=0, lt=1)] = (
        0.05
    )
    orders: Annotated[float, _setting("slope on log(1 + earlier orders)", ge=-10, le=10)] = 0.0
    recent_orders: Annotated[float, _setting("slope on orders in the last 90 days", ge=-10, le=10)] = 0.0
    hidden: Annotated[
        float, _setting("slope on the log of the customer's own rate, which no record shows", ge=-10, le=10)
    ] = 0.0
    use: Annotated[float, _share("share of later orders that are made in it")] = 0.7
    opens_after: Annotated[int, _setting("days from the start to the first order in it", ge=0, le=3650)] = 0
    closes_after: Annotated[
        int | None, _setting("days from the start to the last order in it; empty: it stays open", ge=0, le=3650)
    ] = None
    more: Annotated[
        float,
        _setting("purchases that it brings, as a share of the customer's own, without gestures or visits", ge=0, le=10),
    ] = 0.0

    @property
    def last_day(self) -> int:
        """Last day on which it is open, counted from 0."""
        return _NEVER if self.closes_after is None else self.closes_after


class Journey(_Group):
    """Visits step by step, from visit over product and basket to payment, and what was received after it."""

    sessions: Annotated[float, _setting("sessions on record per order; 0: none", ge=0, le=100)] = 0.2
    to_product: Annotated[float, _setting("share of usual sessions that go on to a product", gt=0, lt=1)] = 0.65
    to_basket: Annotated[float, _setting("share of these that go on to the basket", gt=0, lt=1)] = 0.4
    to_payment: Annotated[float, _setting("share of these that go on to the payment", gt=0, lt=1)] = 0.6
    to_received: Annotated[float, _share("share of payments whose goods are received")] = 0.96
    app_share: Annotated[float, _share("share of the sessions in the app; the others are on the web")] = 0.35
    app: Annotated[float, _setting("added in the app to the log odds of going on", ge=-5, le=5)] = 0.3
    clicks: Annotated[float, _setting("mean of further clicks at each step", ge=0, le=20)] = 1.0
    click: Annotated[float, _setting("added by each of them to the log odds of going on", ge=-2, le=2)] = -0.1
    spread: Annotated[float, _setting("standard deviation of these odds between customers", ge=0, le=3)] = 0.4
    signed_in: Annotated[float, _share("share of the sessions that are known to be a customer's")] = 0.7


class Settings(_Group):
    """A made-up shop. Money is in units of `currency`, days are whole days from `start`, which is day 0."""

    name: Annotated[str, _setting("name of the study: letters, digits, - and _", pattern=NAME)] = "made-up-shop"
    title: Annotated[str, _setting("shown on the reports", min_length=1, pattern=r"^[^\n\r]*$")] = "A made-up shop"
    customers: Annotated[int, _setting("number of customers", ge=1, le=5_000_000)] = 2000
    seed: Annotated[int, _setting("start of every random step", ge=0, le=2**32 - 1)] = 1
    start: Annotated[
        dt.date, _setting("first day", ge=dt.date(1971, 1, 1), le=dt.date(2085, 1, 1))
    ] = dt.date(2023, 1, 2)  # fmt: skip
    days: Annotated[int, _setting("days that are observed", ge=30, le=3650)] = 730
    calibration_days: Annotated[
        int | None, _setting("days up to the end of calibration; empty: two thirds of the days", ge=10, le=3650)
    ] = None
    outcome_days: Annotated[int, _setting("days after an occasion in which orders count", ge=1, le=3650)] = 90
    currency: Annotated[str, _setting("ISO 4217 code", pattern="^[A-Z]{3}$")] = "EUR"
    stores: Annotated[int, _setting("number of stores", ge=1, le=50)] = 3
    segments: Annotated[Literal["four", "none"], _setting("four planted segments, or none")] = "four"
    clusters: Annotated[
        Clusters | None, BeforeValidator(_maybe), _setting("none, or planted groups (with segments: none)")
    ] = None
    arrivals: Annotated[Arrivals, _setting("when customers make their first order")] = Arrivals()
    buyers: Annotated[Buyers, _setting("customers where no segments are planted")] = Buyers()
    kinds: Annotated[Kinds, _setting("customers of the four planted segments")] = Kinds()
    money: Annotated[Money, _setting("what holds for every order")] = Money()
    gestures: Annotated[Gestures, _setting("gestures that staff choose to give")] = Gestures()
    failures: Annotated[Failures, _setting("orders that go wrong")] = Failures()
    trial: Annotated[Trial | None, BeforeValidator(_maybe), _setting("a trial, or none")] = Trial()
    feedback: Annotated[Feedback, _setting("answers of customers")] = Feedback()
    referrals: Annotated[Referrals, _setting("customers who were recommended")] = Referrals()
    touchpoints: Annotated[
        Mapping[Annotated[str, Field(pattern=NAME)], TakenUp], _setting("further channels that customers take up")
    ] = Field(default_factory=dict)
    journey: Annotated[Journey, _setting("visits step by step, those that end in an order among them")] = Journey()

    @property
    def cut(self) -> int:
        """Last day of calibration, counted from 0."""
        return (self.days * 2 // 3 if self.calibration_days is None else self.calibration_days) - 1

    @property
    def last_day(self) -> int:
        """Last day of observation, counted from 0."""
        return self.days - 1

    @property
    def calibration_end(self) -> dt.date:
        """Last day of calibration."""
        return self.start + dt.timedelta(days=self.cut)

    @property
    def observation_end(self) -> dt.date:
        """Last day of observation."""
        return self.start + dt.timedelta(days=self.last_day)

    @property
    def window(self) -> tuple[int, int]:
        """First and last day on which customers are taken into the trial; (1, 0) where there is none."""
        if self.trial is None:
            return 1, 0
        first = self.cut + 1 + self.trial.starts_after
        return first, first + self.trial.window_days - 1

    @property
    def arms(self) -> Mapping[str, Arm]:
        """The arms of the trial, control first; none where there is no trial."""
        given = {} if self.trial is None else self.trial.arms
        return {name: given[name] for name in sorted(given, key=lambda name: name != CONTROL)}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Check what no single setting shows."""
        faults = beyond_one_setting(self)
        if faults:
            raise ValueError("\n".join(f"{'.'.join(where)}: {message}" for where, message in faults))
        return self


def beyond_one_setting(settings: Settings) -> list[tuple[tuple[str, ...], str]]:
    """Find settings that do not go together: where each stands, and what to do."""
    faults: list[tuple[tuple[str, ...], str]] = []
    if settings.cut >= settings.last_day:
        faults.append((("calibration_days",), f"leaves no day after it: give fewer than `days`, {settings.days}"))
    if settings.clusters is not None and settings.segments == "four":
        faults.append((("clusters",), "cannot be planted beside four segments: set `segments: none`"))
    if settings.gestures.lowest > settings.gestures.highest > 0:
        faults.append((("gestures", "lowest"), "lies above `highest`: lower it"))
    if settings.segments == "four" and not sum(kind.share for _, kind in settings.kinds) > 0:
        faults.append((("kinds",), "has shares of 0 only: give one of them a `share`"))
    faults += [
        (("touchpoints", name), "is a channel that all shops have: give it another name")
        for name in settings.touchpoints
        if name in CHANNELS
    ]
    faults += [
        (("touchpoints", name, "closes_after"), "lies before `opens_after`: raise it")
        for name, one in settings.touchpoints.items()
        if one.last_day < one.opens_after
    ]
    for name, driver in (settings.feedback.drivers or {}).items():
        where = ("feedback", "drivers", name)
        if driver.loading**2 + driver.mood**2 > 1:
            faults.append(((*where, "mood"), "and `loading` leave no room: their squares must not exceed 1 together"))
        if driver.lowest >= driver.highest:
            faults.append(((*where, "lowest"), "lies above `highest`: lower it"))
        if said := tag_fault(name, driver.tags):
            faults.append(((*where, "tags"), f"is at fault: {said}"))
    if settings.trial is not None:
        if CONTROL not in settings.trial.arms or len(settings.trial.arms) < 2:
            faults.append((("trial", "arms"), f"must hold `{CONTROL}` and at least one other arm"))
        need = settings.window[1] + settings.outcome_days
        if need > settings.last_day:
            message = (
                f"ends too late: its window and {settings.outcome_days} outcome_days reach to day {need + 1}, and "
                f"there are {settings.days} days: take more `days`, fewer `calibration_days` or `trial: none`"
            )
            faults.append((("trial",), message))
    return faults
