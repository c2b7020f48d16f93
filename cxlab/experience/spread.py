"""Random, expected or managed: how much of the spread of scores goes with who served, where and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd

from cxlab.answered import Answered
from cxlab.errors import MissingDataError, NotEnoughDataError
from cxlab.estimate import Estimate, normal_interval
from cxlab.experience.crossed import CrossedModel, weighted_quantile
from cxlab.experience.henderson import Factor
from cxlab.language import Texts, tr, trn
from cxlab.phrases import listed
from cxlab.scores import SCALES, ScoreScale
from cxlab.words import capital, day, few, number, percent, percent_between

Kind = Literal["random", "expected", "managed", "cannot_tell"]
LITTLE = 0.10
"""Share of the variance up to which who, where and when make little of it."""
LEAST_ANSWERS = 100
"""Answers of a touchpoint from which on it is judged."""
MOST_LEVELS = 4_000
"""Levels of a factor up to which each is looked at by itself."""
_SMALL = 0.095
_LEAST_REPEATS = 50
"""Customers with several answers from which on what one customer's answers share is told from the rest."""
KNOWN, OPEN = ("store", "weekday", "hour"), ("employee", "week")
"""What a customer can know before coming, and what not."""
TIMES = ("weekday", "hour", "week")
FACTOR = Texts(
    {
        "touchpoint": "Touchpoint",
        "employee": "Who served",
        "store": "Store",
        "weekday": "Day of the week",
        "hour": "Hour of the day",
        "week": "Week",
        "customer": "Customer",
        "rest": "All else",
    }
)
KIND = Texts({"random": "Random", "expected": "Expected", "managed": "Managed", "cannot_tell": "Cannot tell"})


@dataclass(frozen=True)
class Touchpoint:
    """What was found at one touchpoint.

    Attributes
    ----------
    name : as it stands in the data; empty: the answers do not say.
    n : answers; n_customers : who gave them.
    level : mean score.
    spread : share of the variance between the people, places and times there were; None: too few answers, or nothing
        that could tell them apart.
    known : the same of what a customer can know before coming (store, day of the week, hour), less that of the rest
        (who serves, which week); None likewise.
    kind : by the written rule.
    who_is_known : whether any of its answers says who served; without that nothing is said to be managed.
    """

    name: str
    n: int
    n_customers: int
    level: Estimate
    spread: Estimate | None
    known: Estimate | None
    kind: Kind
    who_is_known: bool = True

    @property
    def title(self) -> str:
        """Its name, or what stands for it."""
        return self.name or tr("all answers")

    @property
    def quoted(self) -> str:
        """The same within a sentence."""
        return tr("“{name}”", name=self.name) if self.name else tr("all answers")


