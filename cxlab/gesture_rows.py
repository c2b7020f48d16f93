"""From a study's tables to the rows on which the effect of gestures rests."""

from collections.abc import Callable

from cxlab.customers import Customers
from cxlab.errors import MissingDataError
from cxlab.gestures.data import GestureData
from cxlab.gestures.sample import Sample, SegmentLines, chosen_sample, outcome_sample, trial_samples
from cxlab.intake import Intake
from cxlab.language import tr, trn
from cxlab.occasions import Occasions, Ties, order_occasions, outcome_rows, tie_gestures, trial_rows
from cxlab.parameters import Parameters
from cxlab.policy import Candidates, read_candidates
from cxlab.segments import Segments, assign_segments
from cxlab.study import Study
from cxlab.words import count, number


def read_gestures(
    study: Study,
    parameters: Parameters,
    intake: Intake,
    customers: Customers | None,
    chosen: Callable[[], Occasions | None],
) -> GestureData:
    """Read the rows of every trial and of the gestures that were chosen.

    Parameters
    ----------
    customers : one row a customer, by which the lines of the segments are drawn; None: the study has no orders.
    chosen : gives what `read_occasions` does.

    Raises
    ------
    MissingDataError : the study records no gesture.
    """
    if "outcomes" in intake.tables:
        return _of_outcomes(study, intake)
    if customers is None or not {"assignments", "gestures"} & intake.tables.keys():
        raise MissingDataError(
            tr(
                "the study records no gesture: bring the assignments (customer_id, assigned_at, arm) of "
                "a trial drawn by lot, or gestures (customer_id, given_at) as they were given, and this "
                "page tells what a gesture brings, for whom, and whether it pays"
            )
        )
    lines = _lines(parameters, customers)
    columns = {name: table.columns for name, table in intake.tables.items()}
    tie_gestures(intake.engine, columns.get("gestures", frozenset()), columns["orders"])
    samples: list[Sample] = []
    words: list[str] = []
    if "assignments" in intake.tables:
        source = study.sources.assignments
        assert source is not None
        assigned = trial_rows(
            intake.engine, columns=columns["assignments"], outcome_days=parameters.outcome_days,
            observation_end=customers.observation_end, margin_rate=parameters.margin_rate, tables=columns,
        )  # fmt: skip
        found = trial_samples(
            assigned,
            control=source.control,
            allocation=source.allocation,
            lines=lines,
            gesture_cost=parameters.gesture_cost,
            is_whole=not any(
                reject.column == "assigned_at" and reject.outside_limit
                for reject in intake.tables["assignments"].rejects
            ),
        )
        samples += found
        words += [assigned.reading] * len(found)
    occasions = chosen() if "gestures" in intake.tables else None
    if occasions is not None and (occasions.frame["treated"].any() or not samples):
        samples.append(chosen_sample(occasions, lines, parameters.gesture_cost))
        words.append(occasions.reading)
    return GestureData(
        tuple(samples), parameters.outcome_days, study.currency, study.privacy.minimum_group, tuple(words)
    )


def read_occasions(
    study: Study, parameters: Parameters, intake: Intake, customers: Customers | None
) -> Occasions | None:
    """Read the orders at which the shop chose to give a gesture or not; None where the study has no such gestures.

    Parameters
    ----------
    customers : one row a customer; None: the study has no orders.
    """
    if customers is None or "gestures" not in intake.tables or "outcomes" in intake.tables:
        return None
    ties = tie_gestures(intake.engine, intake.tables["gestures"].columns, intake.tables["orders"].columns)
    return _occasions(study, parameters, intake, customers, ties)


def find_candidates(
    study: Study, parameters: Parameters, intake: Intake, customers: Customers | None, *, rows: str
) -> Candidates | None:
    """Find who could get the next gesture; None where the study does not name its customers.

    Parameters
    ----------
    rows : "customer", for a gesture that was drawn by customer: they stand as of the day after the observation; or
        "order", for gestures that came with orders: as they stood before their last one. Of a table of outcomes, its
        own customers.
    """
    if "outcomes" in intake.tables:
        source = study.sources.outcomes
        assert source is not None
        found = outcome_rows(intake.engine, intake.tables["outcomes"], source)
        if "customer_id" not in found.frame:
            return None
        named = found.frame["customer_id"]
        first = (found.frame["customer_id"].notna() & ~named.duplicated()).to_numpy()
        known = found.covariates[first].reset_index(drop=True)
        return Candidates(named[first].to_numpy(object), known, None, None)
    if customers is None:
        return None
    tie_gestures(
        intake.engine,
        intake.tables["gestures"].columns if "gestures" in intake.tables else frozenset(),
        intake.tables["orders"].columns,
    )
    return read_candidates(
        intake.engine, when="today" if rows == "customer" else "last order", outcome_days=parameters.outcome_days,
        observation_end=customers.observation_end, margin_rate=parameters.margin_rate, tables=set(intake.tables),
        lines=_lines(parameters, customers),
    )  # fmt: skip


def _occasions(study: Study, parameters: Parameters, intake: Intake, customers: Customers, ties: Ties) -> Occasions:
    return order_occasions(
        intake.engine, outcome_days=parameters.outcome_days, observation_end=customers.observation_end,
        margin_rate=parameters.margin_rate, ties=ties,
        tables={name: table.columns for name, table in intake.tables.items()}, seed=parameters.seed,
        minimum_group=study.privacy.minimum_group,
    )  # fmt: skip


def _of_outcomes(study: Study, intake: Intake) -> GestureData:
    source = study.sources.outcomes
    assert source is not None
    rows = outcome_rows(intake.engine, intake.tables["outcomes"], source)
    noun = source.columns.get("outcome", "outcome")
    sample = outcome_sample(
        rows, source.design, noun, control=source.control, allocation=source.allocation,
        minimum_group=study.privacy.minimum_group,
    )  # fmt: skip
    known = len(rows.covariates.columns)
    words = tr(
        "{customers}, one row each, with {columns} of what was known of them before.",
        customers=count(rows.n, "customer"),
        columns=count(known, "column"),
    )
    if "contribution" in rows.frame and (unknown := int(rows.frame["contribution"].isna().sum())):
        words += " " + trn(
            "{n} row without a contribution is left out of the money.",
            "{n} rows without a contribution are left out of the money.",
            unknown,
            n=number(unknown),
        )
    return GestureData((sample,), None, study.currency, study.privacy.minimum_group, (words,))


def _lines(parameters: Parameters, customers: Customers) -> SegmentLines:
    """Draw the lines of the segments as the report on them does, for customers as they stood before an occasion."""
    segments: Segments = assign_segments(
        customers,
        active_days=parameters.active_days,
        profitability=parameters.profitability,
        min_profit=parameters.min_profit,
    )
    return SegmentLines(segments.active_days, None if segments.profitability == "median" else segments.threshold)
