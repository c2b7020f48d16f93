"""study.yml: what it holds, and every fault at once with its line."""

import contextlib
import datetime as dt
import string
from pathlib import Path

import pytest

from cxlab.engine import Engine, EngineError
from cxlab.study import DIRECTIVES, SHORT, Study, StudyError, load_study
from tests.make import HEAD, needs_proc, write_study

ROOT = Path(__file__).resolve().parent.parent

FULL = """\
name: corner-shop
title: Corner shop, 2024
language: en
currency: EUR
engine: duckdb
seed: 20240305
sources:
  orders:
    path: orders-*.csv
    read: {delimiter: ";", decimal: ",", encoding: cp1252, date_format: "%d.%m.%Y"}
    columns: {customer_id: Asiakas, order_id: Tilaus, ordered_at: Pvm, revenue: Summa}
  gestures: {path: gestures.csv}
  assignments: {path: assignments.csv, control: control, allocation: {control: 1, card: 1}}
  costs: {path: hours.csv}
  feedback: {path: feedback.csv}
  incidents: {path: incidents.csv}
  referrals: {path: referrals.csv}
  events: {path: visits.csv, steps: [visit, basket, pay], purchase: pay}
  outcomes: {path: o.csv, control: No E-Mail, design: observational, ignore: [visit], covariates: [recency]}
calibration_end: 2024-06-30
observation_end: 2024-12-31
privacy: {pseudonymise: true, minimum_group: 5}
parameters: {outcome_days: 90, margin_rate: 0.3}
"""


def load(tmp_path: Path, text: str) -> Study:
    (tmp_path / "study.yml").write_text(text, encoding="utf-8")
    return load_study(tmp_path)


def faults(tmp_path: Path, text: str) -> str:
    with pytest.raises(StudyError) as caught:
        load(tmp_path, text)
    return str(caught.value)


def test_a_full_study_is_read(tmp_path: Path) -> None:
    study = load(tmp_path, FULL)
    assert (study.name, study.title, study.seed, study.currency) == (
        "corner-shop",
        "Corner shop, 2024",
        20240305,
        "EUR",
    )
    assert study.calibration_end == dt.date(2024, 6, 30) and study.observation_end == dt.date(2024, 12, 31)
    assert list(study.sources.given) == [
        "orders", "gestures", "assignments", "costs", "feedback", "incidents", "referrals", "events",
        "outcomes",
    ]  # fmt: skip
    assert study.sources.assignments and study.sources.assignments.allocation == {"control": 1, "card": 1}
    assert study.sources.outcomes and study.sources.outcomes.control == "No E-Mail"
    assert study.sources.events and study.sources.events.purchase == ("pay",)
    assert study.parameters["margin_rate"] == 0.3


def test_the_least_a_study_needs_gives_the_defaults(tmp_path: Path) -> None:
    study = load(tmp_path, "name: a\nsources: {orders: {path: x.csv}}")
    assert (study.title, study.language, study.currency, study.engine) == ("a", "en", "EUR", "duckdb")
    assert study.privacy.pseudonymise and study.privacy.minimum_group == 5
    assert study.calibration_end is None and dict(study.parameters) == {}


def test_a_key_without_a_value_means_the_default(tmp_path: Path) -> None:
    study = load(tmp_path, "name: a\nprivacy:\nseed:\nparameters:\nsources: {orders: {path: x.csv}}")
    assert study.seed == 1 and study.privacy.minimum_group == 5


def test_folder_and_file_are_the_same_study(tmp_path: Path) -> None:
    write_study(tmp_path)
    assert load_study(tmp_path) == load_study(tmp_path / "study.yml")


def test_words_that_name_arms_and_columns_may_look_like_numbers_or_no(tmp_path: Path) -> None:
    text = "name: a\nsources:\n  outcomes: {path: x.csv, control: 0, columns: {arm: 2024, outcome: no}}"
    outcomes = load(tmp_path, text).sources.outcomes
    assert outcomes and outcomes.control == "0" and dict(outcomes.columns) == {"arm": "2024", "outcome": "no"}


def test_finnish_is_accepted(tmp_path: Path) -> None:
    assert load(tmp_path, "name: a\nlanguage: fi\nsources: {orders: {path: x.csv}}").language == "fi"


