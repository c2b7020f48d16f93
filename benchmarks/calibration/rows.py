"""What the page on clusters, segments, agreement and movement shows, and where each figure must lie."""

from collections.abc import Iterator

from benchmarks.calibration.figures import Band
from benchmarks.calibration.layout import COVERED, SPREAD, Cell, Row, Section
from benchmarks.calibration.plan import APART, DRIVEN, NEARLY, SMALL, TESTED_APART
from benchmarks.made.clouds import CLOUDS

MOST_FALSE, MOST_RIGHT, NUMBER_RIGHT, LEAST_INDEX = Band(high=0.05), Band(0.90), Band(0.95), Band(0.9)
RATIO_FROM = 2000  # customers from which standard errors are held against the spread
DRIVER = {
    "segments": "the four segments decide",
    "clusters": "other clusters decide, across the segments",
    "returns": "what was sent back decides",
    "nothing": "nothing decides",
}
INDICES = {
    "adjusted_mutual_information": "adjusted mutual information",
    "adjusted_rand_index": "adjusted Rand index",
    "homogeneity": "homogeneity",
    "completeness": "completeness",
    "best_match": "best matches (Jaccard)",
}
SKILLS = {
    "skill of segments": "the segments",
    "skill of clusters": "the clusters",
    "difference": "segments less clusters",
}
MOVES = {
    "share": "share of a segment that moved",
    "change": "change of a segment's share",
    "one ahead": "expected share, one period ahead",
    "four ahead": "four periods ahead",
    "at stake": "value at stake",
}


def sections() -> tuple[Section, ...]:
    """Return the tables in the order of the page."""
    held = ("held, as fitted here: 93–97%", "as fitted to all", "standard error told / spread: 0.90–1.10")
    return (
        Section(
            "No groups planted",
            "One cloud of customers each. That groups are shown where there are none is the error which the page on "
            "clusters keeps to 5% for clouds of the kind that it draws itself; most of these are of another kind. How "
            "often groups are ruled out is no promise.",
            ("one cloud of customers", "groups shown: at most 5%", "groups ruled out"),
            tuple(_clouds()),
        ),
        Section(
            "Groups planted",
            "Two, three, four or five round groups, in turn, with at least so many standard deviations between their "
            "middles. The number is right when it is the one planted. The adjusted Rand index is that of the clusters, "
            "in the number chosen, with the groups; 1 is every customer in the right one. The bands hold from "
            f"{TESTED_APART} standard deviations on. Groups are missed, or cut, where they lie alike in a measure: "
            "every measure has the same weight, also one in which groups do not differ.",
            ("groups", "shown", "ruled out", "number right: 95% or more", "adjusted Rand index: 0.90 or more"),
            tuple(_groups()),
        ),
        Section(
            "The verdict on the four segments",
            "Right is *supported* where the segments decide who buys, *not supported* where something else does, and "
            "*not supported* or *cannot tell* where nothing does. The opposite is *not supported* where the segments "
            f"decide, and *supported* or *partly supported* elsewhere. {SMALL} customers are fewer than the rule asks "
            f"for, and *cannot tell* is right; {NEARLY} are a few more.",
            ("who buys again", "right: 90% or more", "cannot tell", "the opposite: at most 5%"),
            tuple(_verdicts()),
        ),
        Section(
            "Intervals of skill",
            "How many 95% intervals hold the truth. *As fitted here*: the groups and their means as found on these "
            "customers, put to a million new ones; this is what the interval on the page claims. *As fitted to all*: "
            "the groups and means that a million customers would give; it is not claimed. The last column holds the "
            "width of the intervals against the spread of the errors, from 2,000 customers and 20 replications on; 1 "
            "is right.",
            ("who buys again: skill of", *held),
            tuple(_skills()),
        ),
        Section(
            "Intervals of agreement",
            "Between the segments and the four clusters, in shops where the segments, or other clusters, decide who "
            "buys. The columns mean the same as above. In the latter the line of activity runs through the gap between "
            "clusters, so that next to nobody is in some pairs of segment and cluster. Plain resampling takes what it "
            "has not seen to be impossible and held 72 to 81 of 100 there with 500 customers; one customer spread over "
            "all pairs beforehand mends that, at the price of intervals that are wider than need be. Two partitions as "
            "given are fitted by nobody, but drawn with known shares.",
            ("partitions: index", *held),
            tuple(_agreements()),
        ),
        Section(
            "Intervals of movement between segments",
            "Customers move by a known matrix between two periods, and bring skewed amounts of known mean. All pairs "
            "of segments, or all segments, are counted together.",
            ("figure", "held: 93–97%", held[2]),
            tuple(_moves()),
        ),
    )


def _clouds() -> Iterator[Row]:
    for name, (words, _) in CLOUDS.items():
        yield Row(words, f"cloud-{name}", (Cell("groups", band=MOST_FALSE), Cell("none")))


def _groups() -> Iterator[Row]:
    for apart in APART:
        tested = apart >= TESTED_APART
        number = Cell("number", band=NUMBER_RIGHT if tested else None)
        index = Cell("index", "mean", LEAST_INDEX if tested else None)
        yield Row(
            f"{apart} standard deviations apart", f"groups-{apart}", (Cell("groups"), Cell("none"), number, index)
        )


def _verdicts() -> Iterator[Row]:
    right, unsure, opposite = Cell("right", band=MOST_RIGHT), Cell("cannot_tell"), Cell("wrong", band=MOST_FALSE)
    for kind in (*DRIVEN, "nothing"):
        yield Row(DRIVER[kind], f"judged-{kind}", (right, unsure, opposite))
    for kind in DRIVEN:
        yield Row(DRIVER[kind], f"few-{kind}", (Cell("cannot_tell", band=MOST_RIGHT), unsure, opposite), (SMALL,))
    for kind in DRIVEN:
        yield Row(DRIVER[kind], f"few-{kind}", (Cell("right"), unsure, opposite), (NEARLY,))


def _skills() -> Iterator[Row]:
    for kind in DRIVEN:
        for key, words in SKILLS.items():
            yield Row(f"{DRIVER[kind]}: {words}", f"judged-{kind}", _held(key))


def _agreements() -> Iterator[Row]:
    for key, words in INDICES.items():
        here, _, spread = _held(key)
        yield Row(f"two as given: {words}", "agreed-given", (here, None, spread))
    for kind in DRIVEN[:2]:
        for key, words in INDICES.items():
            yield Row(f"{DRIVER[kind]}: {words}", f"agreed-{kind}", _held(key))


def _moves() -> Iterator[Row]:
    for key, words in MOVES.items():
        yield Row(words, "moved", (Cell(key, band=COVERED), Cell(f"z {key}", "ratio", SPREAD, RATIO_FROM)))


def _held(key: str) -> tuple[Cell, Cell, Cell]:
    """Give what intervals hold, as fitted here and to all, and how wide they are among many customers."""
    spread = Cell(f"z {key}, here", "ratio", SPREAD, RATIO_FROM)
    return Cell(f"{key}, here", band=COVERED), Cell(f"{key}, at large"), spread
