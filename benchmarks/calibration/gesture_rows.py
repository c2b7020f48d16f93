"""What the page on gestures shows, and where each figure must lie."""

from collections.abc import Iterator

from benchmarks.calibration.figures import Band
from benchmarks.calibration.gesture_plan import BESIDE, WAYS
from benchmarks.calibration.layout import COVERED, SPREAD, Cell, Row, Section
from benchmarks.made.given_in_vain import IN_VAIN

UNBIASED = Band(-2.0, 2.0)  # percent of the mean outcome
MOST_FALSE, RIGHT = Band(high=0.05), Band(0.95)
RATIO_FROM = 2000
MADE = {"smooth": "smooth counts", "rugged": "rugged, heavy tails", "repeated": "several occasions each"}
GIVEN = {"lot": "by lot", "choice": "by choice"}
EFFECTS = {
    "effect": "effect on those with one",
    "effect_average": "average effect",
    "effect_overlap": "overlap effect",
    "effect by group": "effects by group",
    "incremental_contribution": "contribution after cost",
    "habituation": "first, second, later gesture",
}
BY_LOT = {"effect": "average effect", **{key: EFFECTS[key] for key in ("effect by group", "incremental_contribution")}}
NAIVE = {"effect_naive": "the naive difference, for comparison"}
IN_SHOPS = {
    "effect": "effect", "effect_average": "average effect", "effect by group": "effects by segment",
    "incremental_contribution": "contribution after cost", "habituation": "first, second, later gesture",
    "recovery": "after a failure",
}  # fmt: skip
PLANTED = {
    "none": ("no effect", "no_effect", None, None),
    "harm": ("harm", "harms", "groups differ", None),
    "turned": ("good for one group, bad for another", None, "groups differ", "both signs"),
}


def gesture_sections() -> tuple[Section, ...]:
    """Return the tables in the order of the page."""
    columns = (
        "figure", "bias in % of the mean outcome: -2 to 2", "held: 93–97%", "standard error told / spread: 0.90–1.10",
    )  # fmt: skip
    return (
        Section(
            "Gestures by lot",
            "Half of the customers get one. *Smooth counts*: the logarithm of the mean is a line in what is known. "
            "*Rugged, heavy tails*: it has steps, folds and a product, each customer has a pace of their own, and "
            "spend follows Pareto's law with shape 3. *Several occasions each*: one to six a customer, whose pace no "
            "record shows; each gesture works less than the one before. What a gesture does differs by group.",
            columns,
            tuple(row for name in MADE for row in _held(f"lot-{name}", MADE[name], BY_LOT)),
        ),
        Section(
            "Gestures by choice",
            "The same customers, but who gets one hangs on what is known, with the steps of the outcome where there "
            "are any. Figures are of those replications in which an effect was told. The naive difference is held "
            "against the effect on those with one.",
            columns,
            tuple(_chosen()),
        ),
        Section(
            "Whole shops",
            "Shops like the corner shop, written as files and read as a report does: a card and a card with a discount "
            "by lot, and gestures that staff chose. Truths are of the occasions that there were; the intervals are for "
            "others like them too, and may hold more often than they say.",
            columns,
            tuple(row for way in WAYS for row in _in_shops(way)),
        ),
        Section(
            "Where gestures do nothing",
            "How often they are said to work or to harm. The groups are alike then, too. A *running* trial is read on "
            "each of 90 days while its customers come in; the last column says how often a fixed 95% interval would "
            "have misled on some day.",
            (
                "customers and way", "said to work or harm: at most 5%", "groups said to differ: at most 5%",
                "said to have no effect", "a fixed interval would mislead",
            ),
            tuple(_nothing()),
        ),
        Section(
            "Where no effect can be told",
            "Gestures given in ways from which none can be told: 95% or more must say so. Below them, for comparison, "
            "the ways from which one can; where the time before is recorded, its check may forbid one by chance.",
            ("way", "not identifiable: 95% or more", "no number given: 95% or more"),
            tuple(_in_vain()),
        ),
        Section(
            "What is planted is found",
            "An effect that is not there, one that harms, and one that is turned round from group to group: whether "
            "the verdict is the right one, whether groups are said to differ, and whether both groups are told with "
            "their own sign.",
            ("planted, and way", "right verdict: 95% or more", "groups said to differ: 95% or more", "both signs"),
            tuple(_planted()),
        ),
        Section(
            "Beside DoubleML",
            "Gestures by choice, ten draws a replication. DoubleML 0.11.4 gets the kit’s basis, learners of the same "
            "kind and ridge, five folds and its own defaults for all else. Seconds are the processor’s for one draw: "
            "of DoubleML for the two effects, of the kit for all that the page shows.",
            (
                "customers: effect", "bias in %, kit: -2 to 2", "bias in %, DoubleML", "held, kit: 93–97%",
                "held, DoubleML", "standard error in %, kit", "standard error in %, DoubleML", "seconds, kit",
                "seconds, DoubleML",
            ),
            tuple(_beside()),
        ),
    )  # fmt: skip


