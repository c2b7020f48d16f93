"""From a study's tables to the answers on which the drivers of repeat purchase rest."""

from cxlab.customers import Customers
from cxlab.followed import Followed, follow_answers
from cxlab.gesture_rows import lines_of
from cxlab.gestures.sample import segments_before
from cxlab.intake import Intake
from cxlab.parameters import Parameters
from cxlab.study import Study


def read_followed(study: Study, parameters: Parameters, intake: Intake, customers: Customers | None) -> Followed | None:
    """Follow every answer of a study for its `outcome_days`, by segments as of before the answer.

    Parameters
    ----------
    customers : one row a customer, by which the lines of the segments are drawn; None: the study has no orders.

    Returns
    -------
    None where nobody was asked, where the study tags no drivers, or where it has no orders.
    """
    if customers is None or "feedback" not in intake.tables or not study.drivers:
        return None
    followed = follow_answers(
        intake.engine, study.drivers, tables={name: table.columns for name, table in intake.tables.items()},
        observation_end=customers.observation_end, outcome_days=parameters.outcome_days,
        margin_rate=parameters.margin_rate,
    )  # fmt: skip
    return followed.in_segments(segments_before(followed.frame, lines_of(parameters, customers)))
