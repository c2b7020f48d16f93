"""What `cxlab plan` does: the sizes told, the lot drawn and written, and the lines for `study.yml`."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cxlab.customers import customer_table
from cxlab.engine import Tell
from cxlab.intake import read_study
from cxlab.parameters import Parameters
from cxlab.plan import (
    CONTROL,
    LEAST,
    NAMED,
    Draw,
    NextTrial,
    PlanError,
    TrialDesign,
    arms_so_far,
    assignments_csv,
    draw_arms,
    drawn_before,
    make_design,
    merged_shares,
    read_strata,
    within_budget,
    write_assignments,
)
from cxlab.planning.pool import Eligible, Pool, eligible_customers, read_among
from cxlab.planning.said import Planned
from cxlab.planning.windows import next_trial, trial_of_stores, why_unknown
from cxlab.study import Study

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Wish:
    """What was asked for on the command line, as it was typed.

    Attributes
    ----------
    effect : in percent. arms : names, several with commas between. allocation : as control=1,card=1.
    n, budget : customers in the trial; gestures to give. by : customer or store.
    start : day of the draw, ISO 8601. experiment : name of the trial. out : folder of the file; None: the study's.
    draw : whether to draw and write at all.
    """

    effect: float = 10.0
    power: float = 0.8
    alpha: float = 0.05
    arms: tuple[str, ...] = ()
    control: str | None = None
    allocation: str | None = None
    n: int | None = None
    budget: int | None = None
    among: str = "active"
    strata: str = "segment,purchases"
    by: str = "customer"
    start: dt.date | None = None
    experiment: str | None = None
    out: Path | None = None
    draw: bool = True
    force: bool = False


def run_plan(
    study: Study, parameters: Parameters, wish: Wish, *, allow_outside: bool = False, tell: Tell | None = None
) -> Planned:
    """Read a study and plan its next trial.

    Raises
    ------
    InputError : the study is at fault, or what was asked for cannot be done with it.
    """
    design, among, kinds = design_of(study, wish), read_among(wish.among), read_strata(wish.strata)
    with read_study(study, parameters, allow_outside=allow_outside, tell=tell) as intake:
        if intake.calibration_end is None or intake.observation_end is None:
            raise PlanError("the study brings no orders, by which a trial is planned: add `orders` to its sources")
        customers = customer_table(
            intake.engine, calibration_end=intake.calibration_end, observation_end=intake.observation_end,
            currency=study.currency, margin_rate=parameters.margin_rate,
        )  # fmt: skip
        return plan_study(Pool(study, parameters, intake, customers, among, kinds), wish, design)


def design_of(study: Study, wish: Wish) -> TrialDesign:
    """Read the arms and their shares.

    Raises
    ------
    PlanError : they cannot be as was asked for.
    """
    source = study.sources.assignments
    control = wish.control or (CONTROL if source is None else source.control)
    if source is not None and control != source.control:
        raise PlanError(
            f"--control {control}: the study's trials have the control `{source.control}`, which holds for all of them"
        )
    arms = [arm.strip() for several in wish.arms for arm in several.split(",")]
    shares = None if wish.allocation is None else _shares(wish.allocation)
    return make_design(arms, shares, control=control, power=wish.power, alpha=wish.alpha)


def plan_study(pool: Pool, wish: Wish, design: TrialDesign) -> Planned:
    """Reckon the sizes, draw the lot and write it, as was asked for.

    Raises
    ------
    PlanError : what was asked for cannot be done with this study.
    """
    if not 0 < wish.effect <= 1000:
        raise PlanError(f"--effect is {wish.effect:g}: give percent of the outcome without the gesture, as 10")
    start = wish.start or pool.customers.observation_end + dt.timedelta(days=1)
    experiment = wish.experiment or f"trial-{start}"
    if not _NAME.fullmatch(experiment):
        raise PlanError(f"--experiment `{experiment}`: give it a name of letters, digits, - and _")
    file = (wish.out or pool.study.folder) / f"{NAMED}{experiment}.csv"
    drawn = drawn_before(
        file.parent, day=start, outcome_days=pool.parameters.outcome_days, besides=(file, *pool.intake.files)
    )
    eligible = eligible_customers(pool, start, drawn)
    trial = next_trial(pool, eligible, design)
    if not trial.is_known:
        raise PlanError(": ".join(why_unknown(pool)))
    stores = None
    if wish.by == "store":
        trial, stores = trial_of_stores(pool, trial)
    planned = Planned(pool, eligible, trial, wish.effect / 100, stores=stores)
    return planned if stores or not wish.draw else _drawn(planned, wish, design, experiment, file)


def _drawn(planned: Planned, wish: Wish, design: TrialDesign, experiment: str, file: Path) -> Planned:
    pool, eligible = planned.pool, planned.eligible
    shares = _shares_of_all(pool, design, experiment)
    draw = _draw(eligible, wish, design, planned.trial, experiment, pool.parameters.seed)
    source = pool.study.sources.assignments
    text = assignments_csv(
        draw, start=eligible.start, experiment=experiment, called={} if source is None else source.columns
    )
    write_assignments(file, text, force=wish.force)
    return Planned(
        pool, eligible, planned.trial, planned.effect, draw=draw, file=file, shares=shares,
        experiment=experiment,
    )  # fmt: skip


def _shares_of_all(pool: Pool, design: TrialDesign, experiment: str) -> Mapping[str, Fraction]:
    """Return the shares of this trial and of those before, which stand in one list."""
    source, before = pool.study.sources.assignments, {}
    if source is not None:
        before = arms_so_far(pool.intake.engine, named="experiment" in pool.intake.tables["assignments"].columns)
    if experiment in before:
        raise PlanError(f"--experiment {experiment}: the study has a trial of that name; give this one another")
    return merged_shares(design.shares, source, before)


def _draw(eligible: Eligible, wish: Wish, design: TrialDesign, trial: NextTrial, experiment: str, seed: int) -> Draw:
    if wish.n is not None and wish.budget is not None:
        raise PlanError("--customers and --budget both say how large the trial is: give one of them")
    if wish.n is not None and wish.n > eligible.n:
        raise PlanError(
            f"--customers {wish.n}: {eligible.n} {trial.who} could be drawn; ask for fewer, or for others with --among"
        )
    if wish.budget is not None:
        draw = within_budget(
            eligible.frame, design.shares, seed=seed, experiment=experiment, budget=max(wish.budget, 0)
        )
    else:
        draw = draw_arms(eligible.frame, design.shares, seed=seed, experiment=experiment, n=wish.n)
    arm, fewest = min(draw.sizes.items(), key=lambda size: size[1])
    if fewest < LEAST:
        raise PlanError(
            f"the arm `{arm}` would have {fewest} customers, and no verdict is given on fewer than {LEAST}: draw more, "
            "take fewer arms, or draw among others with --among"
        )
    return draw


def _shares(text: str) -> dict[str, str]:
    shares: dict[str, str] = {}
    for part in text.split(","):
        arm, sign, share = part.rpartition("=")
        arm = arm.strip()
        if not sign or not arm:
            raise PlanError(f"--allocation `{text}`: write the arms and their shares as control=1,card=1")
        if arm in shares:
            raise PlanError(f"--allocation names `{arm}` twice: give it one share")
        shares[arm] = share
    return shares
