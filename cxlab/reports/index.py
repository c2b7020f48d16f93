"""The index: what failed and what to do, one card a report by study, what is still open, how to get it again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxlab import words
from cxlab.reports import manifest
from cxlab.reports.drawing import render
from cxlab.reports.imprint import Row, describe_versions

_SAID = {"yes": "yes", "partly": "in part", "no": "no", "cannot": "that the data cannot tell"}
_SPELT = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"]


@dataclass(frozen=True)
class Card:
    """One report as the index shows it; `href` is from the index's folder, `entry` as it stands in the manifest."""

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
    """The part of the index on one study."""

    name: str
    title: str
    note: str
    cards: tuple[Card, ...]


def write_index(out: Path, names: list[str], again: str) -> Path:
    """Write the index over all studies into `out`, and one for each study into its own folder.

    Parameters
    ----------
    names : the studies of this run; others that lie in `out` from earlier runs follow them.
    again : the command of this run.

    Returns
    -------
    The index over all studies.
    """
    others = sorted(f.parent.name for f in out.glob(f"*/{manifest.FILE}") if f.parent.name not in names)
    runs = {name: run for name in [*names, *others] if (run := manifest.read(out / name))}
    for name in names:
        own = {name: runs[name]}
        (out / name / "index.html").write_text(_index(own, runs[name]["command"], ""), encoding="utf-8", newline="\n")
    index = out / "index.html"
    index.write_text(_index(runs, again, "/", names), encoding="utf-8", newline="\n")
    return index


def _index(runs: dict[str, dict[str, Any]], again: str, below: str, names: list[str] | None = None) -> str:
    parts = [_part(name, run, f"{name}/" if below else "") for name, run in runs.items()]
    cards = [card for part in parts for card in part.cards]
    this = [runs[name] for name in names or runs]
    newest = max(run["started"] for run in this)
    return render(
        "index.html.j2",
        title=_title(parts),
        summary=_summary(cards),
        counts=_counts(parts, cards),
        parts=parts,
        failed=[card for card in cards if card.tone == "failed"],
        open=[(card, *asked) for card in cards if card.entry["answer"] for asked in card.entry["answer"]["open"]],
        rows=_rows(this, again, cards),
        time=newest,
        home="" if below else "../index.html",
    )


def _part(name: str, run: dict[str, Any], folder: str) -> Part:
    entries = sorted(run["reports"].values(), key=lambda entry: str(entry["notebook"]))
    title = run["study"]["title"]
    cards = tuple(Card(title, folder + entry["page"], folder, entry) for entry in entries)
    return Part(name, title, f"{name}, {run['data'].split(';')[0]}, {run['study']['currency']}", cards)


def _title(parts: list[Part]) -> str:
    if len(parts) == 1:
        return f"What the customers of {parts[0].title} tell us"
    return f"What the customers of {_spelt(len(parts)).lower()} studies tell us"


def _summary(cards: list[Card]) -> str:
    """Say in a sentence how the questions were answered."""
    tones = [card.tone for card in cards if card.entry["status"] != "missing"]
    said = [f"{_spelt(tones.count(t)).lower()} {text}" for t, text in _SAID.items() if t in tones]
    lacking = len(cards) - len(tones)
    text = f"{_spelt(len(cards))} {'question' if len(cards) == 1 else 'questions'} put to the data"
    text += f". The answers: {', '.join(said)}." if said else "."
    if "failed" in tones:
        text += f" {_spelt(tones.count('failed'))} could not be computed."
    if lacking:
        text += f" {_spelt(lacking)} would take more data than there are."
    return text


def _counts(parts: list[Part], cards: list[Card]) -> str:
    said = [words.count(len(parts), "study", "studies"), words.count(len(cards), "report")]
    failed = sum(card.tone == "failed" for card in cards)
    return ", ".join([*said, f"{failed} failed"] if failed else said)


def _rows(runs: list[dict[str, Any]], again: str, cards: list[Card]) -> list[Row]:
    failed = sum(card.tone == "failed" for card in cards)
    result = f"{words.count(len(cards) - failed, 'report')} computed"
    rows = [Row("Command", again, True), Row("Result", f"{result}, {failed} failed" if failed else result)]
    rows += [Row(f"Data of {run['study']['name']}", run["data"]) for run in runs]
    rows.append(Row("Made with", describe_versions(runs[0]["versions"], runs[0]["commit"])))
    return [*rows, Row("Files", "results.json, manifest.json, tables/, notebooks/ of each study", True)]


def _spelt(n: int) -> str:
    return _SPELT[n] if n < len(_SPELT) else str(n)
