"""What the index says in its own words: its title, how the questions were answered, what is still open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cxlab import words
from cxlab.language import SOURCE, Texts, spoken, tr, trn
from cxlab.reports.titles import said_title

_SAID = Texts({"yes": "{n} yes", "partly": "{n} in part", "no": "{n} no", "cannot": "{n} cannot tell"})
_SPELT = {
    SOURCE: [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ],
    "fi": [
        "nolla", "yksi", "kaksi", "kolme", "neljä", "viisi", "kuusi", "seitsemän", "kahdeksan", "yhdeksän",
        "kymmenen", "yksitoista", "kaksitoista",
    ],
}  # fmt: skip
_SPELT_OF = {
    SOURCE: _SPELT[SOURCE],
    "fi": [
        "nollan", "yhden", "kahden", "kolmen", "neljän", "viiden", "kuuden", "seitsemän", "kahdeksan", "yhdeksän",
        "kymmenen", "yhdentoista", "kahdentoista",
    ],
}  # fmt: skip
"""As numbers stand before the name of what is counted, where that stands in a genitive."""
_MOST_STUDIES = 4


@dataclass(frozen=True)
class Open:
    """A question that is still open, and what would settle it, each with the studies of which that holds.

    Attributes
    ----------
    language : that it is written in, by its ISO 639-1 code.
    """

    question: str
    settles: tuple[tuple[str, str], ...]
    language: str = SOURCE


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
        return tr("What the customers of {n} studies tell us", n=_spelt(len(studies), _SPELT_OF))
    first = next(iter(runs.values()))
    told = tr("What the customers of {study} tell us", study=first["study"]["title"])
    if len(runs) > 1:
        return tr("{told}, by {n} sets of parameters", told=told, n=_spelt(len(runs)))
    return tr("{told}: {label}", told=told, label=first["label"]) if first.get("label") else told


def summary(tones: list[str], lacking: int, left_out: list[tuple[str, str]]) -> str:
    """Say in a sentence how the questions were answered.

    Parameters
    ----------
    tones : of the reports that the data are enough for. lacking : how many they are not enough for.
    left_out : study and title of reports that failed and are not shown.
    """
    counted = [text.format(n=_spelt(tones.count(t))) for t, text in _SAID.items() if t in tones]
    n, n_failed = len(tones) + lacking, tones.count("failed")
    said = [trn("{n} question put to the data.", "{n} questions put to the data.", n, n=_spelt(n))]
    if counted:
        said.append(
            trn("The answer: {listed}.", "The answers: {listed}.", len(tones) - n_failed, listed=", ".join(counted))
        )
    if n_failed:
        said.append(tr("{n} could not be computed.", n=_spelt(n_failed)))
    if lacking:
        said.append(tr("{n} would take more data than there are.", n=_spelt(lacking)))
    if left_out:
        named = ", ".join(f"{said_title(title)} ({study})" for study, title in left_out)
        said.append(
            trn(
                "Not here, for it could not be computed this time: {named}.",
                "Not here, for they could not be computed this time: {named}.",
                len(left_out),
                named=named,
            )
        )
    return " ".join(map(words.capital, said))


def counts(names: Iterable[str], n_reports: int, n_failed: int) -> str:
    """Count studies, runs and reports."""
    names = list(names)
    studies = studies_of(names)
    said = [words.count(len(studies), "study", "studies")]
    if len(names) > len(studies):
        said.append(words.count(len(names), "run"))
    said.append(words.count(n_reports, "report"))
    return ", ".join([*said, tr("{n} failed", n=n_failed)] if n_failed else said)


def still_open(asked: Iterable[tuple[str, str, str, str]]) -> list[Open]:
    """Merge what is open: each question once.

    Parameters
    ----------
    asked : study as a title, question, what would settle it, the language of both.

    Examples
    --------
    >>> still_open([("North", "Why?", "A trial.", "en"), ("South", "Why?", "A trial.", "en")])
    [Open(question='Why?', settles=(('A trial.', 'North, South'),), language='en')]
    """
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for study, question, settles, language in asked:
        held = found.setdefault((question, language), {}).setdefault(settles, [])
        held += [] if study in held else [study]
    return [
        Open(question, tuple((text, _several(studies)) for text, studies in by_text.items()), language)
        for (question, language), by_text in found.items()
    ]


def _spelt(n: int, spellings: Mapping[str, list[str]] = _SPELT) -> str:
    """Write a number as a word, as far as that is usual."""
    spelt = spellings[spoken()]
    return spelt[n] if n < len(spelt) else words.number(n)


def _several(studies: list[str]) -> str:
    more = len(studies) - _MOST_STUDIES
    listed = ", ".join(studies[:_MOST_STUDIES])
    return tr("{listed} and {n} more", listed=listed, n=words.number(more)) if more > 0 else listed
