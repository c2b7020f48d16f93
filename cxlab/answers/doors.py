"""Doors from a report to the next one: what a low score, a failure or a lost segment leads to."""

from collections.abc import Collection, Mapping

from cxlab.blocks import Door
from cxlab.language import Texts

EXPERIENCE = "experience"
_DOORS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "intake": (
        ("feedback", EXPERIENCE, "who_where_when"),
        ("events", EXPERIENCE, "journey"),
    ),
    "clusters": (("feedback", EXPERIENCE, "groups"),),
    "segmentation": (("orders", EXPERIENCE, "lost"),),
    "repeat_purchases": (("orders", EXPERIENCE, "late"),),
    "gestures": (("incidents", EXPERIENCE, "failures"), ("feedback", EXPERIENCE, "moves")),
    "loyalty": (("feedback", EXPERIENCE, "low_scores"),),
    "gesture_policy": (("channel", EXPERIENCE, "channels"),),
    "experience": (("incidents", "gestures", "made_good"), ("orders", "gesture_policy", "whom")),
}
"""Of each report: what the study must bring, the report that the door leads to, and which question lies behind it."""
_QUESTIONS = Texts(
    {
        "who_where_when": "Do the scores hang on who serves, where and when?",
        "journey": "At which step do visits end?",
        "groups": "What was felt, and where: does it tell more than what was bought?",
        "lost": "What went before the last purchase of those who are lost?",
        "late": "After what do customers stay away?",
        "failures": "Do customers leave after a failure more often than else?",
        "moves": "What of an order goes with buying again?",
        "low_scores": "A low score: who had served, where and when?",
        "channels": "Does a touchpoint or a channel bring more than a gesture?",
        "made_good": "What went wrong: can a gesture make it good?",
        "whom": "Whom to give the next gesture to?",
    }
)


def doors(report: str, tables: Mapping[str, Collection[str]]) -> tuple[Door, ...]:
    """Return the doors of a report that a study can open.

    Parameters
    ----------
    tables : the study's tables, each with its columns.

    Examples
    --------
    >>> [door.question for door in doors("loyalty", {"orders": ("customer_id",), "feedback": ("score",)})]
    ['A low score: who had served, where and when?']
    >>> doors("loyalty", {"orders": ("customer_id",)})
    ()
    """
    there = {*tables, *tables.get("orders", ())}
    return tuple(Door(_QUESTIONS[key], to) for needs, to, key in _DOORS.get(report, ()) if needs in there)
