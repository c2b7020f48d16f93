"""Visits step by step: sessions that end in an order, and sessions that end before."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.experience.clicks import fit_clicks
from cxlab.simulate.findings import Finding, finding
from cxlab.simulate.settings import Journey
from cxlab.simulate.traits import Array, Whole

STEPS = ("visit", "product", "basket", "payment", "received")
PAYMENT = STEPS.index("payment")
CHANNELS = ("web", "app")
_LARGE = 400_000
"""Sessions that are made up to know what an analysis of very many would find."""
_FARTHEST, _SECONDS = 20, 90
"""At most: days between a visit without an order and an order of that customer, and seconds between two records."""
_WAIT = 3
"""Days within which goods are received."""


@dataclass(frozen=True, eq=False)
class Sessions:
    """Made-up sessions; each array of shape (sessions,).

    Attributes
    ----------
    app : whether it is one of the app.
    reached : number of the farthest step before the order is received.
    received : whether it was.
    clicks : shape (sessions, steps before the payment), records up to each step, where it was reached.
    extra : the same shape, further records of that step.
    """

    app: NDArray[np.bool_]
    reached: Whole
    received: NDArray[np.bool_]
    clicks: Whole
    extra: Whole


def draw_sessions(journey: Journey, leaning: Array, rng: np.random.Generator) -> Sessions:
    """Let sessions go from step to step.

    Parameters
    ----------
    leaning : shape (sessions,), what the customer of each adds to the log odds of going on.
    """
    n = len(leaning)
    app = rng.random(n) < journey.app_share
    shift = leaning + journey.app * app
    extra = rng.poisson(journey.clicks, (n, PAYMENT))
    clicks = np.concatenate([np.ones((n, 1), np.int64), 1 + np.cumsum(1 + extra, axis=1)[:, :-1]], axis=1)
    usual = 1 + np.arange(PAYMENT) * (1 + journey.clicks)
    reached, there = np.zeros(n, np.int64), np.ones(n, bool)
    for k, share in enumerate((journey.to_product, journey.to_basket, journey.to_payment)):
        odds = np.log(share / (1 - share)) + shift + journey.click * (clicks[:, k] - usual[k])
        there = there & (rng.random(n) < 1 / (1 + np.exp(-odds)))
        reached[there] = k + 1
    received = (reached == PAYMENT) & (rng.random(n) < journey.to_received)
    return Sessions(app, reached, received, clicks, extra)


def visits_of(journey: Journey, seed: int, customer: Whole, seconds: Whole, last: int) -> Iterator[pd.DataFrame]:
    """Yield the records of all visits, in pieces: session, customer (-1: not known), second, step, app.

    Parameters
    ----------
    customer, seconds : shape (orders,), who ordered, and when, in seconds from the first day.
    last : last second that is observed.
    """
    rng = np.random.default_rng([seed, 11])
    n = round(journey.sessions * len(customer))
    leaning = journey.spread * rng.standard_normal(int(customer.max(initial=0)) + 1)
    start = 0
    for first in range(0, n, 200_000):
        size = min(200_000, n - first)
        order = (np.arange(first, first + size) * _step(len(customer))) % len(customer)
        found = draw_sessions(journey, leaning[customer[order]], rng)
        yield _records(journey, found, customer[order], seconds[order], last, start, rng)
        start += size


def _step(n: int) -> int:
    """Return a number by which all orders are gone through once before any comes a second time."""
    step = max(1, round(0.618 * n))
    while np.gcd(step, n) > 1:
        step += 1
    return step


def _records(
    journey: Journey, found: Sessions, who: Whole, at: Whole, last: int, start: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Write sessions down record by record; those that come to an order end with it."""
    n = len(who)
    # A session makes one record of each step that it reaches, and further ones of all but the payment.
    k = np.arange(PAYMENT + 1)
    made = np.where(k <= found.reached[:, None], 1, 0)
    made[:, :PAYMENT] += np.where(k[:PAYMENT] <= found.reached[:, None], found.extra, 0)
    session = np.repeat(np.arange(n), made.sum(axis=1))
    step = np.repeat(np.tile(k, n), made.ravel())
    gaps = rng.integers(3, _SECONDS, len(session))
    until_end = np.cumsum(gaps[::-1])[::-1]  # counted from the last record of each session
    ends = np.cumsum(made.sum(axis=1)) - 1
    until_end = until_end - until_end[ends][session]
    earlier = rng.integers(0, _FARTHEST * 86400, n)
    end = np.where(found.reached == PAYMENT, at, np.where(at > earlier, at - earlier, at))
    second = np.maximum(end[session] - until_end, 0)
    known = rng.random(n) < journey.signed_in
    got = np.flatnonzero(found.received)
    arrived = np.minimum(at[got] + rng.integers(3600, _WAIT * 86400, len(got)), last)
    frame = pd.DataFrame(
        {
            "session": np.concatenate([session, got]) + start,
            "customer": np.concatenate([np.where(known, who, -1)[session], np.where(known, who, -1)[got]]),
            "second": np.concatenate([second, np.maximum(arrived, at[got])]),
            "step": np.concatenate([step, np.full(len(got), len(STEPS) - 1)]),
            "app": np.concatenate([found.app[session], found.app[got]]),
        }
    )
    return frame.sort_values(["session", "second", "step"], kind="stable", ignore_index=True)


def journey_truth(journey: Journey, seed: int, n: int) -> dict[str, Finding]:
    """Say what an analysis of very many sessions would find, each of a customer of its own."""
    rng = np.random.default_rng([seed, 12])
    found = draw_sessions(journey, journey.spread * rng.standard_normal(_LARGE), rng)
    told: dict[str, Finding] = {}
    for name, mine in (("", np.ones(_LARGE, bool)), *((f".{c}", found.app == i) for i, c in enumerate(CHANNELS))):
        reached = [mine & (found.reached >= k) for k in range(PAYMENT + 1)] + [mine & found.received]
        for k, step in enumerate(STEPS[1:], 1):
            before = int(reached[k - 1].sum())
            if before:
                told[f"step_conversion.{step}{name}"] = _share(int(reached[k].sum()), before, n)
        if mine.any():
            told[f"journey_conversion{name}"] = _share(int(reached[PAYMENT].sum()), int(mine.sum()), n)
    slope = fit_clicks(_cells(found))
    if slope is not None:
        effect = finding(float(np.exp(slope[0])), n, "odds ratio per click")
        told["click_effect"] = {**effect, "monte_carlo_error": float(np.exp(slope[0]) / np.sqrt(slope[1]))}
    return told


def _share(reached: int, before: int, n: int) -> Finding:
    p = reached / before
    return {**finding(p, n, "share of sessions"), "monte_carlo_error": float(np.sqrt(p * (1 - p) / before))}


def _cells(found: Sessions) -> pd.DataFrame:
    """Count sessions by step, channel and clicks, as the analysis does."""
    parts = []
    for k in range(PAYMENT):
        there = found.reached >= k
        part = pd.DataFrame(
            {"channel": found.app[there].astype(int), "clicks": found.clicks[there, k],
             "went_on": (found.reached[there] > k).astype(int)}
        )  # fmt: skip
        cells = part.groupby(["channel", "clicks"], as_index=False)["went_on"].agg(["size", "sum"])
        parts.append(cells.rename(columns={"size": "sessions", "sum": "went_on"}).assign(step=k))
    return pd.concat(parts, ignore_index=True)
