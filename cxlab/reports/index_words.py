"""What the index says in its own words: its title, how the questions were answered, what is still open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cxlab import words

_SAID = {"yes": "yes", "partly": "in part", "no": "no", "cannot": "cannot tell"}
_SPELT = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"]
_MOST_STUDIES = 4


@dataclass(frozen=True)
class Open:
    """A question that is still open, and what would settle it, each with the studies of which that holds."""

    question: str
    settles: tuple[tuple[str, str], ...]


def study_of(name: str) -> str:
    """Return the study of a run, by the run's name."""
    return name.partition("/")[0]


def studies_of(names: Iterable[str]) -> list[str]:
    """Return the studies of runs, each once."""
    return list(dict.fromkeys(map(study_of, names)))


def titles(runs: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the title of each run: the study's, with its name where two studies have the same, and the label."""
    of_study = titles_of_studies(runs)
    return {
        name: f"{of_study[study_of(name)]}: {run['label']}" if run.get("label") else of_study[study_of(name)]
        for name, run in runs.items()
    }


def titles_of_studies(runs: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the title of each study by its name, with that name where two have the same title."""
    return told_apart({study_of(name): str(run["study"]["title"]) for name, run in runs.items()})


def told_apart(named: Mapping[str, str]) -> dict[str, str]:
    """Put the name behind a title that several have.

    Examples
    --------
    >>> told_apart({"north": "Shop", "south": "Shop", "web": "Web shop"})
    {'north': 'Shop (north)', 'south': 'Shop (south)', 'web': 'Web shop'}
    """
    given = list(named.values())
    return {name: f"{title} ({name})" if given.count(title) > 1 else title for name, title in named.items()}


def title(runs: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the heading of an index over these runs."""
    studies = studies_of(runs)
    if len(studies) > 1:
        return f"What the customers of {spelt(len(studies)).lower()} studies tell us"
    first = next(iter(runs.values()))
    told = f"What the customers of {first['study']['title']} tell us"
    if len(runs) > 1:
        return f"{told}, by {spelt(len(runs)).lower()} sets of parameters"
    return f"{told}: {first['label']}" if first.get("label") else told


def summary(tones: list[str], lacking: int, left_out: list[tuple[str, str]]) -> str:
    """Say in a sentence how the questions were answered.

    Parameters
    ----------
    tones : of the reports that the data are enough for. lacking : how many they are not enough for.
    left_out : study and title of reports that failed and are not shown.
    """
    said = [f"{spelt(tones.count(t)).lower()} {text}" for t, text in _SAID.items() if t in tones]
    n = len(tones) + lacking
    text = f"{spelt(n)} {'question' if n == 1 else 'questions'} put to the data"
    text += f". The answers: {', '.join(said)}." if said else "."
    if "failed" in tones:
        text += f" {spelt(tones.count('failed'))} could not be computed."
    if lacking:
        text += f" {spelt(lacking)} would take more data than there are."
    if left_out:
        named = ", ".join(f"{title} ({study})" for study, title in left_out)
        text += f" Not here, for {'it' if len(left_out) == 1 else 'they'} could not be computed this time: {named}."
    return text


def counts(names: Iterable[str], n_reports: int, n_failed: int) -> str:
    """Count studies, runs and reports."""
    names = list(names)
    studies = studies_of(names)
    said = [words.count(len(studies), "study", "studies")]
    if len(names) > len(studies):
        said.append(words.count(len(names), "run"))
    said.append(words.count(n_reports, "report"))
    return ", ".join([*said, f"{n_failed} failed"] if n_failed else said)


def still_open(asked: Iterable[tuple[str, str, str]]) -> list[Open]:
    """Merge what is open: each question once.

    Parameters
    ----------
    asked : study as a title, question, what would settle it.

    Examples
    --------
    >>> still_open([("North", "Why?", "A trial."), ("South", "Why?", "A trial.")])
    [Open(question='Why?', settles=(('A trial.', 'North, South'),))]
    """
    found: dict[str, dict[str, list[str]]] = {}
    for study, question, settles in asked:
        held = found.setdefault(question, {}).setdefault(settles, [])
        held += [] if study in held else [study]
    return [
        Open(question, tuple((text, _several(studies)) for text, studies in by_text.items()))
        for question, by_text in found.items()
    ]


def spelt(n: int) -> str:
    """Write a number as a word, as far as that is usual."""
    return _SPELT[n] if n < len(_SPELT) else words.number(n)


def _several(studies: list[str]) -> str:
    more = len(studies) - _MOST_STUDIES
    listed = ", ".join(studies[:_MOST_STUDIES])
    return f"{listed} and {words.number(more)} more" if more > 0 else listed
