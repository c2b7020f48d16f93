"""Small notebooks for the tests of pages and runs: made, executed or not, with any block in them."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cxlab import blocks
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow

PARAMETERS = """study: str = "data/cdnow"  # folder or study.yml
k_max: int | None = None  # clusters tried at most; empty: study.yml, else 10
margin_rate: float | None = None  # share of revenue; empty: study.yml, else 0.3
seed: int | None = None  # start of every random step; empty: study.yml
out: str = ""  # folder for tables; empty: none are written"""
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
HOSTILE = "<script>document.title='run'</script><img src=\"//evil.example/x\" onerror='x()'>\"'&{{7*7}}</style>"


def shown(block: blocks.Block | None, findings: dict[str, dict[str, Any]] | None = None) -> Any:
    """Return the output that a page emits for a block."""
    data = blocks.Output(block, findings or {}).as_json()
    return new_output("display_data", {blocks.MIME: json.loads(json.dumps(data)), "text/plain": ""})


def code(source: str, *outputs: Any, tags: Iterable[str] = ()) -> Any:
    cell = new_code_cell(source, metadata={"tags": list(tags)} if tags else {})
    cell.outputs = list(outputs)
    return cell


def prose(source: str) -> Any:
    return new_markdown_cell(source)


def notebook(*cells: Any) -> Any:
    made = new_notebook(cells=list(cells), metadata=KERNEL)
    for i, cell in enumerate(made.cells):
        cell.id = f"cell-{i}"
    return made


def draw_bars(result: tuple[float, ...], ax: Any) -> None:
    ax.barh(range(len(result)), result, color=COLOUR["other"])
    ax.set_yticks(range(len(result)), [f"Way {i + 1}" for i in range(len(result))])
    ax.set_xlabel("Share" if is_narrow(ax) else "Share of purchases foreseen")
    fit(ax, 0.2, 0.18, 0.98, 0.98)


def table(name: str = "segments", text: str = "Small figures are 95% intervals.") -> blocks.Table:
    cell = blocks.Cell
    sizes = {
        "profit_bringers": (419, 0.18),
        "misunderstood": (468, 0.2),
        "candidates": (110, 0.05),
        "lost": (1360, 0.58),
    }
    names = ("Profit-bringers", "Misunderstood", "Candidates", "Lost")
    rows = tuple(
        (cell(label, segment=key), cell(f"{n:,}"), cell(f"{share:.0%}", "16–19%", share), cell("Keep them close"))
        for label, (key, (n, share)) in zip(names, sizes.items(), strict=True)
    )
    return blocks.Table(name, "The four segments", ("Segment", "Customers", "Share", "Action"), rows, text, (3,))


BARS = Plot[tuple[float, ...]](
    "bars",
    draw_bars,
    lambda r: blocks.Caption(
        "Two yes-or-no questions against four richer descriptions",
        "Deviance explained in the nine months after the cut. Whiskers: 95% interval.",
        f"Bar chart of skill by description. {', '.join(f'{v:.0%}' for v in r)}. The last is best.",
        "Customers are cross-fitted in ten folds.",
    ),
    lambda r: table("numbers"),
)
ANSWER = blocks.Answer(
    "partly",
    "Partly supported",
    "Mostly yes: the four fields foresee 79% of what the best model can. But four clusters foresee more.",
    (
        blocks.Fact("Skill kept by the four segments", "79%", "of what the best of five models foresees (71–91%).",
                    strip=blocks.Strip(0.71, 0.79, 0.91, "Interval 71–91% on a scale from 0 to 100 percent")),
        blocks.Fact("What it is worth", "61%", "of the next contribution came from the 18% who were profit-bringers."),
        blocks.Fact("How sure", "25", "of the two lines keep two thirds of the skill.", "of 25 settings"),
    ),
    "Keep the four fields for daily work. Try a gesture on the misunderstood before paying for one.",
    "Four plain fields foresee most of what a model can",
    (
        blocks.Field("profit_bringers", "18%", "of customers", "61% of the next contribution", "Best service."),
        blocks.Field("misunderstood", "20%", "of customers", "19% of the next contribution", "Wake them in a trial."),
        blocks.Field("candidates", "5%", "of customers", "5% of the next contribution", "Raise the basket."),
        blocks.Field("lost", "58%", "of customers", "15% of the next contribution", "Review. End kindly."),
    ),
    (("Are the big spenders also the profitable ones?", "A list of costs would settle it."),),
)  # fmt: skip


