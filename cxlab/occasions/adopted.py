"""Orders at which a customer could take up another channel: one row each, history before, outcome after."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import EPOCH
from cxlab.engine import Engine, Value, fill
from cxlab.intake.channels import list_channel_orders
from cxlab.intake.sales import CHANNEL_ORDERS
from cxlab.occasions.around import Columns
from cxlab.occasions.history import read_history
from cxlab.occasions.ties import tie_gestures
from cxlab.occasions.timeline import Timeline

LEAST_ADOPTERS = 30
"""Customers who must have taken a channel up before its effect is looked for."""
MOST_CHANNELS = 6
"""Channels that are looked at, those most taken up."""
MOST_OCCASIONS = 200_000
"""Occasions up to which all customers are looked at; of more, a part of the customers drawn by lot."""
USED = "used "
"""How the names of columns begin that say which channels were used before."""
_FIRSTS, _INDEX = "channel_firsts", "adoption_days"
_LOOKED_AT, _PICKED = "adoption_customers", "adoption_days_picked"
_KEY = ["customer_id", "day"]


@dataclass(frozen=True, eq=False)
class Adoption:
    """One channel, and who took it up.

    Attributes
    ----------
    channel : as it stands in the data.
    n_adopters : customers who ordered in it for the first time after they had ordered elsewhere.
    n_born : customers whose first order was made in it, who had nothing to take up.
    usage : is_user (bool: had taken it up before the last `outcome_days`), purchases (days with an order in these),
        customers (how many); of customers who had ordered before, without those born there.
    frame : one row a day with an order, sorted by customer_id and day, of customers who had ordered before and did not
        begin in the channel, from the day on which it was first taken up: taken_up_on (day; infinite: never), at_risk
        (bool: it could be taken up at this order, for it had not been, somebody did on that day or later, and no other
        channel was), treated (bool: it was), is_followed (bool: the outcome_days after are over), channels_so_far (how
        many were used before), `USED` and a channel's name (bool: it was), and the columns of `read_history`. Empty
        where fewer than `LEAST_ADOPTERS` took it up.
    """

    channel: str
    n_adopters: int
    n_born: int
    usage: pd.DataFrame
    frame: pd.DataFrame

    @property
    def is_looked_at(self) -> bool:
        """Whether enough customers took it up."""
        return self.n_adopters >= LEAST_ADOPTERS

    @property
    def n_followed(self) -> int:
        """Orders with which it was taken up that can be followed, among the customers looked at."""
        return int((self.frame["treated"] & self.frame["is_followed"]).sum()) if len(self.frame) else 0


@dataclass(frozen=True, eq=False)
class Adoptions:
    """The channels of a study beside the one in which most customers begin.

    Attributes
    ----------
    each : the channels that somebody took up, the one most taken up first, `MOST_CHANNELS` at most.
    base : the channel in which most customers made their first order; empty: the orders do not say their channel.
    n_channels : channels in all.
    n_unknown : days with an order of which no channel is known.
    n_order_days : days with an order in all.
    outcome_days : an outcome counts in (day, day + outcome_days].
    share : share of the customers that were looked at; 1 where all were.
    """

    each: tuple[Adoption, ...]
    base: str
    n_channels: int
    n_unknown: int
    n_order_days: int
    outcome_days: int
    share: float = 1.0


def read_adoptions(
    engine: Engine,
    *,
    outcome_days: int,
    observation_end: dt.date,
    margin_rate: float,
    tables: Columns,
    seed: int,
    most: int = MOST_OCCASIONS,
) -> Adoptions:
    """List for each channel the orders at which a customer could take it up.

    The base is the channel in which most customers made their first order. Another one is taken up at the first order
    in it by somebody who had ordered before, and never in it. Orders of such customers that were made elsewhere, while
    the channel could be taken up (from the day on which somebody first did to that on which somebody last did), are
    held against them: also those of customers who take it up later, but not those with which another channel was taken
    up, for that one's doing would stand on this side only. Nobody has to come back in order to count.

    Parameters
    ----------
    tables : the study's tables, each with its columns.
    seed : of the lot that picks customers where there are more than `most` occasions. All orders of a customer are
        looked at, or none, so what is found has the error of a smaller study and nothing else.
    """
    columns = tables["orders"]
    (n_order_days,) = engine.row("SELECT COUNT(*) FROM sales WHERE n_orders > 0")
    if "channel" not in columns:
        return Adoptions((), "", 0, int(n_order_days), int(n_order_days), outcome_days)
    list_channel_orders(engine, columns)
    engine.run(fill(_FIRST, firsts=_FIRSTS, bought=CHANNEL_ORDERS))
    found = engine.rows(fill(_COUNT, firsts=_FIRSTS))
    (known,) = engine.row(fill("SELECT COUNT(*) FROM (SELECT DISTINCT customer_id, day FROM {bought}) AS b",
                               bought=CHANNEL_ORDERS))  # fmt: skip
    n_unknown = int(n_order_days) - int(known)
    if not found:
        return Adoptions((), "", 0, n_unknown, int(n_order_days), outcome_days)
    base = min(found, key=lambda row: (-row[1], row[0]))[0]
    others = sorted((row for row in found if row[0] != base and row[2]), key=lambda row: (-row[2], row[0]))
    others = others[:MOST_CHANNELS]
    last = (observation_end - EPOCH).days - outcome_days
    wanted = [_Channel(str(r[0]), int(r[3]), int(r[4])) for r in others if r[2] >= LEAST_ADOPTERS]
    frames, share = dict[str, pd.DataFrame](), 1.0
    if wanted:
        share, index = _list_orders(engine, [*wanted, _Channel(str(base), 0, 0)], seed, most)
        tie_gestures(engine, tables.get("gestures", frozenset()), columns)
        history = read_history(
            Timeline(engine, index), outcome_days=outcome_days, margin_rate=margin_rate, tables=tables
        )
        rows = engine.frame(fill("SELECT * FROM {index} ORDER BY customer_id, day", index=index))
        rows["customer_id"] = rows["customer_id"].astype("str")
        frame = rows.merge(history, on=_KEY, how="left", validate="one_to_one")
        frames = _by_channel(frame, wanted, str(base), last)
    each = tuple(
        Adoption(
            str(channel), int(adopted), int(born), _usage(engine, str(channel), last),
            frames.get(str(channel), pd.DataFrame()),
        )
        for channel, born, adopted, _, _ in others
    )  # fmt: skip
    return Adoptions(each, str(base), len(found), n_unknown, int(n_order_days), outcome_days, share)


@dataclass(frozen=True)
class _Channel:
    """A channel, and the first and the last day on which somebody took it up."""

    name: str
    opens: int
    closes: int


def _list_orders(engine: Engine, channels: Sequence[_Channel], seed: int, most: int) -> tuple[float, str]:
    """Make a table of the orders, with the first day in each of the channels; return the customers' share, its name."""
    pivot = ", ".join(f"MIN(CASE WHEN channel = ? THEN day END) AS first_{i}" for i in range(len(channels)))
    names: list[Value] = [channel.name for channel in channels]
    opens = min(channel.opens for channel in channels if channel.closes)
    taken = ", ".join(f"p.first_{i}" for i in range(len(channels)))
    engine.run(
        fill(_RISK, index=_INDEX, firsts=_FIRSTS, bought=CHANNEL_ORDERS, pivot=pivot, taken=taken, opens=str(opens)),
        names,
    )
    counts = engine.rows(
        fill("SELECT customer_id, COUNT(*) FROM {index} GROUP BY customer_id ORDER BY customer_id", index=_INDEX)
    )
    if sum(n for _, n in counts) <= most:
        return 1.0, _INDEX
    drawn = np.random.default_rng(seed).permutation(len(counts))
    upto = int(np.searchsorted(np.cumsum([counts[i][1] for i in drawn]), most, side="right"))
    picked = sorted(counts[i][0] for i in drawn[: max(upto, 1)])
    engine.take(_LOOKED_AT, {"customer_id": picked}, {"customer_id": "string"})
    engine.run(fill(_PICK, to=_PICKED, index=_INDEX, picked=_LOOKED_AT))
    return len(picked) / len(counts), _PICKED


