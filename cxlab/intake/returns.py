"""What was given back: how much of the revenue, and which of the customer's earlier orders each return belongs to."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.engine import Engine, fill
from cxlab.estimate import Estimate
from cxlab.intake.cycle import whole_days
from cxlab.intake.hiding import to_hide
from cxlab.intake.sales import DAYS, LINES, RETURN_LINES
from cxlab.language import tr, trn
from cxlab.words import capital, count, money, number, percent_of

HOW = ("number", "amount", "part", "other", "none")
"""How a return's purchase is found, best first; for the last two it is not."""
FOUND = HOW[:3]


@dataclass(frozen=True)
class Returns:
    """What was given back, by how its purchase was found.

    Attributes
    ----------
    table : one row a way (those of `HOW`): how, lines (of the order files), customers, value (units of currency, >= 0),
        median_days (from the purchase to the return; NaN where it was not found).
    sold : revenue before anything was given back, in units of currency.
    n_customers : who gave something back.
    n_only : of these, who never bought within the data; they are no buyers.
    n_negative : of these, who bought, and gave back more than they bought.
    median_days : of all lines whose purchase was found; None where none was.
    currency, minimum_group : of the study.
    is_empty : whether the study brings no orders.
    """

    table: pd.DataFrame
    sold: float
    n_customers: int = 0
    n_only: int = 0
    n_negative: int = 0
    median_days: float | None = None
    currency: str = "EUR"
    minimum_group: int = 5
    is_empty: bool = False

    @property
    def n(self) -> int:
        """Lines that are returns."""
        return int(self.table["lines"].sum())

    @property
    def value(self) -> float:
        """All that was given back, in units of currency, >= 0."""
        return float(self.table["value"].sum())

    @property
    def is_hidden(self) -> bool:
        """Whether so few customers gave something back that a page does not say how much."""
        return 0 < self.n_customers < self.minimum_group

    @property
    def share(self) -> float | None:
        """Share of the revenue that was given back; None where nothing was sold for money."""
        return self.value / self.sold if self.sold > 0 else None

    @property
    def n_found(self) -> int:
        """Lines whose purchase was found."""
        return int(self.table.loc[self.table["how"].isin(FOUND), "lines"].sum())

    @property
    def reading(self) -> str:
        """What was given back, what that leaves, and how much of it goes with an earlier order."""
        if not self.n:
            if self.sold:
                return tr("No line of the orders is a return, so nothing is taken off the revenue.")
            return tr("The study brings no orders, so nothing can have been given back.")
        if self.is_hidden:
            return tr(
                "{people} gave something back: too few to say here how much. The table returns has the sums.{buyers}",
                people=capital(self._people(self.n_customers)),
                buyers=self._buyers(),
            )
        share = "" if self.share is None else tr(", {share} of it", share=percent_of(self.value, self.sold, 1))
        taken = trn(
            "Before returns the revenue is {sold}. {lines} of {people} takes {value} back{share}, and {left} is left.",
            "Before returns the revenue is {sold}. {lines} of {people} take {value} back{share}, and {left} is left.",
            self.n, sold=self._money(self.sold), lines=count(self.n, "return line"),
            people=self._people(self.n_customers), value=self._money(self.value), share=share,
            left=self._money(self.sold - self.value),
        )  # fmt: skip
        return f"{taken} {self._matched()}{self._buyers()}"

    def _buyers(self) -> str:
        """Say who is no buyer, or brought less than nothing; empty where nobody is or did."""
        text = ""
        if self.n_only:
            text += tr(
                " {people} only gave back, never bought, and count as no buyers.",
                people=capital(self._people(self.n_only)),
            )
        if self.n_negative:
            text += tr(" {people} gave back more than they bought.", people=capital(self._people(self.n_negative)))
        return text

    def _matched(self) -> str:
        """Say for how many a purchase was found, how long after it they came, and why not for the others."""
        if not self.n_found:
            return tr("No earlier purchase fits any of them.")
        assert self.median_days is not None
        within = (
            tr("on the day of the purchase")
            if self.median_days <= 0
            else tr("within {days}", days=whole_days(self.median_days))
        )
        if self.n_found == self.n:
            return tr("A purchase was found for each of them; half came back {within}.", within=within)
        if not self._may_tell(FOUND):
            some = tr("most") if 2 * self.n_found > self.n else tr("some")
            return tr(
                "A purchase was found for {some} of them; too few customers stand behind the rest to say more.",
                some=some,
            )
        ways = self.table.set_index("how")
        unknown, lost = float(ways["value"][list(HOW[3:])].sum()), int(ways["lines"].to_numpy()[HOW.index("none")])
        value = tr(" ({share} of the value)", share=percent_of(unknown, self.value, 1)) if self.value else ""
        told = lost and self._may_tell(("none",))
        before = tr("; for {lost} of them the data hold no earlier order at all", lost=number(lost)) if told else ""
        return tr(
            "A purchase was found for {n_found} of them; half of these came back {within}. The "
            "others{value} fit nothing that the customer had bought before{before}.",
            n_found=number(self.n_found),
            within=within,
            value=value,
            before=before,
        )

    @property
    def hidden(self) -> frozenset[str]:
        """Ways of which a page says neither lines nor value: of too few customers, or giving such a one away."""
        hide = to_hide(self.table["customers"].tolist(), self.minimum_group, apart=False)
        return frozenset(self.table["how"][hide])

    def _may_tell(self, ways: Collection[str]) -> bool:
        """Whether a page may say the sum of these ways: it parts none that is hidden from the others that are."""
        return self.hidden.issubset(ways) or self.hidden.isdisjoint(ways)

    @property
    def heading(self) -> str:
        """How much of the revenue was given back, in a few words."""
        if not self.n:
            return tr("There are no orders to give back") if self.is_empty else tr("Nothing was given back")
        if self.is_hidden:
            return tr("A few customers gave something back")
        if self.share is None:
            return tr("{money} was given back", money=self._money(self.value))
        return tr("{share} of the revenue was given back", share=percent_of(self.value, self.sold, 1))

    @property
    def findings(self) -> dict[str, Estimate]:
        """Shares of what lies in the data: counts, nothing is estimated."""
        if not self.n:
            return {}
        found = {"returns.matched_share": Estimate(self.n_found / self.n, n=self.n, unit="share of return lines")}
        if self.share is not None:
            found["returns.share_of_revenue"] = Estimate(self.share, n=self.n, unit="share of revenue")
        return found

    def _money(self, amount: float) -> str:
        return money(amount, self.currency, 0 if abs(amount) >= 1000 else 2)

    def _people(self, n: int) -> str:
        return tr("under {n} customers", n=self.minimum_group) if n < self.minimum_group else count(n, "customer")


