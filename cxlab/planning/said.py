"""What a terminal shows of a plan."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from cxlab.plan import SIZES, Draw, NextTrial, Stores, said, source_lines
from cxlab.planning.pool import Eligible, Pool
from cxlab.study import shown_path
from cxlab.words import count, day, number, percent


@dataclass(frozen=True, eq=False)
class Planned:
    """A plan, and the draw where one was made.

    Attributes
    ----------
    effect : the one that was asked for, as a share of the outcome without the gesture.
    stores : how alike the customers of a store are, where whole stores are planned for.
    draw, file, experiment : the lot, and where it was written; None and "" where nobody was drawn.
    shares : of all arms of the study's trials.
    """

    pool: Pool
    eligible: Eligible
    trial: NextTrial
    effect: float
    stores: Stores | None = None
    draw: Draw | None = None
    file: Path | None = None
    experiment: str = ""
    shares: Mapping[str, Fraction] = field(default_factory=dict)

    def summary(self) -> str:
        """Tell all of it as plain text."""
        study = self.pool.study
        parts = [f"{study.title} ({shown_path(study.file)})", self._who(), self._table(), self._sizes()]
        parts += self._lot() if self.draw is not None else self._no_lot()
        return "\n\n".join(part for part in parts if part) + "\n"

    def _who(self) -> str:
        eligible, pool = self.eligible, self.pool
        lines = [f"{number(eligible.n)} {pool.who} could be drawn on {day(eligible.start)}."]
        if "lost" not in pool.among or "profit_bringers" not in pool.among:
            lines[0] += f" Active: the last order is at most {count(pool.active_days, 'day')} old."
        if eligible.n_in_trials:
            lines.append(
                f"{count(eligible.n_in_trials, 'more is', 'more are')} in a trial that is not over then, and left out."
            )
        if eligible.n_unsafe:
            lines.append(
                f"{count(eligible.n_unsafe, 'more has', 'more have')} an id that a spreadsheet would change: left out."
            )
        return "\n".join(lines)

    def _table(self) -> str:
        trial = self.trial
        unit = f"{trial.noun} {'an arm' if trial.design.is_even else 'in all'} to see"
        heads = ["followed", "bought", "foretold", *(f"+{percent(size)}" for size in SIZES), "at hand show"]
        rows = [heads]
        for window in trial.windows:
            if window.is_known:
                seen = trial.detectable(window)
                rows.append(
                    [
                        f"{window.days} days", number(window.moments.mean, 2), percent(window.moments.explained),
                        *(_number(trial.size(size, window).value) for size in SIZES),
                        "nothing" if seen.value is None else f"+{number(seen.number, 1)}%",
                    ]
                )  # fmt: skip
        widths = [max(len(row[i]) for row in rows) + 2 for i in range(len(heads))]
        lines = ["".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        return "\n".join([" " * sum(widths[:3]) + f"  {unit}", *lines])

    def _sizes(self) -> str:
        trial, lines = self.trial, [said.takes(self.trial, self.effect), said.at_hand(self.trial, self.effect)]
        if self.draw is not None and len(self.draw.frame) < self.eligible.n:
            seen = trial.detectable(total=len(self.draw.frame))
            shown = "no effect, however large" if seen.value is None else f"+{number(seen.number, 1)}% or more"
            lines.append(f"With the {number(len(self.draw.frame))} drawn: {shown}.")
        if self.stores is not None:
            lines.append(
                f"Customers of one store are alike (intra-class correlation {number(self.stores.alikeness, 3)}), and a "
                f"store has {number(self.stores.customers)} of them: drawn as whole stores, "
                f"{number(self.stores.design_effect, 1)} times as many customers are needed."
            )
        lines += [said.as_they_come(trial, self.effect), trial.design.caution, said.rests_on(trial)]
        return "\n".join(line for line in lines if line)

    def _lot(self) -> list[str]:
        assert self.draw is not None and self.file is not None
        study, trial = self.pool.study, self.trial
        sizes = ", ".join(f"{number(n)} {arm}" for arm, n in self.draw.sizes.items())
        n_strata = self.draw.frame["stratum"].nunique()
        within = f" within {count(n_strata, 'stratum', 'strata')}" if n_strata > 1 else ""
        there = study.sources.assignments is not None
        place = "in place of the same lines of `assignments:` there" if there else "below `sources:`"
        place += f", as soon as the study holds orders of {day(self.eligible.start)} or later"
        lines = source_lines(study, self.file, self.shares, trial.design.control)
        seed = self.pool.parameters.seed
        found = [
            f"{self.experiment}: {sizes}, drawn by lot{within} (seed {seed}).\nWritten: {shown_path(self.file)}",
            f"For {shown_path(study.file)}, {place}:\n{lines}",
        ]
        if not self.file.resolve().is_relative_to(study.folder.resolve()):
            found.append(
                f"A study reads files of its own folder: put {self.file.name} into {shown_path(study.folder)}."
            )
        if trial.days != study.settle().outcome_days:
            found.append(
                f"Reports read trials by `outcome_days`: set `outcome_days: {trial.days}` below `parameters:` as well."
            )
        found.append(
            "Record every gesture that is given in a table `gestures`, with the arm as its `kind` "
            f"({', '.join(trial.design.arms)}) and with its `cost`; or set `gesture_cost` below `parameters:`. Where "
            "neither tells what one costs, nobody can say whether it pays."
        )
        over = self.eligible.start + dt.timedelta(days=trial.days or 0)
        found.append(
            f"Keep to the arms whatever happens. When orders up to {day(over)} are in the study, `cxlab report` reads "
            "the trial; before that it says how many cannot be followed yet."
        )
        return found

    def _no_lot(self) -> list[str]:
        if self.stores is None:
            return ["Nobody was drawn."]
        return [
            "Nobody was drawn. Draw the stores by lot, and bring every customer's assignment with the store as its "
            "`stratum`: where each stratum lies in one arm as a whole, the pages count strata, and take 20 an "
            "arm."
        ]


def _number(value: object) -> str:
    return number(value) if isinstance(value, int | float) else "none"
