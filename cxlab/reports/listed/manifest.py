"""The keys of a run's `manifest.json`, and of each report in it."""

from collections.abc import Mapping

RUN: Mapping[str, str] = {
    "format": "form of this file; 1 so far",
    "study": "name, title, path, currency, language, privacy and both ends of its time",
    "label": "of a set of parameters; empty without `--matrix`",
    "command": "what makes this run again",
    "data": "what was read, in words",
    "parameters": "every parameter with the value that was used",
    "given": "those of them that the command line or the set gave",
    "seed": "start of every random step",
    "inputs": "sha256 and bytes of `study.yml` and of every file that was read",
    "read": "how each file of each table was read, as `read:` of `study.yml` would say it, and its records",
    "versions": "of Python and of the libraries that figures depend on",
    "commit": "of the checkout that it ran from, and whether files were changed since; null where there is none",
    "started": "moment, with its zone",
    "ended": "moment, with its zone",
    "reports": "each report by its name, as below",
    "outputs": "sha256 of every file of the run, by its path",
    "looks": "number, size and time of each of these files, by which it is seen whether one was changed",
}
"""Of the run."""
BEFORE: Mapping[str, str] = {
    "before": "what changed since the run before in the same folder, and why; only where there was one",
}
REPORT: Mapping[str, str] = {
    "notebook": "number and name, as 02_segmentation",
    "title": "for people",
    "question": "what it asks",
    "page": "file of the page",
    "status": "`done`, `missing` (the study lacks the data for it) or `failed`",
    "answer": "verdict, headline, line, three facts, the decision and what is open; null where there is none",
    "missing": "what the study lacks, and what would answer it; else null",
    "error": "name and message of what failed; else null",
    "parameters": "what the notebook was given",
    "command": "what makes this report alone again",
    "made_from": "hash of all that it rests on; a report of the same hash is left alone",
    "seconds": "how long it took",
    "n_warnings": "warnings of the notebook",
    "outputs": "its files",
}
"""Of a report."""