def _by_channel(frame: pd.DataFrame, channels: Sequence[_Channel], base: str, last: int) -> dict[str, pd.DataFrame]:
    """Return the orders that tell of each channel; day `last` is the last one that can be followed."""
    day = frame["day"].to_numpy(np.int64)
    names = [*(channel.name for channel in channels), base]
    firsts = [frame.pop(f"first_{i}").to_numpy(np.float64, na_value=np.inf) for i in range(len(names))]
    is_known = frame.pop("is_known").to_numpy(np.int64) > 0
    first_day = day - frame["tenure_days"].to_numpy(np.int64)
    n_new = np.sum([first == day for first in firsts], axis=0)
    frame = frame.assign(**{f"{USED}{name}": first < day for name, first in zip(names, firsts, strict=True)})
    found = {}
    for channel, up in zip(channels, firsts[:-1], strict=True):
        mine = (up > first_day) & (day >= channel.opens)
        is_only_new = n_new == (up == day)
        at_risk = (day <= np.minimum(up, channel.closes)) & is_known & is_only_new
        found[channel.name] = frame[mine].reset_index(drop=True).assign(
            taken_up_on=up[mine], at_risk=at_risk[mine], treated=(day == up)[mine], is_followed=(day <= last)[mine]
        )  # fmt: skip
    return found


