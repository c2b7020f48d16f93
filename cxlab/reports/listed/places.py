"""What may stand in a key between < and >: values of the study, and names of the kit's own."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from cxlab.agreement.scores import NAMES as PREDICTORS
from cxlab.blocks import SEGMENTS
from cxlab.clusters.features import CANDIDATES
from cxlab.clusters.methods import Method
from cxlab.contract import TABLES
from cxlab.driver_tags import GROUPS, PAIRS
from cxlab.experience.spread import FACTOR
from cxlab.experience.value import EVERYBODY
from cxlab.gestures.rails import RAILS
from cxlab.gestures.sample import NEW
from cxlab.loyalty.rules_of_thumb import SAID
from cxlab.loyalty.word_of_mouth import ALL_GROUPS
from cxlab.purchases.families import FAMILIES
from cxlab.purchases.family import FamilyName
from cxlab.purchases.forecast_errors import RULES
from cxlab.segments.effort import SHOWN


@dataclass(frozen=True)
class Place:
    """What stands there.

    Attributes
    ----------
    regex : what it looks like. meaning : what it is. names : all it can be, where these are the kit's own names.
    """

    regex: str
    meaning: str
    names: tuple[str, ...] = ()


def _one_of(names: Iterable[str], meaning: str) -> Place:
    listed = tuple(dict.fromkeys(names))
    return Place("|".join(map(re.escape, listed)), meaning, listed)


_PARAMETERS = tuple(name for family in FAMILIES.values() for name in family.parameters)
_SHIFTS = tuple(shift for family in FAMILIES.values() for shift, _, _ in family.shifts)

PLACES: Mapping[str, Place] = {
    "arm": Place(
        r"[^.]+",
        "an arm as the study calls it, `gesture` for those the shop chose itself; with several experiments "
        "`<experiment>.<arm>`",
    ),
    "experiment": Place(r"[^.]+", "an experiment as the study calls it"),
    "segment": _one_of(SEGMENTS, "one of the four segments"),
    "from": _one_of(SEGMENTS, "the segment that a customer was in"),
    "to": _one_of(SEGMENTS, "the segment that a customer came to"),
    "cluster": Place(r"[A-Z]", "a cluster by its letter; A is the first"),
    "cluster_or_new": Place(rf"[A-Z]|{NEW}", f"the same, or `{NEW}`: customers at their first order"),
    "group": Place(
        r"(?!cluster\.)[^.]+(?:\.[^.]+)?",
        f"a segment, or `{NEW}` for customers at their first order; of a table `outcomes` a value of a `segment_` "
        "column, "
        "with the column before it where two have the same value",
    ),
    "grouping": Place(r"[^.]+", "what customers are grouped by: `segment`, or a column of a table `outcomes`"),
    "effort_group": _one_of((*SHOWN, *SEGMENTS), "a group by effort and return, or one of the four segments"),
    "table": _one_of(TABLES, "a table of the study"),
    "measure": _one_of((name for name, _, _ in CANDIDATES), "a measure that clusters are made of"),
    "method": _one_of((name for name in get_args(Method) if name != "k_means"), "another method of clustering"),
    "predictor": _one_of(PREDICTORS, "a way to describe customers, by which their purchases are foreseen"),
    "family": _one_of(get_args(FamilyName), "a purchase model"),
    "parameter": _one_of(_PARAMETERS, "a parameter of it"),
    "shift": _one_of(_SHIFTS, "what a covariate changes in it"),
    "covariate": Place(r"[^.]+", "something known of customers from their first day on"),
    "level": Place(r".+", "a value of it"),
    "rule": _one_of(RULES, "who foresees: the model, or one of two simple rules"),
    "by": Place(r"segment|days_since_the_last_order", "what customers are sorted by"),
    "band": Place(r"(?!off$).+", "one of the groups that come of it"),
    "waits_by": _one_of(("segment", "cluster", "cohort", "gesture"), "what those who wait are grouped by"),
    "waiting": Place(
        r"[^.]+",
        "one of these groups; a cohort is called by the month in which its period begins, and after an order waits "
        "somebody who got a `gesture` or `none`",
    ),
    "n": Place(r"\d+", "a number"),
    "days": Place(r"[\d,]+", "a number of days"),
    "ahead": Place(r"\d+", "how many periods ahead"),
    "said": _one_of(map(str, SAID), "a number of one-time buyers that is often said"),
    "score_group": _one_of(ALL_GROUPS, "customers by the score they gave"),
    "rail": _one_of(RAILS, "a guard rail"),
    "currency": Place(r"[A-Z]{3}", "the study's currency"),
    "outcome": Place(r".+", "`purchases`, or the name of the outcome in a table `outcomes`"),
    "factor": _one_of((*FACTOR, "time"), "what the spread of scores goes with"),
    "touchpoint": Place(r".+", "a touchpoint as the study calls it; `all` where the answers name none"),
    "taken_up": Place(r".+", "a channel, as the study calls it, that customers took up after they had begun elsewhere"),
    "before_leaving": Place(
        r"(?:channel|failure|answer|low_score)(?:\..+)?",
        "`channel`, `failure`, `answer` (where customers were asked) or `low_score`, with its name in the study behind "
        "it; `low_score` alone is one anywhere",
    ),
    "driver": Place(r".+", "a driver of repeat purchase, as the study calls it"),
    "driver_group": _one_of(GROUPS, "a tag of drivers"),
    "driver_side": _one_of((one for one, _ in PAIRS), "the tag that stands against it"),
    "value_group": _one_of((EVERYBODY, *SEGMENTS), f"one of the four segments, or `{EVERYBODY}`: everybody"),
    "bend": Place(r".+", "a driver of repeat purchase, or `score`"),
    "step": Place(r".+", "a step as the study calls it"),
    "visit_channel": Place(r".+", "a channel of the visits as the study calls it"),
    "channel": Place(r".+", "the channel that most orders come through"),
}