@dataclass(frozen=True, eq=False)
class Spread:
    """How the spread of scores comes about.

    Attributes
    ----------
    answered : the answers.
    model : of all of them together.
    touchpoints : each with what was found, the most answered first.
    left_out : factors that the answers have and that were not looked at, with the reason.
    minimum_group : fewer customers than this are not shown.
    """

    answered: Answered
    model: CrossedModel
    touchpoints: tuple[Touchpoint, ...]
    left_out: Mapping[str, str]
    minimum_group: int

    @property
    def scale(self) -> ScoreScale:
        """The scale of the scores."""
        assert self.answered.scale is not None
        return self.answered.scale

    @property
    def factors(self) -> tuple[str, ...]:
        """Factors of the model by their share of the variance, the largest first, all else last."""
        return (*sorted(self.model.names, key=lambda name: (-self.model.best_of_these[name], name)), "rest")

    def share(self, factor: str) -> Estimate:
        """Return the share of the variance that goes with a factor; `rest`: with none of them."""
        return self._shares[factor]

    @cached_property
    def _shares(self) -> Mapping[str, Estimate]:
        model, n = self.model, self.answered.n
        found = {name: _share(model, name, (name,), n) for name in model.names}
        found["rest"] = _share(model, "rest", (), n)
        if set(TIMES) & set(model.names):
            found["time"] = _share(model, "time", TIMES, n)
        return found

    @cached_property
    def deviations(self) -> Mapping[str, Estimate]:
        """Standard deviation of each factor's effects, in points of the score, its levels being a sample of others."""
        model, found = self.model, {}
        for k, name in enumerate(model.names):
            low, high = model.interval(np.sqrt(model.rest) * model.ratios[:, k])
            best = float(np.sqrt(model.rest) * model.best[k])
            low = low if model.is_shown(k) else 0.0
            found[name] = Estimate(best, min(low, best), max(high, best), n=self.answered.n, unit="score")
        return found

    @property
    def findings(self) -> dict[str, Estimate]:
        """Shares of the variance, the mean score and the verdict of each touchpoint."""
        found = {f"variance_share.{name}": share for name, share in self._shares.items()}
        found |= {f"deviation.{name}": deviation for name, deviation in self.deviations.items()}
        for touchpoint in self.touchpoints:
            if touchpoint.n_customers < self.minimum_group:
                continue
            name = touchpoint.name or "all"
            found[f"score.{name}"] = touchpoint.level
            spread = touchpoint.spread or Estimate()
            found[f"kind.{name}"] = Estimate(
                spread.value, spread.low, spread.high, n=touchpoint.n, unit=spread.unit, verdict=touchpoint.kind
            )
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row a factor: share of the variance with its interval."""
        return pd.DataFrame(
            [
                {"factor": name, "share": e.number, "share_low": e.low, "share_high": e.high}
                for name, e in ((name, self.share(name)) for name in self.factors)
            ]
        )

    @property
    def spread(self) -> Estimate:
        """Share of the variance that goes with who served, where and when together, over all touchpoints."""
        return _share(self.model, "all", KNOWN + OPEN, self.answered.n)

    @property
    def by_touchpoint(self) -> pd.DataFrame:
        """One row a touchpoint: answers, mean score, share of who, where and when, verdict."""
        rows = []
        for one in self.touchpoints:
            spread = one.spread or Estimate()
            rows.append(
                {
                    "touchpoint": one.name, "answers": one.n, "customers": one.n_customers, "score": one.level.number,
                    "score_low": one.level.low, "score_high": one.level.high, "share": spread.value,
                    "share_low": spread.low, "share_high": spread.high, "kind": one.kind,
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    @property
    def by_kind(self) -> Mapping[Kind, tuple[Touchpoint, ...]]:
        """Touchpoints that are shown, by their verdict."""
        found: dict[Kind, list[Touchpoint]] = {}
        for touchpoint in self.shown:
            found.setdefault(touchpoint.kind, []).append(touchpoint)
        return {kind: tuple(each) for kind, each in found.items()}

    @property
    def shown(self) -> tuple[Touchpoint, ...]:
        """Touchpoints with as many customers as may be shown."""
        return tuple(t for t in self.touchpoints if t.n_customers >= self.minimum_group)

    @property
    def heading(self) -> str:
        """Which factor goes with most of the spread, in a line."""
        shares = {name: self.share(name) for name in self.model.names if name != "customer"}
        shown = {name: e for name, e in shares.items() if e.low}
        if not shown:
            return tr("Neither who served, nor where, nor when is shown to move the score")
        name = max(shown, key=lambda one: shown[one].number)
        return tr(
            "{factor} goes with {share} of the spread of scores", factor=FACTOR[name], share=said_share(shown[name])
        )

    @property
    def kinds_heading(self) -> str:
        """The verdicts on the touchpoints, in a line."""
        by_kind = self.by_kind
        told = [
            tr("{kind}: {names}", kind=KIND[kind], names=", ".join(one.quoted for one in by_kind[kind]))
            for kind in get_args(Kind)
            if kind in by_kind and kind != "cannot_tell"
        ]
        return "; ".join(told) or tr("At no touchpoint can it be told whether the experience is led")

    @property
    def kinds_reading(self) -> str:
        """What goes with who, where and when at each touchpoint, in numbers."""
        told = [
            tr("{name} {share} ({interval}) of the variance of {n} scores", name=one.quoted,
               share=percent(one.spread.number, 1), interval=percent_between(*one.spread.ends, 1), n=number(one.n))
            for one in self.shown
            if one.spread is not None
        ]  # fmt: skip
        if not told:
            return tr("No touchpoint has {least} answers that tell people, places or times apart.", least=LEAST_ANSWERS)
        text = tr(
            "What goes with who served, where and when, with 95% intervals: {listed}. The line is at {little}.",
            listed="; ".join(told),
            little=percent(LITTLE),
        )
        unknown = [one.quoted for one in self.shown if one.spread is not None and not one.who_is_known]
        if not unknown:
            return text
        why = tr(
            "Who served is not on record at {names}, so nothing there can be said to be managed: bring `employee` in "
            "`feedback`.",
            names=listed(unknown),
        )
        return f"{text} {why}"

    @property
    def reading(self) -> str:
        """The shares one by one."""
        told = [
            tr("{factor} {share} ({interval})", factor=FACTOR[name].lower(), share=percent(e.number, 1),
               interval=percent_between(*e.ends, 1))
            for name, e in ((name, self.share(name)) for name in self.factors)
        ]  # fmt: skip
        text = trn(
            "{n} answer on a scale of {scale}. Shares of the variance, with 95% intervals: {listed}.",
            "{n} answers on a scale of {scale}. Shares of the variance, with 95% intervals: {listed}.",
            self.answered.n,
            n=number(self.answered.n),
            scale=self.scale.name,
            listed=", ".join(told),
        )
        asides = [
            tr("Not looked at: {factor}, for {why}.", factor=FACTOR[name].lower(), why=why)
            for name, why in self.left_out.items()
        ]
        asides += _left_out(self.answered, self.minimum_group)
        deviation = self.deviations.get("employee")
        if deviation is not None and deviation.low:
            asides.insert(
                0,
                tr(
                    "Two employees drawn at random differ by {points} points of the score on average, all else alike.",
                    points=number(2 / np.sqrt(np.pi) * deviation.number, 2),
                ),
            )
        return " ".join([text, *asides])


def _left_out(answered: Answered, minimum_group: int) -> list[str]:
    """Say which answers are not used, and where the scale is a guess; counts of few are hidden."""
    told, scale = [], answered.scale
    if scale is not None and (scale.lowest, scale.highest) not in SCALES:
        told.append(
            tr("That is no usual scale: it goes from the lowest to the highest score, so see whether these are scores.")
        )
    if scale is not None and answered.n_outside:
        told.append(
            trn("{n} further answer lies beyond {scale} and is left out.",
                "{n} further answers lie beyond {scale} and are left out.",
                max(answered.n_outside, minimum_group), n=few(answered.n_outside, minimum_group), scale=scale.name)
        )  # fmt: skip
    if answered.n_other:
        told.append(
            trn("{n} answer to another question is left out.", "{n} answers to other questions are left out.",
                max(answered.n_other, minimum_group), n=few(answered.n_other, minimum_group))
        )  # fmt: skip
    if answered.n_later and answered.until is not None:
        told.append(
            trn(
                "{n} answer from after {day}, the last day that counts, is left out: `observation_end` in the study "
                "sets another.",
                "{n} answers from after {day}, the last day that counts, are left out: `observation_end` in the study "
                "sets another.",
                max(answered.n_later, minimum_group),
                n=few(answered.n_later, minimum_group),
                day=day(answered.until),
            )
        )
    return [capital(text) for text in told]


def said_share(e: Estimate) -> str:
    """Write a share of the variance, a small one with a decimal.

    Examples
    --------
    >>> said_share(Estimate(0.034)), said_share(Estimate(0.34))
    ('3.4%', '34%')
    """
    return percent(e.number, 0 if e.number >= _SMALL else 1)


def spread_of_scores(answered: Answered | None, *, minimum_group: int = 1, seed: int = 1) -> Spread:
    """Find how much of the spread of scores goes with who served, where and when, and judge each touchpoint.

    Parameters
    ----------
    answered : one row an answer; None: nobody was asked.
    minimum_group : touchpoints, people and places with fewer customers are not shown.
    seed : start of the random steps.

    Raises
    ------
    MissingDataError : nobody was asked. NotEnoughDataError : the answers are too few, all the same, or tell nothing of
        who, where and when.

    Notes
    -----
    The written rule, at each touchpoint with 100 answers or more. Who served, where and when make little of the spread
    where the whole 95% interval of their share of the variance lies under a tenth: *managed*. Where it lies above a
    tenth, the experience is *expected* if what a customer can know before coming (store, day of the week, hour) makes
    more of it than what nobody can know (who serves, which week) with its whole interval, and *random* otherwise.
    *Managed* is said only where the answers tell who served. Where
    the interval holds a tenth, the data cannot tell.

    References
    ----------
    Gelman (2005), Analysis of variance: why it is more important than ever. Cohen (1988), Statistical power analysis
    for the behavioral sciences: a tenth of the variance is what is called a medium effect.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> found = cx.spread_of_scores(kit.answered)
    >>> [(one.name, one.kind) for one in found.touchpoints]
    [('till', 'cannot_tell'), ('delivery', 'cannot_tell')]
    """
    if answered is None:
        raise MissingDataError(
            tr(
                "the study brings no answers of customers: add `feedback` to its sources (customer_id, given_at, "
                "score, and touchpoint, employee, store where they are known)"
            )
        )
    if answered.n < LEAST_ANSWERS:
        raise NotEnoughDataError(
            tr(
                "the spread of scores is judged from {least} answers on, and there are {n}: bring more `feedback`",
                least=LEAST_ANSWERS,
                n=answered.n,
            )
        )
    frame = answered.frame
    if frame["score"].min() == frame["score"].max():
        if answered.n_outside and answered.scale is not None:
            raise NotEnoughDataError(
                trn(
                    "all answers from {scale} give one score, and {n} lies beyond: correct the scores, or say in "
                    "`metric` what was asked",
                    "all answers from {scale} give one score, and {n} lie beyond: correct the scores, or say in "
                    "`metric` what was asked",
                    max(answered.n_outside, minimum_group),
                    n=few(answered.n_outside, minimum_group),
                    scale=answered.scale.name,
                )
            )
        raise NotEnoughDataError(
            tr("all answers give one score, so there is no spread to explain: ask a question that tells people apart")
        )
    names = ("touchpoint", "employee", "store", *TIMES)
    factors, left_out = _factors(frame, names)
    if not any(f.name in (*KNOWN, *OPEN) for f in factors):
        raise NotEnoughDataError(
            tr(
                "the answers do not tell people, places or times apart: bring `employee`, `store` or more weeks in "
                "`feedback`"
            )
        )
    model = CrossedModel(
        frame["score"].to_numpy(), factors, _customers(frame), groups={"all": KNOWN + OPEN, "time": TIMES}, seed=seed
    )
    known = frame["touchpoint"].cat.categories
    parts: list[tuple[str, pd.DataFrame]] = [
        (str(name), part) for name, part in frame.groupby("touchpoint", observed=True)
    ]
    if not len(known):
        parts = [("", frame)]
    found = [_judge(name, part, seed) for name, part in parts]
    found.sort(key=lambda one: (-one.n, one.name))
    if not any(one.n_customers >= minimum_group and one.level.has_interval for one in found):
        raise NotEnoughDataError(
            tr(
                "no touchpoint has the answers of {least} customers, below which nothing is shown: bring more "
                "`feedback`",
                least=max(minimum_group, 2),
            )
        )
    return Spread(answered, model, tuple(found), left_out, minimum_group)


def kind_of(spread: Estimate, known: Estimate) -> Kind:
    """Judge a touchpoint by the written rule.

    Examples
    --------
    >>> kind_of(Estimate(0.03, 0.01, 0.06), Estimate(0.0, -0.02, 0.02))
    'managed'
    >>> wide = Estimate(0.3, 0.2, 0.4)
    >>> kind_of(wide, Estimate(0.1, -0.1, 0.2)), kind_of(wide, Estimate(0.2, 0.1, 0.3))
    ('random', 'expected')
    """
    low, high = spread.ends
    if high <= LITTLE:
        return "managed"
    if low <= LITTLE:
        return "cannot_tell"
    return "expected" if known.ends[0] > 0 else "random"


def _judge(name: str, part: pd.DataFrame, seed: int) -> Touchpoint:
    score = part["score"].to_numpy()
    n, n_customers = len(part), int(part["customer_id"].nunique())
    factors, _ = _factors(part, (*KNOWN, *OPEN))
    if n < LEAST_ANSWERS or not factors or score.min() == score.max():
        error = float(score.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
        level = _level(float(score.mean()), error, n)
        who = bool(part["employee"].notna().any())
        return Touchpoint(name, n, n_customers, level, None, None, "cannot_tell", who)
    groups = {"all": KNOWN + OPEN, "known": KNOWN, "open": OPEN}
    model = CrossedModel(score, factors, _customers(part), groups=groups, seed=seed)
    these, best = model.of_these, model.best_of_these
    spread = _share(model, "all", KNOWN + OPEN, n)
    low, high = model.interval(these["known"] - these["open"])
    more = best["known"] - best["open"]
    known = Estimate(more, min(low, more), max(high, more), n=n, unit="share of variance")
    kind, who = kind_of(spread, known), bool(part["employee"].notna().any())
    if kind == "managed" and not who:
        kind = "cannot_tell"  # whoever serves is not on record, so it cannot be said to make little of the spread
    return Touchpoint(name, n, n_customers, _level(*model.level, n), spread, known, kind, who)


def _level(mean: float, error: float, n: int) -> Estimate:
    return normal_interval(mean, error, n=n, unit="score") if np.isfinite(error) else Estimate(mean, n=n, unit="score")


def _share(model: CrossedModel, group: str, factors: Sequence[str], n: int) -> Estimate:
    """Return a share of the variance; its interval begins at 0 where none of the factors is shown to make any."""
    best = float(model.best_of_these[group])
    low, high = model.interval(model.of_these[group])
    names = [name for name in factors if name in model.names]
    shown = [name for name in names if model.is_shown(model.names.index(name))]
    if names and not shown:
        low, high = 0.0, weighted_quantile(model.of_these[group], model.weights, 0.95)
    elif len(shown) < len(names):
        # What a draw gives to factors that may have none at all is no evidence of any.
        low, _ = model.interval(sum((model.of_these[name] for name in shown), np.zeros(len(model.weights))))
    return Estimate(best, min(low, best), max(high, best), n=n, unit="share of variance")


def _factors(frame: pd.DataFrame, names: Sequence[str]) -> tuple[list[Factor], dict[str, str]]:
    """Return the factors that can tell rows apart, and why others of the data cannot."""
    found, left_out = [], {}
    for name in names:
        codes, levels = pd.factorize(frame[name].astype(object) if name in frame else np.array([]), sort=True)
        known = codes >= 0
        if not known.any() or (name == "hour" and (frame[name] < 0).all()):
            continue
        if len(levels) < 2:
            left_out[name] = tr("all answers are of one")
        elif len(levels) > MOST_LEVELS:
            left_out[name] = tr("there are more than {n}", n=number(MOST_LEVELS))
        elif known.sum() < 1.2 * len(levels):
            left_out[name] = tr("hardly one has two answers")
        else:
            found.append(Factor(name, codes.astype(np.int64), len(levels)))
    return found, left_out


def _customers(frame: pd.DataFrame) -> Factor | None:
    codes, people = pd.factorize(frame["customer_id"])
    repeated = int((np.bincount(codes) > 1).sum())
    return Factor("customer", codes.astype(np.int64), len(people)) if repeated >= _LEAST_REPEATS else None