def empty_returns() -> Returns:
    """Return the returns of a study without orders."""
    return Returns(_by_way([]), 0.0, is_empty=True)


def match_returns(engine: Engine) -> None:
    """Put each returned line into the table `return_lines`, with the purchase that it belongs to, where one fits.

    That is done once, when it is first asked for: nothing but the account of the returns needs it. The table has
    customer_id, day (of the return), revenue (cents given back, >= 0), how (one of `HOW`) and waited (days since the
    purchase; NULL where it was not found).

    Notes
    -----
    A purchase is never later than the return. A return belongs to the order whose number it carries (`number`); else to
    the customer's latest purchase line of the same amount that was not given back yet (`amount`); else to the latest
    line at the same price per piece, of at least as many pieces, that was not given back whole (`part`); where nothing
    fits, there is some earlier order (`other`) or none at all (`none`). Lines of an order that a return names are not
    matched to other returns.

    The latest, not the oldest: a return mostly follows soon. On Online Retail, whose lines name their products, the
    latest line of an amount is that of the returned product more often than the oldest one, and the median wait comes
    out as it is by the product: 7 days, against 35.

    How the latest one that is left is found without a loop: purchases of one amount are put on a pile and returns take
    the top one off. The height of the pile is the running sum of +1 and -1, less its running minimum where that is
    below zero; a return takes off what was put last onto the same height.
    """
    if engine.has(RETURN_LINES):
        return
    (n,) = engine.row(fill("SELECT COUNT(*) FROM {days} WHERE is_return", days=DAYS))
    if not n:
        engine.run(fill(_NOTHING, made=RETURN_LINES, days=DAYS))
        return
    engine.run(fill(_RETURNS, returned=_RETURNED, lines=LINES))
    engine.run(fill(_MATCH, made=RETURN_LINES, returned=_RETURNED, lines=LINES, days=DAYS))
    engine.run(fill("DROP TABLE {returned}", returned=_RETURNED))


