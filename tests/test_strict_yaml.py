"""YAML without surprises."""

import datetime as dt

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cxlab.strict_yaml import read_yaml


@pytest.mark.parametrize("text", ["no", "yes", "on", "off", "012", "12:30", "1_000", "0x1f", "0o17", "2024-1-3", "1e"])
def test_what_yaml_1_1_would_turn_into_something_else_stays_text(text: str) -> None:
    assert read_yaml(f"a: {text}").data == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None), ("7", 7), ("-7", -7), ("0", 0),
        ("0.3", 0.3), ("1e3", 1000.0), (".5", 0.5), ("2024-06-30", dt.date(2024, 6, 30)), ("'7'", "7"),
        ('"true"', "true"), ("[1, a]", (1, "a")), ("{b: 1}", {"b": 1}),
    ],
)  # fmt: skip
def test_plain_values_are_read(text: str, value: object) -> None:
    found = read_yaml(f"a: {text}").data["a"]
    assert found == value and type(found) is type(value)


def test_a_key_that_stands_twice_is_a_fault_that_names_both_lines() -> None:
    assert read_yaml("a: 1\nb: 2\na: 3").faults == [(3, "`a` stands twice (first in line 1): keep one")]


def test_an_alias_is_a_fault_and_a_bomb_of_them_ends_at_once() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(30))
    assert "anchor" in read_yaml(bomb).faults[0][1]


def test_a_tag_is_a_fault_and_makes_nothing() -> None:
    assert "tag" in read_yaml("a: !!python/name:os.system x").faults[0][1]
    assert read_yaml("a: !!str 7").data == {"a": "7"}


def test_broken_yaml_names_the_line() -> None:
    (line, message) = read_yaml("a: 1\nb: [1, 2\nc: 3\n").faults[0]
    assert line >= 2 and "is no YAML" in message


@pytest.mark.parametrize(
    "text", ["[" * 5000, "[" * 100_000 + "]" * 100_000, "{a: " * 3000, "- " * 2000 + "x", "[" * 200 + "]" * 200]
)
def test_lists_and_keys_too_deep_to_read_are_a_fault_with_a_line(text: str) -> None:
    ((line, message),) = read_yaml(f"a: 1\nb:\n  {text}\n").faults
    assert line == 3 and "levels deep" in message


def test_what_a_study_nests_is_not_too_deep() -> None:
    assert not read_yaml("[" * 20 + "]" * 20).faults


@pytest.mark.parametrize("number", ["7" * 5000, "-" + "7" * 5000, "0." + "7" * 5000, "1e999", "1e" + "9" * 5000])
def test_a_number_beyond_all_measure_is_a_fault_with_a_line(number: str) -> None:
    ((line, message),) = read_yaml(f"a: 1\nb: {number}\n").faults
    assert line == 2 and "beyond all measure" in message and len(message) < 200
    assert read_yaml(f"b: '{number}'").data == {"b": number}


@pytest.mark.parametrize("text", ['a: "\\UFFFFFFFF"', "%YAML 1." + "9" * 5000 + "\n---\na: 1"])
def test_numbers_that_the_reader_itself_stumbles_over_are_a_fault(text: str) -> None:
    assert "is no YAML" in read_yaml(text).faults[0][1]


def test_every_value_knows_its_line() -> None:
    document = read_yaml("a:\n  b:\n    - x\n    - y\n")
    assert document.line(("a", "b", 1)) == 4
    assert document.line(("a", "nowhere", "deeper")) == 1


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_quoted_text_is_read_as_it_was_written(data: dict[str, str]) -> None:
    written = yaml.safe_dump(data, default_style='"', allow_unicode=True, width=10**6)
    assert read_yaml(written).data == data


@pytest.mark.parametrize(
    ("text", "line", "quoted"),
    [
        ("a:\n  path: *.csv", 2, '"*.csv"'), ("a: {x: 1, path: *.csv, y: 2}", 1, '"*.csv"'),
        ("a: *orders", 1, '"*orders"'), ("a: *", 1, '"*"'), ("a: **/*.csv # all", 1, '"**/*.csv"'),
        ("a: [*.csv, b]", 1, '"*.csv"'), ("a:\n  - *.csv", 2, '"*.csv"'), ("a: %d.%m.%Y", 1, '"%d.%m.%Y"'),
        ("a: {f: %d.%m.%Y, d: ','}", 1, '"%d.%m.%Y"'), ("a: @b", 1, '"@b"'), ("a: `b`", 1, '"`b`"'),
        ("a: & co", 1, '"& co"'), ("title: Shop: 2024", 1, 'title: "Shop: 2024"'),
    ],
)  # fmt: skip
def test_a_text_that_needs_quotes_is_shown_with_them(text: str, line: int, quoted: str) -> None:
    ((found, message),) = read_yaml(text).faults
    assert found == line and "needs quotes: write" in message and message.endswith(quoted)
    assert "scanning" not in message


@pytest.mark.parametrize(
    ("text", "line"), [("a:\n\tb: 1", 2), ("a:\tb", 1), ("a:\n  b: 1\n  \tc: 2", 3), ("a: {b: 1,\tc: 2}", 1)]
)
def test_a_tab_is_said(text: str, line: int) -> None:
    ((found, message),) = read_yaml(text).faults
    assert found == line and "a tab stands here: YAML takes spaces only" in message


def test_a_tab_inside_a_value_is_no_fault() -> None:
    assert read_yaml('a: "x\ty"\nb: x # \t y').data == {"a": "x\ty", "b": "x"}


def test_a_slip_in_a_line_without_end_is_told_at_once() -> None:
    assert read_yaml("a: *.csv" + ", b" * 200_000).faults
    assert read_yaml("{" + ",[" * 20 + "x," * 300_000 + " *.csv").faults
