"""The open study: what a notebook starts from."""

import datetime as dt
import hashlib
import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cxlab.answered import Answered, answered_table
from cxlab.clusters import Clusters, cluster_customers
from cxlab.customers import Customers, customer_table
from cxlab.drawn_whole import count_whole_groups
from cxlab.driver_rows import read_followed
from cxlab.errors import MissingDataError, NotEnoughDataError
from cxlab.feedback import Feedback, feedback_table
from cxlab.followed import Followed
from cxlab.gesture_rows import find_candidates, read_gestures, read_occasions
from cxlab.gestures.data import GestureData
from cxlab.intake import Intake, read_study
from cxlab.intake.stamps import folder_of
from cxlab.journey import Journey, journey_table
from cxlab.lab.frontend import set_up
from cxlab.language import tr
from cxlab.occasions import (
    Adoptions,
    FirstOrders,
    Occasions,
    OrderSteps,
    first_order_covariates,
    read_adoptions,
    read_steps,
)
from cxlab.once import once_a_run
from cxlab.parameters import Parameters, kit_faults
from cxlab.plan import NextTrial
from cxlab.planning import Pool, eligible_customers, next_trial
from cxlab.policy import Candidates, drawn_at_orders
from cxlab.pseudonyms import Pseudonyms, key_of
from cxlab.referrals import Referrals, referral_table
from cxlab.segments.periods import Periods, two_periods
from cxlab.study import Study, load_study, shown_path

STORE, RUN, ALLOW_OUTSIDE = "CXLAB_STORE", "CXLAB_RUN", "CXLAB_ALLOW_OUTSIDE"
"""Environment variables: where a run keeps what it read, and by what it is known; and whether a study's files may lie
outside its folder."""
_ORIGIN = (
    "outcome_days", "margin_rate", "gesture_cost", "active_days", "profitability", "min_profit", "max_reject_share",
    "sample_customers", "seed",
)  # fmt: skip
"""Parameters that tables of customers and rows of gestures hang on."""


