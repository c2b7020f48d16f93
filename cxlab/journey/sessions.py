"""How far each session came: one row a session on the engine, of which only sums come back."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import EPOCH
from cxlab.engine import Engine, Value, fill
from cxlab.journey.steps import Steps, find_steps, until
from cxlab.study import Events

DAY = 86400
MOST_CHANNELS = 8
"""So many channels are looked at by themselves, those with the most sessions."""
MOST_CLICKS = 100
"""More records of a session than this before a step count as so many."""
ROWS = "journey_rows"
"""The engine's table of sessions."""
SCORE = 10_000
"""Scores are summed as whole numbers of this part of one, so that their sum hangs on no order."""
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over people of how many of their sessions reached each step.

    A person is a customer, or a session of which nobody knows whose it was.

    Attributes
    ----------
    sessions : shape (steps,), sessions that reached each step.
    people : shape (steps,), people with one that did.
    products : shape (steps, steps), sum over people of the product of their sessions that reached the one and the
        other.
    """

    sessions: Whole
    people: Whole
    products: Whole


@dataclass(frozen=True, eq=False)
class Journey:
    """Visits as sums.

    Attributes
    ----------
    steps : their steps.
    n_records, n_sessions : all that count; n_outside : sessions without any of the steps.
    n_linked : sessions of a known customer, of those with one of the steps; n_customers : these customers.
    n_of_two : sessions in which two customers are named; they count as the first one's, in the order of the ids.
    total : over all sessions. A session reached a step of the way when it has a record of it or of a later one; a step
        after the purchase when it has a record of it.
    by_channel : of the largest channels, by name; the channel of a session is that of its first record that has one.
    between : shape (steps, steps), by two channels: products of sessions in the one and in the other.
    n_channels : how many there are.
    skipped : shape (steps,), sessions that reached a step without a record of it.
    backwards : shape (steps - 1,), sessions whose first record of a step lies before that of the step before; both :
        those that have both.
    clicks : one row a step that leads on, channel (number; -1: another, or none) and number of records up to the
        step: step, channel, clicks, sessions, went_on (reached the next step).
    are_clocked : whether the records have times of day.
    n_later : records from after `last_day`, the last day that counts, which are left out; None: every day counts.
    engine : has a row for each session in its table `journey_rows`.
    """

    steps: Steps
    n_records: int
    n_sessions: int
    n_outside: int
    n_linked: int
    n_customers: int
    n_of_two: int
    total: Sums
    by_channel: dict[str, Sums]
    between: dict[tuple[str, str], Whole]
    n_channels: int
    skipped: Whole
    backwards: Whole
    both: Whole
    clicks: pd.DataFrame
    are_clocked: bool
    engine: Engine
    n_later: int = 0
    last_day: dt.date | None = None

    def squared_scores(self, step: int | None, cells: pd.DataFrame, slope: float) -> tuple[float, int]:
        """Return the sum over people of the square of their scores for the slope on clicks, and how many they are.

        Parameters
        ----------
        step : the step that leads on; None: all of them.
        cells : one row a step and channel: step, channel, intercept, mean (of clicks, weighted).
        slope : what one more record adds to the log odds of going on.

        Returns
        -------
        The sum; people.
        """
        terms, known = [], {(c["step"], c["channel"]): c for c in cells.to_dict("records")}
        wanted = range(self.steps.last) if step is None else (step,)
        for k in wanted:
            here = {channel: c for (at, channel), c in known.items() if at == k}
            if not here:
                continue
            a, m = (_by_channel({ch: c[name] for ch, c in here.items()}) for name in ("intercept", "mean"))
            foretold = f"1 / (1 + EXP(-({a} + {_constant(slope)} * x{k})))"
            score = f"(x{k} - {m}) * (CASE WHEN v{k + 1} > 0 THEN 1 ELSE 0 END - {foretold})"
            terms.append(f"CASE WHEN v{k} > 0 THEN COALESCE({score}, 0) ELSE 0 END")
        sql = (
            "WITH scored AS (SELECT customer_id, CAST(ROUND({!scale} * ({!terms})) AS DOUBLE) AS s FROM {t} WHERE "
            "{!there}) SELECT SUM(s * s), COUNT(*) FROM (SELECT SUM(s) AS s FROM scored WHERE customer_id IS NOT NULL "
            "GROUP BY customer_id UNION ALL SELECT s FROM scored WHERE customer_id IS NULL) AS p"
        )
        sql = fill(sql, scale=str(SCORE), terms=" + ".join(terms), t=ROWS, there=f"v{min(wanted)} > 0")
        squares, n = self.engine.row(sql)
        return float(squares or 0) / SCORE**2, int(n)


def _by_channel(values: Mapping[int, float]) -> str:
    cases = " ".join(f"WHEN {channel} THEN {_constant(value)}" for channel, value in values.items())
    return f"CASE channel {cases} END"


def _constant(value: float) -> str:
    return f"CAST({float(value)!r} AS DOUBLE)"


def journey_table(
    engine: Engine, columns: Collection[str], source: Events, *, observation_end: dt.date | None = None
) -> Journey:
    """Sum the engine's table `events` to sessions, and these to what the way to a purchase rests on.

    Parameters
    ----------
    columns : of the table; customer_id and channel may be missing.
    source : what the study says of the steps.
    observation_end : last day that counts; None: every one.

    Raises
    ------
    StepError : what the study says of the steps is not in the data.
    """
    before = None if observation_end is None else ((observation_end - EPOCH).days + 1) * DAY
    steps = find_steps(engine, before, source.steps, source.purchase)
    when, values = until(before)
    n_records, n_all, n_odd = engine.row(
        fill(
            "SELECT COUNT(*), COUNT(DISTINCT session_id), COUNT(CASE WHEN MOD(occurred_at, 86400) <> 0 THEN 1 END) "
            "FROM events WHERE {!when}",
            when=when,
        ),
        values,
    )
    later = "SELECT COUNT(*) FROM events WHERE occurred_at >= ?"
    n_later = 0 if before is None else int(engine.row(later, [before])[0])
    n = len(steps.names)
    if not n:
        nothing = np.zeros(0, np.int64)
        none = Sums(nothing, nothing, np.zeros((0, 0), np.int64))
        return Journey(
            steps, int(n_records), 0, int(n_all), 0, 0, 0, none, {}, {}, 0, nothing, nothing, nothing,
            _clicks(engine, 0), n_odd > 0, engine, n_later, observation_end,
        )  # fmt: skip
    channels = _make_rows(engine, columns, steps, when, values)
    pairs = list(combinations_with_replacement(range(n), 2))
    n_sessions, n_linked, n_customers, n_of_two = engine.row(
        fill(
            "SELECT COUNT(*), COUNT(customer_id), COUNT(DISTINCT customer_id), COALESCE(SUM(of_two), 0) FROM {t}",
            t=ROWS,
        )
    )
    total = _sums(engine, n, pairs, "channel * 0", "TRUE").get(0)
    none = Sums(np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros((n, n), np.int64))
    found = _sums(engine, n, pairs, "channel", "channel >= 0") if len(channels) > 1 else {}
    shown = channels[:MOST_CHANNELS]
    skipped, backwards, both = _order(engine, n)
    return Journey(
        steps=steps,
        n_records=int(n_records),
        n_sessions=int(n_sessions),
        n_outside=int(n_all) - int(n_sessions),
        n_linked=int(n_linked),
        n_customers=int(n_customers),
        n_of_two=int(n_of_two),
        total=total or none,
        by_channel={shown[number]: sums for number, sums in found.items()},
        between=_between(engine, n, shown) if found else {},
        n_channels=len(channels),
        skipped=skipped,
        backwards=backwards,
        both=both,
        clicks=_clicks(engine, steps.last),
        are_clocked=n_odd > 0,
        engine=engine,
        n_later=n_later,
        last_day=observation_end,
    )


def _make_rows(engine: Engine, columns: Collection[str], steps: Steps, when: str, values: Sequence[Value]) -> list[str]:
    """Make the table `ROWS`, one row a session with one of the steps; return the channels, the largest first.

    Its columns: customer_id, channel (number, -1 for none or a small one), of_two, v0, v1, ... (1 where it reached the
    step), own0, own1, ... (second of its first record of the step), x0, x1, ... (records before it reached a step of
    the way, and one).
    """
    n, way = len(steps.names), steps.last
    who = "MIN(customer_id)" if "customer_id" in columns else "CAST(NULL AS VARCHAR)"
    two = "CASE WHEN MIN(customer_id) < MAX(customer_id) THEN 1 ELSE 0 END" if "customer_id" in columns else "0"
    # Twelve digits of seconds before its name: the least is that of the first record, and of these the first by name.
    channel = (
        "SUBSTR(MIN(CAST(occurred_at + 100000000000 AS VARCHAR) || channel), 13)"
        if "channel" in columns
        else "CAST(NULL AS VARCHAR)"
    )
    code = " ".join(f"WHEN ? THEN {k}" for k in range(n))
    owns = ", ".join(f"MIN(CASE WHEN code = {k} THEN occurred_at END) AS own{k}" for k in range(n))
    engine.run(
        fill(
            "CREATE OR REPLACE TABLE journey_first AS SELECT session_id, {!who} AS customer_id, {!channel} AS channel, "
            "{!two} AS of_two, {!owns} FROM (SELECT *, CASE step {!code} END AS code FROM events WHERE {!when}) AS e "
            "GROUP BY session_id HAVING MAX(code) IS NOT NULL",
            who=who, channel=channel, two=two, owns=owns, code=code, when=when,
        ),
        [*steps.names, *values],
    )  # fmt: skip
    found = engine.rows(
        "SELECT channel, COUNT(*) AS n FROM journey_first WHERE channel IS NOT NULL GROUP BY channel ORDER BY n DESC, "
        "channel"
    )
    channels = [str(name) for name, _ in found]
    numbers = "CASE channel " + " ".join(f"WHEN ? THEN {i}" for i in range(len(channels[:MOST_CHANNELS])))
    numbers = f"{numbers} ELSE -1 END" if channels else "-1"

    def reached(k: int) -> str:
        later = ", ".join(f"own{j}" for j in range(k, n))
        return f"LEAST({later})" if k < n - 1 else later

    flags = [f"CASE WHEN {reached(k) if k <= way else f'own{k}'} IS NULL THEN 0 ELSE 1 END AS v{k}" for k in range(n)]
    counted = [
        f"CAST(LEAST(1 + COUNT(CASE WHEN e.occurred_at < f.t{k} THEN 1 END), {MOST_CLICKS}) AS BIGINT) AS x{k}"
        for k in range(way)
    ]
    times = [f"{reached(k)} AS t{k}" for k in range(way)]
    kept = ["customer_id", "channel", "of_two", *(f"own{k}" for k in range(n)), *(f"v{k}" for k in range(n))]
    engine.run(
        fill(
            "CREATE OR REPLACE TABLE journey_times AS SELECT session_id, customer_id, {!number} AS channel, of_two, "
            "{!rest} FROM journey_first",
            number=numbers, rest=", ".join([*(f"own{k}" for k in range(n)), *flags, *times]),
        ),
        channels[:MOST_CHANNELS],
    )  # fmt: skip
    engine.run(
        fill(
            "CREATE OR REPLACE TABLE {rows} AS SELECT {!kept}{!counted} FROM journey_times AS f LEFT JOIN events AS e "
            "ON e.session_id = f.session_id GROUP BY f.session_id, {!kept}",
            rows=ROWS,
            kept=", ".join(f"f.{name}" for name in kept),
            counted="".join(f", {one}" for one in counted),
        )
    )
    for name in ("journey_first", "journey_times"):
        engine.drop(name)
    return channels


def _sums(engine: Engine, n: int, pairs: Sequence[tuple[int, int]], by: str, where: str) -> dict[int, Sums]:
    """Sum over people, by channel or all together."""
    each = ", ".join(f"SUM(v{k}) AS v{k}" for k in range(n))
    alone = ", ".join(f"v{k}" for k in range(n))
    wanted = [
        *(f"SUM(v{k})" for k in range(n)),
        *(f"COUNT(CASE WHEN v{k} > 0 THEN 1 END)" for k in range(n)),
        *(f"SUM(v{i} * v{j})" for i, j in pairs),
    ]
    sql = fill(
        "SELECT g, {!wanted} FROM (SELECT {!by} AS g, {!each} FROM {t} WHERE customer_id IS NOT NULL AND {!where} "
        "GROUP BY customer_id, {!by} UNION ALL SELECT {!by}, {!alone} FROM {t} WHERE customer_id IS NULL AND {!where}) "
        "AS p GROUP BY g ORDER BY g",
        wanted=", ".join(wanted), by=by, each=each, alone=alone, where=where, t=ROWS,
    )  # fmt: skip
    found = {}
    for group, *numbers in engine.rows(sql):
        told = np.array([int(one) for one in numbers], np.int64)
        products = np.zeros((n, n), np.int64)
        for (i, j), value in zip(pairs, told[2 * n :], strict=True):
            products[i, j] = products[j, i] = value
        found[int(group)] = Sums(told[:n], told[n : 2 * n], products)
    return found


def _between(engine: Engine, n: int, channels: Sequence[str]) -> dict[tuple[str, str], Whole]:
    """Sum over customers the products of what they reached in one channel and in another."""
    each = ", ".join(f"SUM(v{k}) AS v{k}" for k in range(n))
    wanted = ", ".join(f"SUM(a.v{i} * b.v{j})" for i in range(n) for j in range(n))
    sql = fill(
        "WITH each_one AS (SELECT customer_id, channel, {!each} FROM {t} WHERE customer_id IS NOT NULL AND channel >= "
        "0 GROUP BY customer_id, channel) SELECT a.channel AS one, b.channel AS other, {!wanted} FROM each_one AS a "
        "JOIN each_one AS b ON a.customer_id = b.customer_id AND a.channel < b.channel GROUP BY a.channel, b.channel "
        "ORDER BY one, other",
        each=each, wanted=wanted, t=ROWS,
    )  # fmt: skip
    return {
        (channels[int(one)], channels[int(other)]): np.array([int(v) for v in numbers], np.int64).reshape(n, n)
        for one, other, *numbers in engine.rows(sql)
    }


def _order(engine: Engine, n: int) -> tuple[Whole, Whole, Whole]:
    """Count who skipped a step, and who met two steps in another order."""
    skipped = [f"COUNT(CASE WHEN v{k} > 0 AND own{k} IS NULL THEN 1 END)" for k in range(n)]
    back = [f"COUNT(CASE WHEN own{k + 1} < own{k} THEN 1 END)" for k in range(n - 1)]
    both = [f"COUNT(CASE WHEN own{k} IS NOT NULL AND own{k + 1} IS NOT NULL THEN 1 END)" for k in range(n - 1)]
    told = engine.row(fill("SELECT {!wanted} FROM {t}", wanted=", ".join([*skipped, *back, *both]), t=ROWS))
    numbers = np.array([int(one) for one in told], np.int64)
    return numbers[:n], numbers[n : 2 * n - 1], numbers[2 * n - 1 :]


def _clicks(engine: Engine, way: int) -> pd.DataFrame:
    """Count sessions by step that leads on, channel and records up to it, and those that went on."""
    columns = ["step", "channel", "clicks", "sessions", "went_on"]
    parts = [
        fill(
            "SELECT {!k} AS step, channel, x{!k} AS clicks, COUNT(*) AS sessions, SUM(v{!next}) AS went_on FROM {t} "
            "WHERE v{!k} > 0 GROUP BY channel, x{!k}",
            k=str(k), next=str(k + 1), t=ROWS,
        )
        for k in range(way)
    ]  # fmt: skip
    if not parts:
        return pd.DataFrame({name: np.zeros(0, np.int64) for name in columns})
    frame = engine.frame(f"{' UNION ALL '.join(parts)} ORDER BY step, channel, clicks")
    return frame.astype(np.int64)