def full_notebook(answer: blocks.Answer = ANSWER) -> Any:
    """Return an executed notebook with every kind of block."""
    finding = {"skill.segments": {"estimate": 0.79, "low": 0.71, "high": 0.91, "level": 0.95, "n": 2357}}
    share = "Of 2,357 customers 18% (16–19%) were profit-bringers."
    finding_of_section = "One customer in six brought almost half of the money"
    title = "# Do the four segments tell who will buy again?\n\nCustomers sorted by **two** plain questions."
    rule = "## Who is in which field?\n\nActive means an order in time. See [the rule](https://example.org)."
    do = "## What to do, and what would change it?\n\n1. Keep them.\n2. Try.\n\n| a | b |\n| --- | --- |\n| 1 | 2 |"
    limits = "## Method and limits\n\n### How it was reached\n\nOrders up to the cut.\n\n- One cohort.\n- No costs."
    terms = (
        "## Words\n\n- **Profit-bringers**: active and profitable customers\n- **Contribution**: revenue less `costs`"
    )
    return notebook(
        prose(title),
        code(PARAMETERS, tags=["parameters"]),
        code('import cxlab as cx\n\nkit = cx.open_study(study)\npage = cx.open_page(kit, "segmentation", out=out)'),
        prose(rule),
        code("page.heading(segments.heading)", shown(blocks.Heading(finding_of_section))),
        code("page.reading(segments)", shown(blocks.Reading(share), finding)),
        code("page.figure(cx.plots.bars, skill)", shown(BARS.block((0.3, 0.42, 0.5), source="CDNOW, 1997–98"))),
        code("page.table(cx.tables.segments, segments)", shown(table())),
        prose(do),
        code("page.answer(cx.segmentation_answer(s))", shown(answer), shown(blocks.Reading("Try it.", "Decide"))),
        prose(limits),
        prose(terms),
    )


def hostile_notebook() -> Any:
    """Return an executed notebook whose every text field tries to break out of the page."""
    h = HOSTILE
    facts = (blocks.Fact(h, h, h, h, blocks.Strip(0.1, 0.2, 0.3, h)),)
    fields = tuple(blocks.Field(s, h, h, h, h) for s in blocks.SEGMENTS)
    cell = blocks.Cell(h, h, 0.5, "lost")
    bad = blocks.Table(h, h, (h, h), ((cell, replace(cell, segment=h)),), h)
    svg = f'<svg width="680" height="340" xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><text>{h}</text></svg>'
    return notebook(
        prose(f"# Who {h}?\n\nA standfirst {h} [x](javascript:alert(1)) ![p](https://evil.example/p.png)"),
        code(h),
        prose(f"## Section {h}?\n\nText {h}\n\n<iframe src='//evil.example'></iframe>\n\n```\n{h}\n```"),
        code(h, shown(blocks.Heading(h)), shown(blocks.Heading(h)), shown(blocks.Reading(h, h)), shown(bad),
             shown(blocks.Figure(h, blocks.Caption(h, h, h, h), svg, svg, h, bad)), shown(blocks.Missing(h, h)),
             new_output("stream", name="stdout", text=h),
             new_output("display_data", {"text/html": h.replace("<img", "<b")}),
             new_output("display_data", {"text/markdown": h}), new_output("execute_result", {"text/plain": h})),
        code("answer", shown(blocks.Answer("no", h, h, facts, h, h, fields, ((h, h),)))),
        prose(f"## Words\n\n- **{h}**: {h}"),
    )  # fmt: skip


def small_notebook(name: str, body: str, question: str = "Who buys again?") -> Any:
    """Return a notebook not yet executed, that opens a study and runs `body` in its first section."""
    opening = (
        "import cxlab as cx\nkit = cx.open_study(study, k_max=k_max, margin_rate=margin_rate, seed=seed)\n"
        f'page = cx.open_page(kit, "{name}", out=out)'
    )
    return notebook(
        prose(f"# {question}\n\nEvery customer of the study."),
        code(PARAMETERS, tags=["parameters"]),
        code(opening),
        prose("## How many are there?\n\nCustomers with an order."),
        code(body),
    )


