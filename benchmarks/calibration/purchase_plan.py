"""Which cases are looked at to calibrate purchase models, what follows from them and waits, and what the page shows."""

from collections.abc import Iterator
from functools import partial

from benchmarks.calibration.cases import Case
from benchmarks.calibration.figures import Band
from benchmarks.calibration.forecasts import checked, compared, fitted, valued, waited
from benchmarks.calibration.layout import COVERED, SPREAD, Cell, Row, Section
from benchmarks.made.buyers import Family

FAMILIES: dict[Family, str] = {"bgnbd": "BG/NBD", "mbgnbd": "MBG/NBD", "pareto_nbd": "Pareto/NBD"}
FIGURES = {
    "parameter": "the four parameters",
    "pace": "purchases a year of a customer who stays",
    "leaving": "share who leave early",
    "first_year": "purchases of a new customer in a year",
    "foreseen": "purchases foreseen of all",
    "foreseen by repeats": "purchases foreseen by number of repeat purchases",
}
WORTH = {
    "new customer": "what a new customer is worth",
    "point": "a point of retention, of a thousand new customers",
    "N* over a year": "one-time buyers equal to a fan, over a year",
    "N* over four years": "the same over four years",
}
WAITS = {"restricted mean": "mean wait within 90 days", "median": "median wait", "curve": "share waiting at 30 days"}
RATIO_FROM = 2000
MOST_FALSE = Band(high=0.05)
_MODELS = (
    "cxlab/purchases", "cxlab/estimate.py", "benchmarks/calibration/forecasts.py",
    "benchmarks/calibration/intervals.py", "benchmarks/made/buyers.py",
)  # fmt: skip
_FANS = (*_MODELS, "cxlab/loyalty", "cxlab/segments/rule.py")
_WAITS = ("cxlab/waits/curves.py", "cxlab/estimate.py", "benchmarks/calibration/forecasts.py")


def purchase_cases() -> tuple[Case, ...]:
    """Return all cases, in the order of the table."""
    many, some, few = {500: 400, 2000: 400}, {500: 200, 2000: 100}, {500: 100, 2000: 50}
    return (
        *(Case(f"fitted-{name}", partial(fitted, family=name), many, _MODELS) for name in FAMILIES),
        *(Case(f"checked-{name}", partial(checked, family=name), some, _MODELS) for name in FAMILIES),
        *(Case(f"valued-{name}", partial(valued, family=name), few, _FANS) for name in FAMILIES),
        Case("compared", compared, some, _MODELS),
        Case("waited", waited, {500: 1000, 2000: 1000}, _WAITS),
    )


def purchase_sections() -> tuple[Section, ...]:
    """Return the tables in the order of the page."""
    held = ("held: 93–97%", "standard error told / spread: 0.90–1.10")
    return (
        Section(
            "Purchase models",
            "Customers who buy and leave by each model, fitted by that model. The truth of what is foreseen is what "
            "the model with the true parameters foresees of the same customers. The last column holds the width of the "
            "intervals against the spread of the errors; 1 is right.",
            ("model: figure", *held),
            tuple(_held("fitted", FIGURES)),
        ),
        Section(
            "Verdict and choice",
            "The forecast of a model that is right: *fails* would be wrong. The rule keeps BG/NBD unless another model "
            "is ahead by more than chance, so another one that is true is often not taken with few customers; where "
            "BG/NBD is true, another one must be taken in at most 5%.",
            ("true model", "holds", "cannot tell or partly", "fails: at most 5%", "true model taken"),
            tuple(_judged()),
        ),
        Section(
            "What customers are worth",
            "Purchases of known mean value, which has nothing to do with how often they come. The worth of a fan is "
            "the true expectation of these fans, by their own value and pace.",
            ("model: figure", *held),
            tuple(_held("valued", WORTH)),
        ),
        Section(
            "Kinds of customers",
            "A mark on three in ten customers that has nothing to do with what they buy.",
            ("figure", "share", "standard error told / spread: 0.90–1.10"),
            (
                Row("said to differ: at most 5%", "compared", (Cell("said", band=MOST_FALSE), None)),
                Row("rate of buying, held: 93–97%", "compared", _cells("buying")),
                Row("rate of leaving, held: 93–97%", "compared", _cells("leaving")),
            ),
        ),
        Section(
            "Waits",
            "One to five waits a customer, at a pace of the customer's own, followed for 10 to 150 days.",
            ("figure", *held),
            tuple(Row(words, "waited", _cells(key)) for key, words in WAITS.items()),
        ),
    )


def _held(case: str, figures: dict[str, str]) -> Iterator[Row]:
    for name, title in FAMILIES.items():
        for key, words in figures.items():
            yield Row(f"{title}: {words}", f"{case}-{name}", _cells(key))


def _judged() -> Iterator[Row]:
    for name, title in FAMILIES.items():
        taken = Cell("taken", band=Band(0.95) if name == "bgnbd" else None)
        cells = (Cell("holds"), Cell("unsure"), Cell("fails", band=MOST_FALSE), taken)
        yield Row(title, f"checked-{name}", cells)


def _cells(key: str) -> tuple[Cell, Cell]:
    return Cell(key, band=COVERED), Cell(f"z {key}", "ratio", SPREAD, RATIO_FROM)
