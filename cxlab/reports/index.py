"""The index: what failed and what to do, one card a report by study, what is still open, how to get it again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cxlab import words
from cxlab.reports import manifest
from cxlab.reports.drawing import render
from cxlab.reports.imprint import Row, describe_versions
from cxlab.reports.past import read_manifest

_SAID = {"yes": "yes", "partly": "in part", "no": "no", "cannot": "cannot tell"}
_BACK_TO_STUDIES, _BACK_TO_SETS = "All studies", "All sets of parameters"
_SPELT = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"]


@dataclass(frozen=True)
class Card:
    """One report as the index shows it.

    Attributes
    ----------
    study : the study's title, and the label of the set of parameters.
    href : address of the page, from the index's folder. folder : of the run, likewise, as a path.
    entry : as it stands in the manifest.
    """

    study: str
    href: str
    folder: str
    entry: dict[str, Any]

    @property
    def tone(self) -> str:
        """Glyph and colour."""
        if self.entry["status"] == "failed":
            return "failed"
        return str(self.entry["answer"]["tone"]) if self.entry["answer"] else "cannot"


@dataclass(frozen=True)
class Part:
    """The part of the index on one run: a study, with one set of parameters."""

    title: str
    note: str
    cards: tuple[Card, ...]


def write_index(out: Path, names: list[str], again: str, again_by_study: Mapping[str, str] | None = None) -> Path:
    """Write the index over all runs into `out`, one for each study into its folder, one for each label into its own.

    Parameters
    ----------
    names : the runs of this call, by their folder below `out`: "corner", or "corner/short window" for a label. Others
        that lie in `out` from earlier calls follow them.
    again : the command of this call.
    again_by_study : what runs a study again with all its sets; by default the command of its only run.

    Returns
    -------
    The index over all runs.
    """
    for place, html in draw_indexes(runs_in(out, names), names, again, again_by_study).items():
        manifest.put(out / place, html.encode())
    return out / manifest.INDEX


def runs_in(out: Path, names: list[str]) -> dict[str, dict[str, Any]]:
    """Read the manifests of the runs in a folder: those of this call first, then others from earlier calls, by name."""
    return {name: run for name in [*names, *_others(out, names)] if (run := read_manifest(out / name))}


def draw_indexes(
    runs: Mapping[str, dict[str, Any]],
    names: list[str],
    again: str,
    again_by_study: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Draw all indexes, by their place below the folder of all runs; the parameters are those of `write_index`."""
    runs = {name: runs[name] for study in _studies(runs) for name in runs if _study(name) == study}
    found = {}
    for study in _studies(names):
        own = {name: run for name, run in runs.items() if _study(name) == study}
        this = [name for name in names if _study(name) == study]
        for name in this:
            if name != study:
                html = _index({name: own[name]}, [name], name, own[name]["command"], _BACK_TO_SETS)
                found[f"{name}/{manifest.INDEX}"] = html
        repeat = (again_by_study or {}).get(study, own[this[0]]["command"])
        found[f"{study}/{manifest.INDEX}"] = _index(own, this, study, repeat, _BACK_TO_STUDIES)
    return found | {manifest.INDEX: _index(runs, names, "", again)}


def _others(out: Path, names: list[str]) -> list[str]:
    """Find the runs of earlier calls: of a study, and of a study under a label, which name themselves so."""
    found = [file.parent.name for file in sorted(out.glob(f"*/{manifest.FILE}"))]
    for file in sorted(out.glob(f"*/*/{manifest.FILE}")):
        run = read_manifest(file.parent)
        if run and (run["study"]["name"], run.get("label")) == (file.parent.parent.name, file.parent.name):
            found.append(f"{file.parent.parent.name}/{file.parent.name}")
    return [name for name in sorted(found) if name not in names]


def _study(name: str) -> str:
    """Return the study of a run, by the run's name."""
    return name.partition("/")[0]


def _studies(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(map(_study, names)))


def _index(runs: Mapping[str, dict[str, Any]], names: list[str], here: str, again: str, back: str = "") -> str:
    """Draw an index.

    Parameters
    ----------
    runs : what it shows. names : those of this call.
    here : the folder in which it will lie, below that of all runs.
    again : the command of this call. back : what the index above it is called; empty: it is the uppermost.
    """
    parts = [_part(name, run, _below(name, here)) for name, run in runs.items()]
    cards = [card for part in parts for card in part.cards]
    this = [runs[name] for name in names]
    newest = max(run["started"] for run in this)
    return render(
        "index.html.j2",
        title=_title(runs),
        summary=_summary(cards, [(run["study"]["title"], t) for run in runs.values() for t in run.get("left_out", ())]),
        counts=_counts(runs, cards),
        parts=parts,
        failed=[card for card in cards if card.tone == "failed"],
        open=_open(runs, parts),
        several=len(parts) > 1,
        rows=_rows(this, again, cards),
        time=newest,
        back=back,
    )