def test_a_study_cannot_be_changed(tmp_path: Path) -> None:
    study = load(tmp_path, FULL)
    with pytest.raises(ValueError, match="frozen"):
        study.seed = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        study.parameters["seed"] = 3  # type: ignore[index]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("calibraton_end: 2024-01-01", "`calibraton_end` is no key of a study; did you mean `calibration_end`?"),
        ("language: sv", "must be en or fi"),
        ("currency: euro", "three capital letters"),
        ("seed: soon", "must be a whole number"),
        ("seed: true", "must be a whole number"),
        ("calibration_end: yesterday", "must be a day written as 2024-06-30"),
        ("calibration_end: 2024-02-30", "is no day of the calendar"),
        ("privacy: {minimum_group: 0}", "must be 1 or more"),
        ("privacy: {pseudonymise: no}", "must be true or false"),
        ("privacy: yes", "must hold keys of its own"),
        ("parameters: {k_maks: 3}", "did you mean `k_max`"),
        ("parameters: {k_max: many}", "must be a whole number"),
        ("parameters: [k_max]", "must hold keys of its own"),
        ("title: [a]", "must be text"),
        ("title: 2024", "put it in quotes"),
        ("file: x", "`file` is no key of a study"),
        ("name: b", "stands twice (first in line 1)"),
    ],
)
def test_a_fault_is_named_with_file_line_and_remedy(tmp_path: Path, line: str, words: str) -> None:
    message = faults(tmp_path, f"name: a\nsources: {{orders: {{path: x.csv}}}}\n{line}\n")
    assert message.startswith(f"{(tmp_path / 'study.yml').as_posix()}:3: ") and words in message


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("orders: {}", "needs a `path:`"),
        ("orders: {path: x.csv, table: t}", "has `path` and `table`: keep one"),
        ("orders: {path: x.csv, colums: {}}", "`colums` is no key of `orders`; did you mean `columns`?"),
        ("orders: {path: x.csv, columns: {customer: a}}", "did you mean `customer_id`"),
        ("orders: {path: x.csv, columns: {Pvm: ordered_at}}", "write ours: theirs"),
        ("orders: {path: x.csv, read: {delimeter: ;}}", "did you mean `delimiter`"),
        ("orders: {path: x.csv, read: {delimiter: ab}}", "one character"),
        ("orders: {path: x.csv, read: {decimal: x}}", "must be . or ,"),
        ("orders: {path: x.csv, read: {date_format: dd.mm.yyyy}}", "% signs"),
        ('orders: {path: x.csv, read: {date_format: "%Q"}}', "after one may stand a A b"),
        ('orders: {path: x.csv, read: {date_format: "%d.%m.%Y %"}}', "must be a format"),
        ('orders: {path: x.csv, read: {date_format: "100%%"}}', "must be a format"),
        ("outcomes: {path: x.csv, columns: {cx_fault: a}}", "names that begin with `cx_` are the kit's own"),
        ("outcomes: {path: x.csv, columns: {Arm: a}}", "`Arm` and `arm` differ in capital letters only"),
        ("orders: x.csv", "must hold keys of its own"),
        ("orders: {path: 7}", "must be text"),
        ("orderz: {path: x.csv}", "did you mean `orders`"),
        ("gestures: {path: x.csv}", "neither `orders` nor `outcomes`"),
        ("outcomes: {path: x.csv, design: random}", "randomised or observational"),
        ("outcomes: {path: x.csv, control: a, allocation: {b: 1}}", "names no share for the control arm `a`"),
        ("outcomes: {path: x.csv, allocation: {control: 0}}", "must be more than 0"),
    ],
)
def test_a_fault_in_a_source_is_named(tmp_path: Path, source: str, words: str) -> None:
    assert words in faults(tmp_path, f"{HEAD}sources:\n  {source}\n")


def test_all_faults_are_named_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = "name: a b\ntitel: x\nsources:\n  orders: {path: 3}\nseed: x\nseed: y\nparameters: {k_maks: 1}\n"
    head, *lines = faults(tmp_path, text).splitlines()
    assert head.endswith("study.yml has 6 faults:")
    assert [int(line.split("study.yml:")[1].split(":")[0]) for line in lines] == [1, 2, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("  orders:\n    path:\n", 5, "the source `orders` needs a `path:`, and it is empty: name its file"),
        ("  orders: {path: FILL IN}\n", 4, "`path` still says `FILL IN`: write there what it is"),
        ("  orders:\n    path: x.csv\n    columns:\n      revenue: FILL IN the amount\n", 7, "`revenue` still says"),
        ("  orders:\n    path: x.csv\n    columns:\n      revenue:\n", 7, "`revenue` is empty: write behind it what"),
        ("  orders:\n    path: x.csv\n    columns:\n", 6, "`columns` is empty, but must hold keys of its own"),
        ("  orders:\n", 4, "`orders` is empty: add a `path:` below it, or take it out"),
        ("  orders: {path: [x.csv, ]}\n  costs: {path: []}\n", 5, "`path` is a list, but must not be empty"),
        ("  orders: {path: [x.csv, 7]}\n", 4, "`path` is a list, but must be text, or a list of texts"),
        ("  orders: {path: x.csv, read: {sheet: [a, []]}}\n", 4, "`sheet` is a list, but must be text, or a list"),
    ],
)
def test_what_is_not_filled_in_is_named_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    message = faults(tmp_path, f"{HEAD}sources:\n{text}")
    assert f"study.yml:{line}: {words}" in message and "\n" not in message


