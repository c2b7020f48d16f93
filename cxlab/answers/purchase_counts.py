"""What is known of repeat purchases without any model: facts for an answer that has no forecast."""

from cxlab.blocks import Fact
from cxlab.cohorts import RepeatRates, Retention
from cxlab.cohorts.joining import life_of
from cxlab.estimate import Estimate
from cxlab.purchases import RepeatCounts
from cxlab.words import count, day, percent, percent_between


def what_is_known(
    counts: RepeatCounts | None, cohorts: Retention | None, rates: RepeatRates | None
) -> tuple[Fact, ...]:
    """Gather who came back so far, by three ways of counting, each where it tells of no few customers."""
    found = []
    if counts:
        found.append(_so_far(counts))
    if cohorts and cohorts.course and cohorts.is_told(cohorts.course[0]):
        first, length = cohorts.course[0], cohorts.joining.length_days
        unit = f"of new customers bought again in {life_of(1, length)}"
        found.append(_fact("Soon after the first order", first, unit))
    if rates and rates.told.any() and rates.told[0]:
        unit = f"came for a second purchase within {count(rates.within_days, 'day')}"
        found.append(_fact("Purchase by purchase", rates.rates[0], unit))
    return tuple(found)


def _so_far(counts: RepeatCounts) -> Fact:
    label, until = "How many came back", f"by {day(counts.calibration_end)}"
    if counts.n_repeaters in (0, counts.n):
        return Fact(label, "All" if counts.n_repeaters else "None", f"From {count(counts.n, 'customer')}.",
                    unit=f"of the customers came back {until}")  # fmt: skip
    if not counts.is_told:
        return Fact(label, "–", f"{counts.heading} {until}, from {count(counts.n, 'customer')}.")
    return _fact(label, counts.came_back, f"of the customers came back {until}")


def _fact(label: str, share: Estimate, unit: str) -> Fact:
    text = f"95% interval {percent_between(*share.ends)}, from {count(share.n or 0, 'customer')}."
    return Fact(label, percent(share.number), text, unit=unit)