def _below(name: str, here: str) -> str:
    """Return the folder of a run as seen from another one above it, or from itself: "corner/", or nothing.

    Examples
    --------
    >>> _below("corner/short", ""), _below("corner/short", "corner"), _below("corner", "corner")
    ('corner/short/', 'short/', '')
    """
    rest = name.removeprefix(here).removeprefix("/")
    return f"{rest}/" if rest else ""


def _part(name: str, run: dict[str, Any], folder: str) -> Part:
    entries = sorted(run["reports"].values(), key=lambda entry: str(entry["notebook"]))
    label = run.get("label", "")
    title = f"{run['study']['title']}: {label}" if label else run["study"]["title"]
    cards = tuple(Card(title, quote(folder + entry["page"]), folder, entry) for entry in entries)
    note = f"{name}, {run['data'].split(';')[0]}, {run['study']['currency']}"
    given = " ".join(f"{one}={value}" for one, value in run.get("given", {}).items())
    return Part(title, f"{note}; {given or 'the values of the study'}" if label else note, cards)


def _open(runs: Mapping[str, dict[str, Any]], parts: list[Part]) -> list[tuple[str, str, str]]:
    """Return study, question and what would settle it, of what is still open; once for all sets of a study."""
    asked: dict[tuple[str, str, str], str] = {}
    for name, part in zip(runs, parts, strict=True):
        for card in part.cards:
            for question, settles in card.entry["answer"]["open"] if card.entry["answer"] else ():
                asked.setdefault((_study(name), question, settles), runs[name]["study"]["title"])
    return [(title, question, settles) for (_, question, settles), title in asked.items()]


def _title(runs: Mapping[str, dict[str, Any]]) -> str:
    studies = _studies(runs)
    if len(studies) > 1:
        return f"What the customers of {_spelt(len(studies)).lower()} studies tell us"
    first = next(iter(runs.values()))
    told = f"What the customers of {first['study']['title']} tell us"
    if len(runs) > 1:
        return f"{told}, by {_spelt(len(runs)).lower()} sets of parameters"
    return f"{told}: {first['label']}" if first.get("label") else told


def _summary(cards: list[Card], left_out: list[tuple[str, str]]) -> str:
    """Say in a sentence how the questions were answered.

    Parameters
    ----------
    left_out : study and title of reports that failed and are not shown.
    """
    tones = [card.tone for card in cards if card.entry["status"] != "missing"]
    said = [f"{_spelt(tones.count(t)).lower()} {text}" for t, text in _SAID.items() if t in tones]
    lacking = len(cards) - len(tones)
    text = f"{_spelt(len(cards))} {'question' if len(cards) == 1 else 'questions'} put to the data"
    text += f". The answers: {', '.join(said)}." if said else "."
    if "failed" in tones:
        text += f" {_spelt(tones.count('failed'))} could not be computed."
    if lacking:
        text += f" {_spelt(lacking)} would take more data than there are."
    if left_out:
        named = ", ".join(f"{title} ({study})" for study, title in left_out)
        text += f" Not here, for {'it' if len(left_out) == 1 else 'they'} could not be computed this time: {named}."
    return text


def _counts(runs: Mapping[str, dict[str, Any]], cards: list[Card]) -> str:
    studies = _studies(runs)
    said = [words.count(len(studies), "study", "studies")]
    if len(runs) > len(studies):
        said.append(words.count(len(runs), "run"))
    said.append(words.count(len(cards), "report"))
    failed = sum(card.tone == "failed" for card in cards)
    return ", ".join([*said, f"{failed} failed"] if failed else said)


def _rows(runs: list[dict[str, Any]], again: str, cards: list[Card]) -> list[Row]:
    failed = sum(card.tone == "failed" for card in cards)
    result = f"{words.count(len(cards) - failed, 'report')} computed"
    rows = [Row("Command", again, True), Row("Result", f"{result}, {failed} failed" if failed else result)]
    rows += [Row(f"Data of {name}", data) for name, data in {run["study"]["name"]: run["data"] for run in runs}.items()]
    rows.append(Row("Made with", describe_versions(runs[0]["versions"], runs[0]["commit"]), name="made_with"))
    return [*rows, Row("Files", "results.json, manifest.json, tables/, notebooks/ of each run", True, "files")]


def _spelt(n: int) -> str:
    return _SPELT[n] if n < len(_SPELT) else str(n)