def test_a_path_and_a_sheet_may_be_lists(tmp_path: Path) -> None:
    text = f"{HEAD}sources: {{orders: {{path: [b.csv, a*.csv], read: {{sheet: [Jan, 2024]}}}}, costs: {{path: [x]}}}}"
    study = load(tmp_path, text)
    assert study.sources.orders and study.sources.costs and study.sources.costs.path == "x"
    assert (study.sources.orders.path, study.sources.orders.read.sheet) == (("b.csv", "a*.csv"), ("Jan", "2024"))


def test_a_title_may_speak_of_filling_in(tmp_path: Path) -> None:
    assert load(tmp_path, f"{HEAD.replace('The shop', 'Fill in the gaps')}sources: {{orders: {{path: x}}}}").title


def test_the_hold_out_window_must_not_be_empty(tmp_path: Path) -> None:
    text = f"{HEAD}sources: {{orders: {{path: x}}}}\ncalibration_end: 2024-06-30\nobservation_end: 2024-06-30\n"
    assert "does not lie before" in faults(tmp_path, text)


def test_a_day_may_stand_in_quotation_marks(tmp_path: Path) -> None:
    text = f'{HEAD}sources: {{orders: {{path: x}}}}\ncalibration_end: "2024-03-01"\nobservation_end: '
    study = load(tmp_path, f"{text}'2024-06-30'\n")
    assert (study.calibration_end, study.observation_end) == (dt.date(2024, 3, 1), dt.date(2024, 6, 30))
    assert "does not lie before" in faults(tmp_path, f"{text}2024-02-01\n")
    found = faults(tmp_path, f"{text}'2024-02-30'\n")
    assert "`observation_end` is the text '2024-02-30', but must be a day written as 2024-06-30" in found


def test_a_data_file_is_no_study(tmp_path: Path) -> None:
    write_study(tmp_path, orders="customer_id,ordered_at,revenue\n")
    with pytest.raises(StudyError, match=r"orders.csv is a data file: name the study's folder or its study.yml"):
        load_study(tmp_path / "orders.csv")


def test_a_missing_study_names_those_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_study(tmp_path / "data" / "shop")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError, match=r"data/shup is not there: .*here are data/shop"):
        load_study("data/shup")
    with pytest.raises(StudyError, match=r"data holds no study\.yml"):
        load_study("data")


def test_an_empty_file_and_one_that_is_no_text_are_faults(tmp_path: Path) -> None:
    assert "holds no keys" in faults(tmp_path, "")
    assert "holds no keys" in faults(tmp_path, "- a\n- b\n")
    (tmp_path / "study.yml").write_bytes(b"name: \xe4\n")
    with pytest.raises(StudyError, match="not UTF-8"):
        load_study(tmp_path)


def test_the_engine_knows_the_directives_of_a_date_format_and_no_others() -> None:
    known = []
    with Engine(threads=1) as engine:
        for directive in (f"%{sign}{letter}" for sign in ("", "-") for letter in string.ascii_letters):
            with contextlib.suppress(EngineError):
                engine.read(f"SELECT TRY_STRPTIME('x', ['{directive}', '%Y {directive}%% %H:%M'])")
                known.append(directive)
    assert sorted(known) == sorted([*(f"%{x}" for x in DIRECTIVES), *(f"%-{x}" for x in SHORT)])


@pytest.mark.parametrize("date_format", ["%-d.%-m.%Y", "%d %b %Y %H:%M:%S", "%Y%%"])
def test_date_formats_are_taken(tmp_path: Path, date_format: str) -> None:
    text = f'{HEAD}sources: {{orders: {{path: x.csv, read: {{date_format: "{date_format}"}}}}}}'
    orders = load(tmp_path, text).sources.orders
    assert orders and orders.read.date_format == date_format


@pytest.mark.parametrize(
    ("path", "why"), [("x" * 300, "too long"), pytest.param("/proc/self/mem", "error", marks=needs_proc)]
)
def test_a_study_that_cannot_be_read_is_a_fault(path: str, why: str) -> None:
    with pytest.raises(StudyError, match=rf"{path} cannot be read \(.*{why}\): see "):
        load_study(path)


def test_the_study_that_comes_with_the_project_is_well() -> None:
    study = load_study(ROOT / "data" / "cdnow")
    assert study.title == "CDNOW, 1997–98"
    assert study.place("sources", "orders", "path").endswith("study.yml:10")
