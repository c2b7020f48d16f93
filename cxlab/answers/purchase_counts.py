"""What is known of repeat purchases without any model: facts for an answer that has no forecast."""

from cxlab.blocks import Fact
from cxlab.cohorts import RepeatRates, Retention
from cxlab.cohorts.joining import life_of
from cxlab.estimate import Estimate
from cxlab.language import tr, trn
from cxlab.phrases import span
from cxlab.purchases import RepeatCounts
from cxlab.words import day, number, percent, percent_between


def what_is_known(
    counts: RepeatCounts | None, cohorts: Retention | None, rates: RepeatRates | None
) -> tuple[Fact, ...]:
    """Gather who came back so far, by three ways of counting, each where it tells of no few customers."""
    found = []
    if counts:
        found.append(_so_far(counts))
    if cohorts and cohorts.course and cohorts.is_told(cohorts.course[0]):
        first, length = cohorts.course[0], cohorts.joining.length_days
        unit = tr("of new customers bought again in {life}", life=life_of(1, length))
        found.append(_fact(tr("Soon after the first order"), first, unit))
    if rates and rates.told.any() and rates.told[0]:
        unit = tr("came for a second purchase within {days}", days=span(rates.within_days))
        found.append(_fact(tr("Purchase by purchase"), rates.rates[0], unit))
    return tuple(found)


def _so_far(counts: RepeatCounts) -> Fact:
    label, cut = tr("How many came back"), day(counts.calibration_end)
    of_all = tr("of the customers came back by {cut}", cut=cut)
    if counts.n_repeaters in (0, counts.n):
        every = tr("All") if counts.n_repeaters else tr("None")
        return Fact(label, every, tr("From {customers}.", customers=from_so_many(counts.n)), unit=of_all)
    if not counts.is_told:
        text = tr(
            "{heading} by {cut}, from {customers}.", heading=counts.heading, cut=cut, customers=from_so_many(counts.n)
        )
        return Fact(label, "–", text)
    return _fact(label, counts.came_back, of_all)


def from_so_many(n: int) -> str:
    """Write the number of customers that a figure is from: in Finnish a case of its own.

    Examples
    --------
    >>> from_so_many(2357)
    '2,357 customers'
    """
    return trn("{of_all} customer", "{of_all} customers", n, of_all=number(n))


def _fact(label: str, share: Estimate, unit: str) -> Fact:
    text = tr(
        "95% interval {interval}, from {customers}.",
        interval=percent_between(*share.ends),
        customers=from_so_many(share.n or 0),
    )
    return Fact(label, percent(share.number), text, unit=unit)
