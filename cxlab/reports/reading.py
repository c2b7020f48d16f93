"""The studies of an order, read and checked: once for all sets of parameters that ask the same of their files."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cxlab.errors import InputError
from cxlab.intake.stamps import folder_of
from cxlab.reports import manifest
from cxlab.reports.imprint import describe_data
from cxlab.reports.order import Order, Run

if TYPE_CHECKING:
    from cxlab.engine import Tell
    from cxlab.estimate import Findings
    from cxlab.intake import Intake


@dataclass(frozen=True)
class Reading:
    """What a run says of the data it rests on.

    Attributes
    ----------
    data, findings : in words, and the counts that they tell.
    remarks : what only the day of the run can tell.
    inputs, files : hash of each input, and how each was read, as the manifest has them.
    windows : end of calibration and of observation, as ISO days; None without orders.
    rejects : folder with the rejected records.
    run : by what those who take what was kept know that it is of this run.
    """

    data: str
    findings: "Findings"
    remarks: list[str]
    inputs: dict[str, dict[str, Any]]
    files: dict[str, list[dict[str, Any]]]
    windows: tuple[str | None, str | None]
    rejects: Path
    run: str = ""


class Readings:
    """Read the studies of an order, each as often as its sets differ in what decides how it is read.

    Of the parameters `max_reject_share` does, and by which lot customers are drawn. What was read is kept in the
    study's folder, not in that of a label, so that a second reading takes it from there as well.
    """

    def __init__(self, order: Order, tell: "Tell | None") -> None:
        self._order, self._tell = order, tell
        self._run = uuid4().hex
        self._made: dict[tuple[str, float, str], Reading] = {}

    def read(self, run: Run, stage: Path) -> Reading:
        """Read the study of a run, or take what was read for another; write its rejected records into `stage`.

        Raises
        ------
        InputError : the study's data cannot be used.
        """
        key = run.study.name, run.parameters.max_reject_share, folder_of(run.parameters)
        known = self._made.get(key)
        if known is None:
            self._made[key] = known = self._read(run, stage)
        elif known.rejects.is_dir():
            shutil.copytree(known.rejects, stage / known.rejects.name)
        return known

    def _read(self, run: Run, stage: Path) -> Reading:
        from cxlab.intake import read_study
        from cxlab.intake.rejects import REJECTS
        from cxlab.reports.today import remarks_of_today

        store = self._order.out / run.study.name / folder_of(run.parameters)
        try:
            intake = read_study(
                run.study,
                run.parameters,
                rejects=run.folder,
                allow_outside=self._order.allow_outside,
                store=store,
                run=self._run,
                tell=self._tell,
            )
        except InputError as error:
            if run.label and "max_reject_share" in run.given:
                raise InputError(f"in `{run.label}`: {error}") from error
            raise
        with intake:
            intake.write_rejects(stage)
            hashes = intake.hashes or intake.keep(store, _customers(intake), run=self._run)
            inputs = manifest.describe_inputs(run.study, hashes, intake.tables)
            cut, end = intake.calibration_end, intake.observation_end
            return Reading(
                data=describe_data(intake.findings, inputs),
                findings=intake.findings,
                remarks=remarks_of_today(intake),
                inputs=inputs,
                files=manifest.describe_reading(intake.tables),
                windows=(cut.isoformat() if cut else None, end.isoformat() if end else None),
                rejects=stage / REJECTS,
                run=self._run,
            )


def _customers(intake: "Intake") -> list[str]:
    """Sum what each customer did, once for all notebooks; return the engine's table of it, if there are orders."""
    from cxlab.customers import EPOCH, sum_customers

    if intake.calibration_end is None or intake.observation_end is None:
        return []
    windows = intake.calibration_end, intake.observation_end
    return [sum_customers(intake.engine, *((day - EPOCH).days for day in windows))]
