"""Which cases are looked at to calibrate what is said of a channel, and what the page shows."""

from functools import partial

from benchmarks.calibration.cases import Case
from benchmarks.calibration.channel_rows import taken_up
from benchmarks.calibration.figures import Band
from benchmarks.calibration.gesture_plan import FIGURES
from benchmarks.calibration.layout import COVERED, SPREAD, Cell, Row, Section
from benchmarks.made.channels import CHANNEL_WORLDS

MOST_FALSE = Band(high=0.05)
UNBIASED = Band(-2.0, 2.0)  # percent of the purchases without it
NOTHING, HIDDEN = ("lot", "history"), ("hidden",)
_RESTS = (
    *FIGURES, "cxlab/estimate.py", "cxlab/occasions", "cxlab/touchpoints/adoption.py", "cxlab/touchpoints/leaving.py",
    "cxlab/touchpoints/effect.py", "cxlab/simulate", "cxlab/intake/sales.py", "cxlab/intake/channels.py",
    "benchmarks/made/channels.py", "benchmarks/calibration/channel_rows.py", "benchmarks/calibration/intervals.py",
)  # fmt: skip


def channel_cases() -> tuple[Case, ...]:
    """Return all cases, in the order of the table."""
    return tuple(
        Case(f"channel-{name}", partial(taken_up, world=name), {500: 100, 2000: 100}, _RESTS) for name in CHANNEL_WORLDS
    )


def channel_sections() -> tuple[Section, ...]:
    """Return the tables in the order of the page."""
    return (
        Section(
            "What taking up a channel brings",
            "Whole shops without gestures, in which customers take up an app at some order after their first one, and "
            "then make seven in ten of their orders in it. *By history*: who has bought much, and of late, does so "
            "sooner. The effect on those who took it up is held against what was planted. *At first sight* is what "
            "those who use it bought in the last 90 days against what the others did. Where a pace that no record "
            "shows decides, nothing is promised: it is what an unseen reason does.",
            ("who takes it up, and what it brings", "effect held: 93–97%", "bias in % of the purchases: -2 to 2",
             "standard error told / spread: 0.90–1.10", "held at first sight", "times the others' purchases"),
            tuple(
                Row(words, f"channel-{name}", (
                    Cell("effect", band=None if name in HIDDEN else COVERED),
                    Cell("off", "mean", None if name in HIDDEN else UNBIASED),
                    Cell("z effect", "ratio", None if name in HIDDEN else SPREAD, least=2000),
                    Cell("naive held"), Cell("naive ratio", "mean"),
                ))
                for name, (words, _) in CHANNEL_WORLDS.items()
            ),
        ),
        Section(
            "Verdicts on a channel, and what goes with leaving",
            "*False* is *brings purchases* or *costs purchases* where it does nothing. In all of these shops "
            "each other order comes by the web by lot: the last two columns are how often it is said to bring or to "
            "cost purchases, and to go with leaving or with staying.",
            ("who takes it up, and what it brings", "brings", "costs", "selection", "cannot tell", "nobody to compare",
             "false: at most 5%", "false of the web: at most 5%", "web with leaving or staying: at most 5%"),
            tuple(
                Row(words, f"channel-{name}", (
                    Cell("works"), Cell("harms"), Cell("no_effect"), Cell("cannot_tell"), Cell("not_identifiable"),
                    Cell("claimed", band=MOST_FALSE) if name in NOTHING
                    else Cell("claimed") if name in HIDDEN else None,
                    Cell("web claimed", band=MOST_FALSE), Cell("leaving", band=MOST_FALSE),
                ))
                for name, (words, _) in CHANNEL_WORLDS.items()
            ),
        ),
    )  # fmt: skip
