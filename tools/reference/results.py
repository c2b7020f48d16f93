"""`results.md`: every key of `results.json`, by report."""

from cxlab.estimate import Estimate
from cxlab.reports.listed import KEYS
from cxlab.reports.listed.key import Key, places
from cxlab.reports.listed.places import PLACES
from tools.reference import notebooks
from tools.reference.markdown import attributes, code, sentence, table
from tools.reference.markdown import page as page_of

_INTRO = """
`results.json` is an object by report name, of findings by key:

```json
{"gestures": {"effect.card": {"estimate": 0.31, "low": 0.12, "high": 0.5, "level": 0.95, "n": 2357,
                              "unit": "purchases per customer"}}}
```

What does not apply is left out; nothing is ever NaN or Infinity. A report that failed, or for which the study lacks the
data, is not in it; where a part of a report cannot be told, the keys of that part are not. Numbers have ten significant
digits. The same input, parameters and versions give the same bytes.
"""
_PATTERNS = """
In a pattern, `<arm>` stands for a value, listed below, and what is in `[ ]` may be there or not. Values of the study
stand as they do in its data. With several experiments `<experiment>.<arm>` stands in the place of `<arm>`. Where a
study has a trial and chosen gestures, the trial has the plain keys and the chosen ones begin with `observational.`.

Where a trial is spoilt (`sample_ratio_mismatch` below .01), its estimates stay, and each has the verdict `cannot_tell`
beside it.
"""
_VERDICTS = """
A finding may be a verdict alone, or an estimate with one beside it. These words say why a figure is missing or bare, in
any report:

- `cannot_tell`: the data do not suffice.
- `at_bound`, `not_settled`: the fit of the model ran into the edge of what is allowed, or the data do not settle the
  parameter; an estimate then has no interval.
- `no_number`: what would be divided by may be zero. `not_known`: the study does not record it.
"""


def page() -> str:
    """Write it."""
    questions = {book.name: book.question for book in notebooks.all_of_them()}
    fields = attributes(Estimate)
    fields["estimate"] = fields.pop("value").partition(" None for")[0].rstrip(";")
    order = ("estimate", "low", "high", "level", "n", "unit", "verdict")
    named = dict.fromkeys(
        place for keys in KEYS.values() for one in keys for text in _texts(one) for place in places(text)
    )
    return page_of(
        "Keys of results.json",
        _INTRO,
        table(("field", "what it is"), [(f"`{name}`", fields[name]) for name in order]),
        "## Patterns",
        _PATTERNS,
        table(("in a pattern", "what it is", "names"), [_place(name) for name in PLACES if name in named]),
        "## Words",
        _VERDICTS,
        *(part for name, keys in KEYS.items() for part in _of(name, questions[name], keys)),
    )


def _texts(key: Key) -> tuple[str, ...]:
    return (key.pattern, *key.units)


def _place(name: str) -> tuple[str, str, str]:
    return f"`<{name}>`", PLACES[name].meaning, code(PLACES[name].names)


def _of(report: str, question: str, keys: tuple[Key, ...]) -> list[str]:
    """Write the part of a report: its keys, and of those that have verdicts which these are."""
    rows = [(f"`{one.pattern}`", one.meaning, "; or ".join(one.units), one.when or "always") for one in keys]
    judged = [(f"`{one.pattern}`", code(one.words)) for one in keys if one.words]
    return [
        f"## {report}",
        sentence(question) if not question.endswith("?") else question,
        table(("key", "what it is", "unit", "when it is there"), rows),
        "Verdicts:",
        table(("key", "words"), judged),
    ][: 5 if judged else 3]
