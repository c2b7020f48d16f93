"""Steps of visits that the study gives in another order than the one in which sessions meet them."""

from collections.abc import Set as AbstractSet

from cxlab.engine import Engine, fill
from cxlab.errors import did_you_mean
from cxlab.intake.places import SourceError
from cxlab.study import Events, Study
from cxlab.words import number

_LEAST, _MOST = 10, 0.5
"""So many sessions with both of two steps, and this share of them in the other order, and the order is at fault."""


def check_steps(engine: Engine, study: Study, source: Events) -> None:
    """See that the steps which the study names are there, and run in the order in which sessions meet them.

    Raises
    ------
    SourceError : none of the steps is there, or not the purchase; or most sessions with two neighbouring steps met the
        later one before the earlier one.
    """
    met = {step for (step,) in engine.rows("SELECT DISTINCT step FROM events ORDER BY step")}
    steps = [step for step in source.steps or () if step in met]
    if met and source.steps and not steps:
        place = study.place("sources", "events", "steps")
        raise SourceError(f"{place}: no record of events has one of these steps{_near(source.steps[0], met)}")
    if source.purchase and source.steps is None and not met.issuperset(source.purchase):
        lacking = next(step for step in source.purchase if step not in met)
        place = study.place("sources", "events", "purchase")
        raise SourceError(f"{place}: no record of events has the step `{lacking}`{_near(lacking, met)}")
    if len(steps) < 2:
        return
    firsts = ", ".join(f"MIN(CASE WHEN step = ? THEN occurred_at END) AS own{k}" for k in range(len(steps)))
    pairs = range(len(steps) - 1)
    wanted = [
        *(f"COUNT(CASE WHEN own{k + 1} < own{k} THEN 1 END)" for k in pairs),
        *(f"COUNT(CASE WHEN own{k} IS NOT NULL AND own{k + 1} IS NOT NULL THEN 1 END)" for k in pairs),
    ]
    sql = "SELECT {!wanted} FROM (SELECT session_id, {!firsts} FROM events GROUP BY session_id) AS s"
    told = engine.row(fill(sql, wanted=", ".join(wanted), firsts=firsts), steps)
    for k in pairs:
        back, both = int(told[k]), int(told[len(pairs) + k])
        if both >= _LEAST and back > _MOST * both:
            raise SourceError(
                f"{study.place('sources', 'events', 'steps')}: `{steps[k]}` stands before `{steps[k + 1]}`, but "
                f"{number(back)} of {number(both)} sessions with both met `{steps[k + 1]}` first: put the steps in "
                "the order in which they happen, or leave `steps` out"
            )


def _near(step: str, met: AbstractSet[str]) -> str:
    return did_you_mean(step, met) or "; there are " + ", ".join(f"`{name}`" for name in sorted(met)[:10])
