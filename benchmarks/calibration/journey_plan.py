"""Which cases are looked at to calibrate the journey, and what the page shows."""

from functools import partial

from benchmarks.calibration.cases import Case, Values
from benchmarks.calibration.figures import Band
from benchmarks.calibration.intervals import held, joined
from benchmarks.calibration.layout import COVERED, Cell, Row, Section
from benchmarks.made.visits import truth_of, visit
from cxlab.experience import follow_journey, weigh_clicks
from cxlab.simulate.settings import Journey
from cxlab.simulate.visits import CHANNELS, PAYMENT, STEPS

_LIKE = Journey(sessions=1.0, app=0.0, click=0.0, spread=0.0, signed_in=1.0)
_EVEN = {"to_product": 0.5, "to_basket": 0.5, "to_payment": 0.5}
WORLDS = {
    "visits_alike": ("all steps, channels and customers alike", _LIKE.model_copy(update=_EVEN)),
    "visits_clustered": ("the same, customers differ by 1.0", _LIKE.model_copy(update={**_EVEN, "spread": 1.0})),
    "visits_known": ("as the simulator has it, all known", Journey(sessions=1.0, signed_in=1.0)),
    "visits_unknown": ("the same, nobody known, customers alike", Journey(sessions=1.0, signed_in=0.0, spread=0.0)),
    "visits_apart": ("customers differ by 1.0, half of them known; a click costs .2",
                     Journey(sessions=1.0, signed_in=0.5, spread=1.0, click=-0.2)),
}  # fmt: skip
"""Made-up visits: spread is a standard deviation of log odds between customers."""
_NOTHING = ("visits_alike", "visits_clustered")
MOST_FALSE = Band(high=0.05)
_RESTS = ("cxlab/journey", "cxlab/experience/funnel.py", "cxlab/experience/clustered.py",
          "cxlab/experience/channels.py", "cxlab/experience/clicks.py", "cxlab/simulate/visits.py",
          "benchmarks/made/visits.py", "benchmarks/calibration/journey_plan.py",
          "benchmarks/calibration/intervals.py")  # fmt: skip


def visited(n: int, seed: int, *, settings: Journey) -> Values:
    """Look at n sessions as the notebook does; hold shares, verdicts and clicks against what was planted."""
    truth = truth_of(settings)
    engine, journey = visit(settings, n, seed)
    with engine:
        funnel, clicks = follow_journey(journey), weigh_clicks(journey)
    found = funnel.findings
    way = STEPS[1 : PAYMENT + 1]
    parts: list[Values] = [
        {"step": held("step", found[key], truth[key]["estimate"])["step"]} for key in _keys("step_conversion.{}", way)
    ]
    parts += [
        {"channel": held("channel", found[key], truth[key]["estimate"])["channel"]}
        for step in way
        for key in _keys(f"step_conversion.{step}.{{}}", CHANNELS)
        if key in found and found[key].has_interval
    ]
    parts.append(
        {"whole": held("whole", found["journey_conversion"], truth["journey_conversion"]["estimate"])["whole"]}
    )
    parts.append({"click": held("click", clicks.odds, truth["click_effect"]["estimate"])["click"]})
    named = funnel.worst
    parts.append(
        {
            "differ": [float(funnel.channels_differ == "yes")],
            "alike": [float(funnel.channels_differ == "no")],
            "more or less": [float(clicks.verdict in ("less", "more"))],
            "named": [float(named is not None)],
            "named rightly": [float(named is not None and named.name == "basket")],
        }
    )
    return joined(parts)


def _keys(pattern: str, names: tuple[str, ...]) -> list[str]:
    return [pattern.format(name) for name in names]


def journey_cases() -> tuple[Case, ...]:
    """Return all cases, in the order of the table."""
    return tuple(
        Case(name, partial(visited, settings=settings), {500: 200, 5000: 100}, _RESTS)
        for name, (_, settings) in WORLDS.items()
    )


def journey_sections() -> tuple[Section, ...]:
    """Return the tables in the order of the page."""
    return (
        Section(
            "The journey: intervals",
            "As many sessions as the second column says, of a fifth as many customers, who differ in how readily they "
            "go on. The truth is what 400,000 sessions come to. *Click* is the odds ratio of going on, a click.",
            ("visits", "steps, held: 93–97%", "steps in a channel, held: 93–97%", "whole way, held: 93–97%",
             "click, held: 93–97%"),
            tuple(
                Row(words, name, tuple(Cell(key, band=COVERED) for key in ("step", "channel", "whole", "click")))
                for name, (words, _) in WORLDS.items()
            ),
        ),
        Section(
            "The journey: verdicts",
            "Where channels, steps and clicks are alike, whatever is said to differ is said falsely. Elsewhere the "
            "basket is the step before which most drop off, channels differ, and a click costs. In the second row "
            "those who go on are the readier ones, so that most do drop off before the first step.",
            ("visits", "channels differ: at most 5% where alike", "channels alike",
             "a click counts: at most 5% where not", "a step stands out: at most 5% where alike",
             "and it is the basket"),
            tuple(
                Row(words, name, (
                    Cell("differ", band=MOST_FALSE if name in _NOTHING else None),
                    Cell("alike"),
                    Cell("more or less", band=MOST_FALSE if name == "visits_alike" else None),
                    Cell("named", band=MOST_FALSE if name == "visits_alike" else None),
                    Cell("named rightly") if name not in _NOTHING else None,
                ))
                for name, (words, _) in WORLDS.items()
            ),
        ),
    )  # fmt: skip