def count_returns(engine: Engine, *, currency: str, minimum_group: int) -> Returns:
    """Sum what was given back, from the tables `days` and `return_lines`.

    Parameters
    ----------
    currency, minimum_group : of the study.
    """
    match_returns(engine)
    (sold,) = engine.row("SELECT CAST(COALESCE(SUM(revenue), 0) AS BIGINT) FROM sales")
    ways = engine.rows(
        "SELECT how, COUNT(*), COUNT(DISTINCT customer_id), CAST(SUM(revenue) AS BIGINT), "
        "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY waited) FROM return_lines GROUP BY how ORDER BY how"
    )
    table = _by_way(ways)
    if not ways:
        return Returns(table, sold / 100, currency=currency, minimum_group=minimum_group)
    n_customers, median = engine.row(
        "SELECT COUNT(DISTINCT customer_id), PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY waited) FROM return_lines"
    )
    n_only, n_negative = engine.row(
        "SELECT COUNT(CASE WHEN bought = 0 THEN 1 END), COUNT(CASE WHEN bought > 0 AND left_over < 0 THEN 1 END) FROM ("
        "SELECT customer_id, MAX(n_orders) AS bought, "
        "SUM(CASE WHEN is_return THEN -revenue ELSE revenue END) AS left_over FROM days GROUP BY customer_id) AS c"
    )
    return Returns(table, sold / 100, n_customers, n_only, n_negative, median, currency, minimum_group)


def _by_way(ways: list[tuple[str, int, int, int, float | None]]) -> pd.DataFrame:
    found = {how: rest for how, *rest in ways}
    lines, customers, cents, median = zip(*(found.get(how, [0, 0, 0, None]) for how in HOW), strict=True)
    return pd.DataFrame(
        {
            "how": list(HOW),
            "lines": np.array(lines, dtype=np.int64),
            "customers": np.array(customers, dtype=np.int64),
            "value": np.array(cents, dtype=np.int64) / 100,
            "median_days": np.array(median, dtype=np.float64),
        }
    )