def _held(case: str, words: str, figures: dict[str, str]) -> Iterator[Row]:
    for key, title in figures.items():
        yield Row(f"{words}: {title}", case, _cells(key))


def _cells(key: str, *, judged: bool = True) -> tuple[Cell, ...]:
    return (
        Cell(f"off {key}", "mean", UNBIASED if judged else None),
        Cell(key, band=COVERED if judged else None),
        Cell(f"z {key}", "ratio", SPREAD if judged else None, RATIO_FROM),
    )


def _chosen() -> Iterator[Row]:
    for name, words in MADE.items():
        shown = {key: title for key, title in EFFECTS.items() if key != "habituation" or name == "repeated"}
        yield from _held(f"choice-{name}", words, shown)
        for key, title in NAIVE.items():
            yield Row(f"{words}: {title}", f"choice-{name}", _cells(key, judged=False))


def _in_shops(way: str) -> Iterator[Row]:
    for key, title in IN_SHOPS.items():
        if way == "choice" or key in BY_LOT:
            off, *others = _cells(f"{way} {key}")
            yield Row(f"{GIVEN[way]}: {title}", "shop", (off if key.startswith("effect") else None, *others))


def _nothing() -> Iterator[Row]:
    claimed, differ = Cell("claimed", band=MOST_FALSE), Cell("groups differ", band=MOST_FALSE)
    for way in WAYS:
        for name, words in MADE.items():
            cells = (claimed, differ, Cell("no_effect"), None)
            yield Row(f"{words}, {GIVEN[way]}", f"{way}-{name}-nothing", cells)
    for way in WAYS:
        said = Cell(f"{way} claimed", band=MOST_FALSE)
        yield Row(f"whole shops, {GIVEN[way]}", "shop-nothing", (said, None, None, None))
    for name, words in MADE.items():
        yield Row(f"{words}, a running trial", f"daily-{name}", (claimed, None, None, Cell("peeked")))


def _in_vain() -> Iterator[Row]:
    for name, (words, _) in IN_VAIN.items():
        yield Row(words, f"vain-{name}", (Cell("not_identifiable", band=RIGHT), Cell("silent", band=RIGHT)))
    for name, words in MADE.items():
        yield Row(f"{words}, by choice", f"choice-{name}", (Cell("not_identifiable"), None))


def _planted() -> Iterator[Row]:
    for way in WAYS:
        for name, (words, *keys) in PLANTED.items():
            cells = tuple(None if key is None else Cell(key, band=RIGHT) for key in keys)
            yield Row(f"{words}, {GIVEN[way]}", f"{way}-{name}", cells)


def _beside() -> Iterator[Row]:
    for name in BESIDE:
        for key in ("effect", "effect_average"):
            cells = (
                Cell(f"off kit {key}", "mean", UNBIASED), Cell(f"off peer {key}", "mean"),
                Cell(f"kit {key}", band=COVERED), Cell(f"peer {key}"),
                Cell(f"error kit {key}", "mean"), Cell(f"error peer {key}", "mean"),
                Cell("seconds kit", "mean"), Cell("seconds peer", "mean"),
            )  # fmt: skip
            yield Row(f"{MADE[name]}: {EFFECTS[key]}", f"beside-{name}", cells)