@dataclass(frozen=True)
class Kit:
    """A study with its parameters settled; its files are read when first asked for.

    Attributes
    ----------
    study : as its file says it.
    parameters : given ones, else the study's, else the defaults.
    allow_outside : whether the study's files may lie outside its folder.
    store : folder in which a run keeps what it read; it is taken from there if it still counts. None: always read.
    run : by what the run is known that this notebook is part of; empty: it is part of none.
    """

    study: Study
    parameters: Parameters
    allow_outside: bool = False
    store: Path | None = None
    run: str = ""

    def __repr__(self) -> str:
        """Say which study it is, and whether its files were read, with no value from them."""
        read = "read" if "intake" in self.__dict__ else "its files not read yet"
        return f"<Kit of {self.study.name}, {shown_path(self.study.file)}: {read}>"

    @cached_property
    def intake(self) -> Intake:
        """What came of reading the study's sources."""
        kept = self.store and self.store / self.study.name / folder_of(self.parameters)
        return read_study(
            self.study, self.parameters, allow_outside=self.allow_outside, store=kept or None, run=self.run
        )

    @cached_property
    def customers(self) -> Customers:
        """One row a customer as of `calibration_end`."""
        if self.intake.calibration_end is None or self.intake.observation_end is None:
            raise MissingDataError(
                tr("the study brings no orders, on which this report rests: add `orders` to its sources")
            )
        return (_customers_once if self._origin else _customers)(self, self._origin, self.intake.calibration_end)

    @cached_property
    def customers_at_end(self) -> Customers:
        """The same as of `observation_end`: all who ever ordered, and nothing after it."""
        end = self.customers.observation_end
        return (_customers_once if self._origin else _customers)(self, self._origin, end)

    @property
    def customers_if_any(self) -> Customers | None:
        """The same; None where the study brings no orders."""
        return None if self.intake.observation_end is None else self.customers

    @cached_property
    def clusters_if_any(self) -> Clusters | None:
        """The customers' own clusters, as many as hang together best; None where there are too few to tell."""
        customers = self.customers_if_any
        if customers is None:
            return None
        try:
            return cluster_customers(customers, k_max=self.parameters.k_max, seed=self.parameters.seed)
        except NotEnoughDataError:
            return None

    @cached_property
    def periods(self) -> Periods:
        """The same customers in two periods, one up to `calibration_end` and one after it."""
        return two_periods(self.intake.engine, self.customers, margin_rate=self.parameters.margin_rate)

    @cached_property
    def first_orders(self) -> FirstOrders:
        """What was known of each customer on the day of the first order."""
        return (_first_orders_once if self._origin else _first_orders)(self, self._origin)

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """What pages show in place of the customers' ids."""
        if not self.study.privacy.pseudonymise:
            return Pseudonyms(None)
        return Pseudonyms((_key_once if self._origin else _key)(self, self._origin))

    def shown_as(self, name: str) -> str:
        """Return what pages show in place of a customer's id, or of the name of who served."""
        return self.pseudonyms.of(name)

    @cached_property
    def referrals(self) -> Referrals | None:
        """Who recommended whom; None where the study does not say, or customers are drawn by lot."""
        intake = self.intake
        if "referrals" not in intake.tables or intake.observation_end is None or intake.drawn is not None:
            return None
        return referral_table(
            intake.engine,
            intake.tables["referrals"].columns,
            observation_end=intake.observation_end,
            currency=self.study.currency,
            margin_rate=self.parameters.margin_rate,
        )

    @cached_property
    def feedback(self) -> Feedback | None:
        """What customers answered, and what they did in the `outcome_days` after; None where nobody was asked."""
        intake = self.intake
        if "feedback" not in intake.tables or intake.observation_end is None:
            return None
        return feedback_table(
            intake.engine,
            intake.tables["feedback"].columns,
            observation_end=intake.observation_end,
            window_days=self.parameters.outcome_days,
            referrals=self.referrals,
        )

    @cached_property
    def answered(self) -> Answered | None:
        """Every answer that customers gave, with who had served, where and when; None where nobody was asked."""
        intake = self.intake
        if "feedback" not in intake.tables or intake.observation_end is None:
            return None
        return answered_table(intake.engine, intake.tables["feedback"].columns, observation_end=intake.observation_end)

    @cached_property
    def followed(self) -> Followed | None:
        """Answers with drivers, and what was bought in the `outcome_days` after; None where the study tags none."""
        return read_followed(self.study, self.parameters, self.intake, self.customers_if_any)

    @cached_property
    def journey(self) -> Journey | None:
        """Visits step by step, as sums; None where the study brings none."""
        intake, source = self.intake, self.study.sources.events
        if "events" not in intake.tables or source is None:
            return None
        return journey_table(
            intake.engine, intake.tables["events"].columns, source, observation_end=intake.observation_end
        )

    @cached_property
    def gestures(self) -> GestureData:
        """What the study brings on gestures: who got one, what was known before, what came after."""
        return (_gestures_once if self._origin else _gestures)(self, self._origin)

    @cached_property
    def occasions(self) -> Occasions | None:
        """Orders at which the shop chose to give a gesture or not; None where the study has no such gestures."""
        return self.read_occasions()

    def read_occasions(self) -> Occasions | None:
        """Return the same, and hold nothing of it."""
        return (_occasions_once if self._origin else _occasions)(self, self._origin)

    @cached_property
    def adoptions(self) -> Adoptions | None:
        """Orders at which customers took up another channel, and those at which they could have."""
        intake = self.intake
        if intake.observation_end is None:
            return None
        return read_adoptions(
            intake.engine,
            outcome_days=self.parameters.outcome_days,
            observation_end=intake.observation_end,
            margin_rate=self.parameters.margin_rate,
            tables={name: table.columns for name, table in intake.tables.items()},
            seed=self.parameters.seed,
        )

    @cached_property
    def order_steps(self) -> OrderSteps | None:
        """Orders with their channel, answers and failures, and whether the customer came back after each."""
        intake = self.intake
        if intake.observation_end is None:
            return None
        return read_steps(
            intake.engine,
            outcome_days=self.parameters.outcome_days,
            observation_end=intake.observation_end,
            tables={name: table.columns for name, table in intake.tables.items()},
        )

    @cached_property
    def next_trial(self) -> NextTrial | None:
        """How large the next trial of active customers must be; None where the study brings no orders."""
        return (_next_trial_once if self._origin else _next_trial)(self, self._origin)

    def candidates(self, rows: str) -> Candidates | None:
        """Return who could get the next gesture; None where nobody is named.

        Parameters
        ----------
        rows : what a row of the gesture's comparison is: "customer" or "order". Customers who were drawn on the day of
            an order stand as those do who got a gesture with one.
        """
        if rows == "customer" and "assignments" in self.intake.tables and drawn_at_orders(self.intake.engine):
            rows = "order"
        return find_candidates(self.study, self.parameters, self.intake, self.customers_if_any, rows=rows)

    @cached_property
    def _origin(self) -> str:
        """Tell what tables rest on that the notebooks of a run share; empty where this one is part of none."""
        if not self.run:
            return ""
        asked = {name: getattr(self.parameters, name) for name in _ORIGIN}
        told = (self.run, self.study.file.resolve(), self.study, self.allow_outside, asked)
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def close(self) -> None:
        """Give back what the engine holds; what was computed stays."""
        if "intake" in self.__dict__:
            self.intake.close()

    def __enter__(self) -> Self:
        """Return the kit itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _customers(kit: Kit, _origin: str, calibration_end: dt.date) -> Customers:
    observation_end = kit.intake.observation_end
    assert observation_end is not None
    return customer_table(
        kit.intake.engine,
        calibration_end=calibration_end,
        observation_end=observation_end,
        currency=kit.study.currency,
        margin_rate=kit.parameters.margin_rate,
    )


def _first_orders(kit: Kit, _origin: str) -> FirstOrders:
    return first_order_covariates(
        kit.intake.engine,
        kit.customers,
        {name: table.columns for name, table in kit.intake.tables.items()},
        minimum_group=kit.study.privacy.minimum_group,
    )


def _gestures(kit: Kit, origin: str) -> GestureData:
    data = read_gestures(kit.study, kit.parameters, kit.intake, kit.customers_if_any, kit.read_occasions)
    return replace(count_whole_groups(data), origin=origin)


def _occasions(kit: Kit, _origin: str) -> Occasions | None:
    return read_occasions(kit.study, kit.parameters, kit.intake, kit.customers_if_any)


def _next_trial(kit: Kit, _origin: str) -> NextTrial | None:
    customers = kit.customers_if_any
    if customers is None or "outcomes" in kit.intake.tables:
        return None
    pool = Pool(kit.study, kit.parameters, kit.intake, customers)
    return next_trial(pool, eligible_customers(pool))


def _key(kit: Kit, _origin: str) -> bytes:
    known = kit.customers.frame[["customer_id", "first_order", "last_order", "n_orders", "revenue"]]
    return key_of("\t".join(map(str, row)) for row in known.itertuples(index=False, name=None))


_customers_once = once_a_run(_customers, aside=("kit",))
_first_orders_once = once_a_run(_first_orders, aside=("kit",))
_gestures_once = once_a_run(_gestures, aside=("kit",), mapped=True)
_occasions_once = once_a_run(_occasions, aside=("kit",), mapped=True)
_key_once = once_a_run(_key, aside=("kit",))
_next_trial_once = once_a_run(_next_trial, aside=("kit",))


def open_study(study: str | Path, *, seed: int | None = None, allow_outside: bool = False, **parameters: Any) -> Kit:
    """Open a study for a notebook.

    Parameters
    ----------
    study : folder or `study.yml`; relative to the working directory or, where it is not there, to the folders above it
        (a notebook's working directory is `notebooks/`).
    allow_outside : whether the study's files may lie outside its folder; the environment variable `CXLAB_ALLOW_OUTSIDE`
        (set to 1) allows it as well, for notebooks that one does not want to change.
    seed, parameters : parameters by name (see `cxlab.parameters.Parameters`); None: the study's own, else the default.

    Raises
    ------
    StudyError, ParameterError : the study's file or a parameter is at fault.

    Notes
    -----
    What `cxlab report --out DIR` read of a study is taken from there, and not read again, where the environment
    variable `CXLAB_STORE` names DIR and the study's files are as they were; a database is read again.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_study(cx.open_example().study.file, margin_rate=0.25)
    >>> kit.study.name, kit.parameters.margin_rate
    ('example', 0.25)
    """
    set_up()
    opened = load_study(_find(study), kit_faults)
    store = os.environ.get(STORE)
    allowed = allow_outside or os.environ.get(ALLOW_OUTSIDE) == "1"
    settled, run = opened.settle(seed=seed, **parameters), os.environ.get(RUN, "")
    return Kit(opened, settled, allowed, Path(store) if store else None, run)


def _find(study: str | Path) -> Path:
    given = Path(study)
    if given.is_absolute() or given.exists():
        return given
    found = (folder / given for folder in Path.cwd().parents)
    return next((path for path in found if path.exists()), given)
