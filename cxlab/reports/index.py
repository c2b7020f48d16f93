"""The index: what failed and what to do, one card a report by study, studies side by side, what changed and is open."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cxlab import words
from cxlab.language import SOURCE, language_of, shared_by, speaking, tr, trn
from cxlab.reports import index_words as said
from cxlab.reports import manifest
from cxlab.reports.anew import commands
from cxlab.reports.changes import changes
from cxlab.reports.drawing import render
from cxlab.reports.imprint import Row, data_again, describe_versions
from cxlab.reports.index_words import studies_of, study_of
from cxlab.reports.notebooks import NotebookError, find_notebooks
from cxlab.reports.past import read_manifest
from cxlab.reports.pictures import Picture, picture
from cxlab.reports.shown import drawn, findings_of
from cxlab.reports.side import side_by_side
from cxlab.reports.titles import said_title

MOST_CARDS, _MOST_BOXES = 24, 6
"""Beyond so many reports cards become rows of a table; beyond so many that failed, these do."""


@dataclass(frozen=True)
class Card:
    """One report as the index shows it.

    Attributes
    ----------
    study : the study's title, and the label of the set of parameters.
    href : address of the page, from the index's folder. folder : of the run, likewise, as a path.
    entry : as it stands in the manifest. picture : what it found, small; None where there is none.
    language : of the report, in which all of its card is.
    """

    study: str
    href: str
    folder: str
    entry: dict[str, Any]
    picture: Picture | None = None
    language: str = SOURCE

    @property
    def title(self) -> str:
        """Number and name of the report."""
        with speaking(self.language):
            return said_title(str(self.entry["title"]))

    @property
    def tone(self) -> str:
        """Glyph and colour."""
        if self.entry["status"] == "failed":
            return "failed"
        return str(self.entry["answer"]["tone"]) if self.entry["answer"] else "cannot"

    @property
    def verdict(self) -> str:
        """The verdict in a few words."""
        with speaking(self.language):
            if self.entry["status"] == "failed":
                return tr("Failed, not computed")
            if self.entry["answer"]:
                return str(self.entry["answer"]["tag"])
            missing = self.entry["missing"]
            return str(missing.get("tag", tr("Not in this study"))) if missing else tr("No answer given")

    @property
    def instead(self) -> str:
        """What stands in the place of a figure where there is no answer."""
        if self.entry["status"] == "failed":
            with speaking(self.language):
                return tr("What to do stands at the top of this page.")
        return str(self.entry["missing"]["text"]) if self.entry["missing"] else ""


@dataclass(frozen=True)
class Part:
    """The part of the index on one run: a study, with one set of parameters; `title` names both, `study` one."""

    study: str
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
    """Read the manifests of the runs in a folder: those of this call first, then others from earlier calls, by name.

    Put to each as `findings` is what an index draws of its findings.
    """
    found = {name: run for name in [*names, *_others(out, names)] if (run := read_manifest(out / name))}
    return {name: run | {"findings": drawn(out / name, run)} for name, run in found.items()}


def draw_indexes(
    runs: Mapping[str, dict[str, Any]],
    names: list[str],
    again: str,
    again_by_study: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Draw all indexes, by their place below the folder of all runs; the parameters are those of `write_index`."""
    runs = {name: runs[name] for study in studies_of(runs) for name in runs if study_of(name) == study}
    found = {}
    for study in studies_of(names):
        own = {name: run for name, run in runs.items() if study_of(name) == study}
        this = [name for name in names if study_of(name) == study]
        for name in this:
            if name != study:
                found[f"{name}/{manifest.INDEX}"] = _index({name: own[name]}, [name], name, own[name]["command"])
        repeat = (again_by_study or {}).get(study, own[this[0]]["command"])
        found[f"{study}/{manifest.INDEX}"] = _index(own, this, study, repeat)
    return found | {manifest.INDEX: _index(runs, names, "", again)}


def _others(out: Path, names: list[str]) -> list[str]:
    """Find the runs of earlier calls: of a study, and of a study under a label, which name themselves so."""
    found = [file.parent.name for file in sorted(out.glob(f"*/{manifest.FILE}"))]
    for file in sorted(out.glob(f"*/*/{manifest.FILE}")):
        run = read_manifest(file.parent)
        if run and (run["study"]["name"], run.get("label")) == (file.parent.parent.name, file.parent.name):
            found.append(f"{file.parent.parent.name}/{file.parent.name}")
    return [name for name in sorted(found) if name not in names]