_RETURNED = "returned_lines"
_LINE = (
    "customer_id, order_id, day, revenue, pieces, "
    "CAST(ROUND(CAST(revenue AS DOUBLE) / NULLIF(pieces, 0)) AS BIGINT) AS price FROM {lines}"
)
_RETURNS = f"CREATE OR REPLACE TABLE {{returned}} AS SELECT {_LINE} WHERE is_return"
_NOTHING = (
    "CREATE OR REPLACE TABLE {made} AS SELECT customer_id, day, revenue, CAST(NULL AS VARCHAR) AS how, day AS waited "
    "FROM {days} WHERE FALSE"
)
_MATCH = f"""
CREATE OR REPLACE TABLE {{made}} AS
WITH bought AS (
  SELECT * FROM (
    SELECT {_LINE} WHERE NOT is_return AND customer_id IN (SELECT customer_id FROM {{returned}})
  ) AS l
  WHERE EXISTS (SELECT 1 FROM {{returned}} AS r WHERE r.customer_id = l.customer_id AND r.revenue = l.revenue)
    OR EXISTS (SELECT 1 FROM {{returned}} AS r WHERE r.customer_id = l.customer_id AND r.price = l.price)
), numbered AS (
  SELECT customer_id, order_id, MIN(day) AS order_day FROM {{lines}} WHERE NOT is_return
    AND order_id IN (SELECT order_id FROM {{returned}} WHERE order_id IS NOT NULL) GROUP BY customer_id, order_id
), named AS (
  SELECT r.*, n.order_day, COALESCE(n.order_day <= r.day, FALSE) AS is_named FROM {{returned}} AS r
  LEFT JOIN numbered AS n ON n.customer_id = r.customer_id AND n.order_id = r.order_id
), lines AS (
  SELECT customer_id, order_id, day, revenue, pieces, price, TRUE AS is_return FROM named WHERE NOT is_named
  UNION ALL
  SELECT customer_id, order_id, day, revenue, pieces, price, FALSE AS is_return FROM bought AS b WHERE NOT EXISTS (
    SELECT 1 FROM named AS n WHERE n.is_named AND n.customer_id = b.customer_id AND n.order_id = b.order_id
  )
), placed AS (
  SELECT *, ROW_NUMBER() OVER (
    PARTITION BY customer_id, revenue ORDER BY day, is_return, price, pieces, order_id
  ) AS place FROM lines
), summed AS (
  SELECT *, SUM(CASE WHEN is_return THEN -1 ELSE 1 END) OVER (
    PARTITION BY customer_id, revenue ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS total FROM placed
), piled AS (
  SELECT *, total - LEAST(0, MIN(total) OVER (
    PARTITION BY customer_id, revenue ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )) AS pile FROM summed
), levelled AS (
  SELECT *, CASE WHEN is_return THEN COALESCE(LAG(pile) OVER (PARTITION BY customer_id, revenue ORDER BY place), 0)
    ELSE pile END AS level FROM piled
), taken AS (
  SELECT *, CASE WHEN is_return AND level > 0 THEN LAG(day) OVER one_level END AS bought_day,
    COALESCE(LEAD(is_return) OVER one_level, FALSE) AS given_back
  FROM levelled WINDOW one_level AS (PARTITION BY customer_id, revenue, level ORDER BY place)
), parts AS (
  SELECT r.customer_id, r.price, r.pieces, r.day, MAX(b.day) AS bought_day FROM (
    SELECT DISTINCT customer_id, price, pieces, day FROM taken WHERE is_return AND level = 0 AND price > 0
  ) AS r JOIN taken AS b
    ON b.customer_id = r.customer_id AND b.price = r.price AND b.pieces >= r.pieces AND b.day <= r.day
  WHERE NOT b.is_return AND NOT b.given_back GROUP BY r.customer_id, r.price, r.pieces, r.day
), firsts AS (
  SELECT customer_id, MIN(day) AS first_day FROM {{days}} WHERE NOT is_return GROUP BY customer_id
)
SELECT customer_id, day, revenue, 'number' AS how, day - order_day AS waited FROM named WHERE is_named
UNION ALL
SELECT t.customer_id, t.day, t.revenue,
  CASE WHEN t.level > 0 THEN 'amount' WHEN p.bought_day IS NOT NULL THEN 'part'
    WHEN f.first_day <= t.day THEN 'other' ELSE 'none' END AS how,
  t.day - COALESCE(t.bought_day, p.bought_day) AS waited
FROM taken AS t
LEFT JOIN parts AS p
  ON p.customer_id = t.customer_id AND p.price = t.price AND p.pieces = t.pieces AND p.day = t.day AND t.level = 0
LEFT JOIN firsts AS f ON f.customer_id = t.customer_id
WHERE t.is_return
"""  # noqa: S608
