"""Made-up shops in which a channel is taken up by some, for known reasons and with a known effect."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from cxlab.engine import Engine
from cxlab.intake.sales import make_effort, make_sales
from cxlab.occasions import Adoptions, OrderSteps, read_adoptions, read_steps
from cxlab.simulate import Settings, Shop, simulate_shop
from cxlab.simulate.settings import CHANNELS

CHANNEL = "app"
HISTORY = {"share": 0.05, "orders": 1.0, "recent_orders": 0.2}
"""Who has bought much, and of late, takes it up: all of it stands in the records."""
CHANNEL_WORLDS: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "lot": ("by lot, brings nothing", {"share": 0.08}),
    "history": ("by history, brings nothing", HISTORY),
    "some": ("by history, a quarter more purchases", HISTORY | {"more": 0.25}),
    "much": ("by history, half as many again", HISTORY | {"more": 0.5}),
    "hidden": ("by a pace that no record shows, brings nothing", {"share": 0.05, "hidden": 1.0}),
}
"""Worlds by name: in words, and the settings of the channel."""
_COLUMNS = {"customer_id", "ordered_at", "revenue", "order_id", "channel"}
TABLES = {"orders": _COLUMNS}


def shop_with_channel(world: Mapping[str, float], customers: int, seed: int) -> Shop:
    """Make up a shop without gestures in which customers take up `CHANNEL`."""
    settings: dict[str, Any] = {
        "customers": customers, "seed": seed, "trial": None, "gestures": {"highest": 0.0, "lowest": 0.0},
        "touchpoints": {CHANNEL: dict(world)},
    }  # fmt: skip
    return simulate_shop(Settings.model_validate(settings))


@contextmanager
def orders_on_engine(shop: Shop) -> Iterator[Engine]:
    """Put the orders of a shop into an engine, as intake does; nothing else is known."""
    orders, settings = shop.orders, shop.settings
    start = (settings.start - dt.date(1970, 1, 1)).days
    moment = (orders.day.astype(np.int64) + start) * 86400 + shop.details.minute.astype(np.int64) * 60
    names = [*CHANNELS, *settings.touchpoints]
    columns = {
        "customer_id": [str(one) for one in (orders.customer.astype(np.int64) + shop.first_id).tolist()],
        "ordered_at": moment.tolist(), "revenue": orders.cents.astype(np.int64).tolist(),
        "order_id": [str(one) for one in range(orders.n)],
        "channel": [names[one] for one in shop.details.made_in.tolist()],
    }  # fmt: skip
    kinds = dict.fromkeys(columns, "string") | {"ordered_at": "int64", "revenue": "int64"}
    with Engine(threads=1) as engine:
        engine.take("order_rows", columns, kinds)
        engine.run("CREATE OR REPLACE VIEW orders AS SELECT *, FALSE AS is_return FROM order_rows")
        make_sales(engine, "orders", _COLUMNS)
        make_effort(engine, {})
        yield engine


def adoptions_of(engine: Engine, settings: Settings, *, seed: int = 1) -> Adoptions:
    """Read who took the channel up, as the kit does."""
    return read_adoptions(
        engine, outcome_days=settings.outcome_days, observation_end=settings.observation_end, margin_rate=0.3,
        tables=TABLES, seed=seed,
    )  # fmt: skip


def steps_of(engine: Engine, settings: Settings) -> OrderSteps:
    """Read what went with each order, as the kit does."""
    return read_steps(
        engine, outcome_days=settings.outcome_days, observation_end=settings.observation_end, tables=TABLES
    )