def _index(runs: Mapping[str, dict[str, Any]], names: list[str], here: str, again: str) -> str:
    """Draw an index, in the language of the studies that it shows.

    Parameters
    ----------
    runs : what it shows. names : those of this call.
    here : the folder in which it will lie, below that of all runs; empty: it is the uppermost.
    again : the command of this call.
    """
    language = shared_by(_asked(run) for run in runs.values())
    with speaking(language):
        return _drawn(runs, names, here, again, language)


def _asked(run: Mapping[str, Any]) -> str:
    """Return the language that a run's study asks for; those of earlier versions ask for none."""
    return str(run["study"].get("language", SOURCE))


def _drawn(runs: Mapping[str, dict[str, Any]], names: list[str], here: str, again: str, language: str) -> str:
    titles = said.titles(runs)
    studies = said.titles_of_studies(runs)
    parts = [_part(name, run, _below(name, here), studies[study_of(name)], titles[name]) for name, run in runs.items()]
    cards = [card for part in parts for card in part.cards]
    tones = [card.tone for card in cards if card.entry["status"] != "missing"]
    failed = [card for card in cards if card.tone == "failed"]
    this = [runs[name] for name in names]
    is_long = len(cards) > MOST_CARDS
    left_out = [(titles[name], title) for name, run in runs.items() for title in run.get("left_out", ())]
    return render(
        "index.html.j2",
        language=language,
        title=said.title(runs),
        summary=said.summary(tones, len(cards) - len(tones), left_out),
        counts=said.counts(runs, len(cards), len(failed)),
        parts=parts,
        failed=failed,
        boxed=len(failed) <= _MOST_BOXES,
        is_long=is_long,
        side=side_by_side({name: findings_of(run) for name, run in runs.items()}),
        changes=changes(runs, brief=is_long),
        open=_open(parts),
        several=len(parts) > 1,
        rows=_rows(this, commands(runs, names, again, _notebooks()), cards),
        time=max(run["started"] for run in this),
        back=_above(here),
    )


def _above(here: str) -> str:
    """Say what the index above one is called; nothing of the uppermost."""
    if not here:
        return ""
    return tr("All sets of parameters") if "/" in here else tr("All studies")


def _below(name: str, here: str) -> str:
    """Return the folder of a run as seen from another one above it, or from itself: "corner/", or nothing.

    Examples
    --------
    >>> _below("corner/short", ""), _below("corner/short", "corner"), _below("corner", "corner")
    ('corner/short/', 'short/', '')
    """
    rest = name.removeprefix(here).removeprefix("/")
    return f"{rest}/" if rest else ""


def _part(name: str, run: dict[str, Any], folder: str, study: str, title: str) -> Part:
    entries = sorted(run["reports"].items(), key=lambda item: str(item[1]["notebook"]))
    findings, cut = findings_of(run), run["study"].get("calibration_end")
    cards = []
    for report, entry in entries:
        language = language_of(_asked(run), report)
        with speaking(language):
            shown = picture(report, findings.get(report, {}), cut)
        cards.append(Card(title, quote(folder + entry["page"]), folder, entry, shown, language))
    note = f"{name}, {data_again(run['data'].split(';')[0])}, {run['study']['currency']}"
    if run.get("label"):
        given = " ".join(f"{one}={value}" for one, value in run.get("given", {}).items())
        note = f"{note}; {given or tr('the values of the study')}"
    return Part(study, title, note, tuple(cards))


def _open(parts: list[Part]) -> list[said.Open]:
    """Return what is still open."""
    return said.still_open(
        (part.study, question, settles, card.language)
        for part in parts
        for card in part.cards
        for question, settles in (card.entry["answer"]["open"] if card.entry["answer"] else ())
    )


def _notebooks() -> list[str]:
    """Return the names of all notebooks that there are; none where they cannot be found."""
    with suppress(NotebookError):
        return [notebook.name for notebook in find_notebooks()]
    return []


def _rows(runs: list[dict[str, Any]], again: list[str], cards: list[Card]) -> list[Row]:
    failed = sum(card.tone == "failed" for card in cards)
    n = len(cards) - failed
    result = trn("{n} report computed", "{n} reports computed", n, n=words.number(n))
    if failed:
        result = f"{result}, {tr('{n} failed', n=failed)}"
    one = len(again) == 1
    rows = [Row(tr("Command") if one else tr("Command {n}", n=i), text, True) for i, text in enumerate(again, start=1)]
    rows.append(Row(tr("Result"), result))
    data = {run["study"]["name"]: run["data"] for run in runs}
    rows += [Row(tr("Data of {study}", study=name), data_again(text)) for name, text in data.items()]
    rows.append(Row(tr("Made with"), describe_versions(runs[0]["versions"], runs[0]["commit"]), name="made_with"))
    files = tr("{files} of each run", files="results.json, manifest.json, tables/, notebooks/")
    return [*rows, Row(tr("Files"), files, True, "files")]
