"""Reading a study: every source read and checked on the engine, every record used or rejected with its reason.

Names are loaded when first used: to see whether a study's files are the same as before takes none of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cxlab.intake.calendar import OrderCalendar
    from cxlab.intake.cohorts import Cohorts
    from cxlab.intake.cycle import PurchaseCycle
    from cxlab.intake.gaps import Gaps
    from cxlab.intake.ledger import Ledger
    from cxlab.intake.places import SourceError
    from cxlab.intake.questions import Question, Questions
    from cxlab.intake.read import check_study, read_study
    from cxlab.intake.result import Intake, Rejects
    from cxlab.intake.returns import Returns
    from cxlab.intake.sources import FileReading, Reject, TableIntake
    from cxlab.intake.suspects import Suspects

__all__ = [
    "Cohorts",
    "FileReading",
    "Gaps",
    "Intake",
    "Ledger",
    "OrderCalendar",
    "PurchaseCycle",
    "Question",
    "Questions",
    "Reject",
    "Rejects",
    "Returns",
    "SourceError",
    "Suspects",
    "TableIntake",
    "check_study",
    "read_study",
]
_HOME = {
    "Cohorts": "cohorts", "FileReading": "sources", "Gaps": "gaps", "Intake": "result", "Ledger": "ledger",
    "OrderCalendar": "calendar", "PurchaseCycle": "cycle", "Question": "questions", "Questions": "questions",
    "Reject": "sources", "Rejects": "result", "Returns": "returns", "SourceError": "places", "Suspects": "suspects",
    "TableIntake": "sources", "check_study": "read", "read_study": "read",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"cxlab.intake.{_HOME[name]}"), name)
    raise AttributeError(f"module 'cxlab.intake' has no attribute {name!r}")
