"""The next trial: how many customers it takes, what those at hand can show, and who is drawn for which arm."""

from cxlab.plan.assignments import NAMED, assignments_csv, drawn_before, merged_shares, source_lines, write_assignments
from cxlab.plan.coming import arms_so_far, customers_by_week, customers_in_trials, recent_purchases
from cxlab.plan.design import CONTROL, TrialDesign, make_design
from cxlab.plan.draw import Draw, draw_arms, within_budget
from cxlab.plan.errors import PlanError
from cxlab.plan.said import within_reach
from cxlab.plan.sample_size import Moments, customers_needed, detectable_effect, power
from cxlab.plan.sizes import MATTERS, SIZES, NextTrial
from cxlab.plan.stores import LEAST_STORES, Stores, compare_stores, last_stores
from cxlab.plan.strata import KINDS, make_strata, read_strata
from cxlab.plan.window import LEAST, Window, measure, residuals

__all__ = [
    "CONTROL",
    "KINDS",
    "LEAST",
    "LEAST_STORES",
    "MATTERS",
    "NAMED",
    "SIZES",
    "Draw",
    "Moments",
    "NextTrial",
    "PlanError",
    "Stores",
    "TrialDesign",
    "Window",
    "arms_so_far",
    "assignments_csv",
    "compare_stores",
    "customers_by_week",
    "customers_in_trials",
    "customers_needed",
    "detectable_effect",
    "draw_arms",
    "drawn_before",
    "last_stores",
    "make_design",
    "make_strata",
    "measure",
    "merged_shares",
    "power",
    "read_strata",
    "recent_purchases",
    "residuals",
    "source_lines",
    "within_budget",
    "within_reach",
    "write_assignments",
]