COUNT = """import tests.made_notebooks as made
from cxlab.estimate import Estimate
n = kit.customers.n
page.reading(f"{n} customers.")
page.record({"customers_seen": Estimate(n, unit="customers"), "k_max": Estimate(kit.parameters.k_max)})
page.figure(made.BARS, (0.2, 0.5))
page.table(lambda c: made.table("kept"), kit.customers)
page.keep("kept", kit.customers.frame)
page.answer(made.ANSWER)"""


def write(folder: Path, name: str, made: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"


def write_study(folder: Path, name: str = "corner", parameters: str = "{k_max: 7}") -> Path:
    """Write a study of sixty customers, who order every tenth day or once."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["customer_id,ordered_at,revenue"]
    for customer in range(60):
        for order in range(1 + customer % 4):
            day = customer % 28 + 1
            lines.append(f"c{customer},2024-{1 + 3 * order:02d}-{day:02d},{5 + customer % 9}.50")
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = (
        f"name: {name}\ntitle: The shop of {name}\nsources:\n  orders: {{path: orders.csv}}\nparameters: {parameters}\n"
    )
    (folder / "study.yml").write_text(text, encoding="utf-8")
    return folder


def number(value: float, low: float, high: float, unit: str = "share", n: int = 2000) -> dict[str, Any]:
    return {"estimate": value, "low": low, "high": high, "level": 0.95, "unit": unit, "n": n}


def found(shift: float = 0.0, arm: str = "card") -> dict[str, dict[str, Any]]:
    """Return findings as a run has them, for every picture and measure of the index."""
    share, percent = "share of customers", "percent of the outcome without it"
    sizes = {"profit_bringers": 0.2 + shift, "misunderstood": 0.3, "candidates": 0.1, "lost": 0.4 - shift}
    effect = number(11.5, -2.4, 27.4, percent)
    return {
        "intake": {"first_order": {"estimate": "1997-01-01"}, "last_order": {"estimate": "1998-06-30"}},
        "clusters": {"size.A": number(0.33, 0.31, 0.35, share), "size.B": number(0.67, 0.65, 0.69, share),
                     "silhouette": number(0.47, 0.46, 0.48, "silhouette width, -1 to 1")},
        "segmentation": {
            **{f"size.{s}": number(v, v - 0.02, v + 0.02, share) for s, v in sizes.items()},
            **{f"contribution_share.{s}": number(v, v - 0.02, v + 0.02, "share of contribution")
               for s, v in sizes.items()},
            "skill_difference.segments_minus_clusters": number(-0.034 + shift, -0.078 + shift, 0.006 + shift, "share"),
        },
        "repeat_purchases": {"holdout.actual": number(1882, 1696, 2088, "purchases"),
                             "holdout.expected": number(1653, 1512, 1807, "purchases")},
        "gestures": {f"verdict.{arm}": {"verdict": "works"}, f"effect_percent.{arm}": effect,
                     **{f"effect_percent.{arm}.{s}": effect for s in sizes}},
        "loyalty": {"fans_worth": number(7.2, 5.6, 8.9, "one-time buyers per fan")},
        "gesture_policy": {f"break_even_cost.{arm}": number(5.2, 1.8, 8.7, "EUR of contribution per customer")},
        "experience": {f"variance_share.{factor}": number(0.05, 0.02, 0.09, "share of variance")
                       for factor in ("employee", "store", "time")},
    }  # fmt: skip


def write_run(
    out: Path,
    name: str,
    title: str,
    *,
    answer: blocks.Answer = ANSWER,
    findings: dict[str, dict[str, Any]] | None = None,
    **changed: Any,
) -> None:
    """Write a manifest as a run leaves it: one report answered, one failed, one that lacks data.

    `findings` are written to results.json; `changed` takes the place of parts of the manifest.
    """
    common = {"parameters": {}, "command": f"cxlab report data/{name} --only segmentation", "outputs": []}
    common |= {"seconds": 1.5, "made_from": "0" * 64}
    data = json.loads(json.dumps(blocks.Output(answer).as_json()))["block"]
    error = {"name": "SourceError", "message": f"no column cost {title}", "question": "How much?"}
    missing = {"text": f"The study has no gestures. {title}", "remedy": "Bring gestures."}
    reports = {
        "segmentation": {
            "status": "done",
            "question": "Who buys again?",
            "answer": data,
            "error": None,
            "missing": None,
        },
        "gestures": {
            "status": "missing",
            "question": "Do they help?",
            "answer": None,
            "error": None,
            "missing": missing,
        },
        "gesture_policy": {
            "status": "failed",
            "question": "Who gets it?",
            "answer": None,
            "error": error,
            "missing": None,
        },
    }
    numbers = {"segmentation": "02", "gestures": "04", "gesture_policy": "06"}
    for report, entry in reports.items():
        stem = f"{numbers[report]}_{report}"
        entry |= {"notebook": stem, "title": f"{numbers[report]} {report}", "page": f"{stem}.html", **common}
    manifest = {
        "format": 1,
        "study": {"name": name, "title": title, "path": f"data/{name}", "currency": "EUR"},
        "command": f"cxlab report data/{name}",
        "data": "6,919 orders, 2,357 customers; SHA-256 0123456789ab",
        "versions": {"python": "3.11.9", "cxlab": "0.1.0"},
        "commit": None,
        "started": "2025-11-22T13:40:00+00:00",
        "reports": reports,
        "outputs": {},
        "inputs": {},
        "parameters": {},
        "given": {},
        "looks": {},
    }
    (out / name).mkdir(parents=True, exist_ok=True)
    (out / name / "manifest.json").write_text(json.dumps(manifest | changed), encoding="utf-8")
    if findings is not None:
        (out / name / "results.json").write_text(json.dumps(findings), encoding="utf-8")


def answered(name: str, number_: str = "00", headline: str = "It is so") -> dict[str, Any]:
    """Return a report as a manifest holds it, answered."""
    stem = f"{number_}_{name}"
    answer = json.loads(json.dumps(blocks.Output(replace(ANSWER, headline=headline)).as_json()))["block"]
    return {
        "notebook": stem, "title": f"{number_} {name}", "page": f"{stem}.html", "status": "done", "question": "Why?",
        "answer": answer, "error": None, "missing": None, "parameters": {}, "outputs": [], "seconds": 1.0,
        "made_from": "0" * 64, "command": f"cxlab report data/x --only {name}",
    }  # fmt: skip


def all_answered(headline: str = "It is so") -> dict[str, Any]:
    """Return all reports that have a picture, answered."""
    return {name: answered(name, f"{i:02d}", headline) for i, name in enumerate(found())}


def since(
    tag: str = "Supported", key: str = "size.profit_bringers", unit: str = "share of customers"
) -> dict[str, Any]:
    """Return what a manifest says of the run before: an answer, a verdict and a figure that changed, a new report."""
    moved = {"old": number(0.2, 0.18, 0.22, unit), "new": number(0.3, 0.28, 0.32, unit)}
    verdicts = {"old": {"verdict": tag}, "new": {"verdict": "supported"}}
    report = {
        "title": f"02 {tag}", "old": {"tag": tag, "tone": "yes"}, "new": {"tag": "Partly supported", "tone": "partly"},
        "causes": [{"name": "min_profit", "old": "5", "new": tag}], "is_other_notebook": False,
        "moves": [{"key": tag, **verdicts, "is_verdict": True, "is_beyond": False},
                  {"key": key, **moved, "is_verdict": False, "is_beyond": True},
                  {"key": tag + "x", **moved, "is_verdict": False, "is_beyond": True}],
        "n_beyond": 3, "n_within": 2, "n_open": 1,
    }  # fmt: skip
    new = {**report, "title": f"04 {tag}", "moves": [], "n_beyond": 0, "n_within": 0, "n_open": 0}
    new.pop("old")
    return {
        "started": "2025-10-22T13:40:00+00:00", "data": f"100 orders {tag}; SHA-256 00", "is_other_study_file": True,
        "versions": [{"name": "pandas", "old": tag, "new": "3"}], "reports": {"segmentation": report, "gestures": new},
    }  # fmt: skip
