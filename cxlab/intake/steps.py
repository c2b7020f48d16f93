"""Steps of visits that the study gives in another order than the one in which sessions meet them."""

from cxlab.engine import Engine, fill
from cxlab.intake.places import SourceError
from cxlab.study import Events, Study
from cxlab.words import number

_LEAST, _MOST = 10, 0.5
"""So many sessions with both of two steps, and this share of them in the other order, and the order is at fault."""


def check_steps(engine: Engine, study: Study, source: Events) -> None:
    """See that the steps which the study names run in the order in which sessions meet them.

    Raises
    ------
    SourceError : most sessions with two neighbouring steps met the later one before the earlier one.
    """
    met = {step for (step,) in engine.rows("SELECT DISTINCT step FROM events ORDER BY step")}
    steps = [step for step in source.steps or () if step in met]
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