def _usage(engine: Engine, channel: str, last: int) -> pd.DataFrame:
    """Count the purchases after day `last` of those who had taken a channel up by then, and of those who had not."""
    found = engine.frame(fill(_USAGE, firsts=_FIRSTS, last=str(last)), [channel])
    counted: NDArray[np.int64] = found["customers"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "is_user": found["is_user"].to_numpy(np.int64) > 0,
            "purchases": found["purchases"].to_numpy(np.int64),
            "customers": counted,
        }
    )


_FIRST = """
CREATE OR REPLACE TABLE {firsts} AS
SELECT c.customer_id, c.channel, c.day, f.first_day FROM (
  SELECT customer_id, channel, MIN(day) AS day FROM {bought} GROUP BY customer_id, channel
) AS c JOIN (
  SELECT customer_id, MIN(day) AS first_day FROM sales WHERE n_orders > 0 GROUP BY customer_id
) AS f ON f.customer_id = c.customer_id
"""
_COUNT = """
SELECT channel, COUNT(CASE WHEN day = first_day THEN 1 END) AS born, COUNT(CASE WHEN day > first_day THEN 1 END) AS n,
  MIN(CASE WHEN day > first_day THEN day END) AS opens, MAX(CASE WHEN day > first_day THEN day END) AS closes
FROM {firsts} GROUP BY channel ORDER BY channel
"""
_RISK = """
CREATE OR REPLACE TABLE {index} AS
SELECT f.customer_id, CAST(f.day AS BIGINT) AS day, CASE WHEN b.customer_id IS NULL THEN 0 ELSE 1 END AS is_known,
  f.channels_so_far, {!taken}
FROM (
  SELECT s.customer_id, s.day, s.first_day, COUNT(c.channel) AS channels_so_far
  FROM sales AS s LEFT JOIN {firsts} AS c ON c.customer_id = s.customer_id AND c.day < s.day
  WHERE s.n_orders > 0 AND s.day > s.first_day GROUP BY s.customer_id, s.day, s.first_day
) AS f
LEFT JOIN (SELECT customer_id AS who, {!pivot} FROM {firsts} GROUP BY customer_id) AS p ON p.who = f.customer_id
LEFT JOIN (SELECT DISTINCT customer_id, day FROM {bought}) AS b ON b.customer_id = f.customer_id AND b.day = f.day
WHERE f.day >= {!opens}
"""
_PICK = (
    "CREATE OR REPLACE TABLE {to} AS SELECT i.* FROM {index} AS i JOIN {picked} AS p ON p.customer_id = i.customer_id"
)
_USAGE = """
SELECT is_user, purchases, COUNT(*) AS customers FROM (
  SELECT s.customer_id, MAX(CASE WHEN c.day <= {!last} THEN 1 ELSE 0 END) AS is_user,
    COUNT(CASE WHEN s.day > {!last} THEN 1 END) AS purchases
  FROM sales AS s LEFT JOIN {firsts} AS c ON c.customer_id = s.customer_id AND c.channel = ?
  WHERE s.n_orders > 0 AND s.first_day <= {!last} AND (c.day IS NULL OR c.day > s.first_day)
  GROUP BY s.customer_id
) AS u GROUP BY is_user, purchases ORDER BY is_user, purchases
"""
