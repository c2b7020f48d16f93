"""Two partitions of the same customers held against each other and against the future, and the verdict on them."""

from cxlab.agreement.ceiling import Ceiling, agreement_ceiling
from cxlab.agreement.over_time import OverTime, stability_over_time
from cxlab.agreement.partitions import NEARLY_ALL, Agreement, PartitionError, compare_partitions
from cxlab.agreement.scores import Score, Skill
from cxlab.agreement.skill import predictive_skill
from cxlab.agreement.specification import Specification, SpecificationCurve, specification_curve
from cxlab.agreement.verdict import Verdict, judge_segmentation
from cxlab.contingency import adjusted_mutual_information, adjusted_rand_index

__all__ = [
    "NEARLY_ALL",
    "Agreement",
    "Ceiling",
    "OverTime",
    "PartitionError",
    "Score",
    "Skill",
    "Specification",
    "SpecificationCurve",
    "Verdict",
    "adjusted_mutual_information",
    "adjusted_rand_index",
    "agreement_ceiling",
    "compare_partitions",
    "judge_segmentation",
    "predictive_skill",
    "specification_curve",
    "stability_over_time",
]
