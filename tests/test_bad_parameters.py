"""Bad parameters, given in each of three ways: all refused with name or line, before anything is read or run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cxlab.errors import InputError
from cxlab.parameters import Parameters, allowed
from cxlab.reports import order
from cxlab.reports.notebooks import OWN, Declared, find_notebooks
from tests import made_notebooks as made

NOTEBOOKS = find_notebooks(Path(__file__).resolve().parent.parent / "notebooks")
DECLARED = {d.name: d for n in NOTEBOOKS for d in n.parameters.values() if d.name not in OWN}
ENOUGH = 200

# Texts that are no number for anybody, or one only for some reader of YAML or Python.
NO_NUMBER = (
    "many", "no", "yes", "012", "12:30", "1_000", "0x1f", "0o17", "1,5", "5 days", "5%", "nan", "NaN", "inf", "-inf",
    "1e999", "٣",
)  # fmt: skip
# The same in YAML, where a value may be of another type altogether.
NO_NUMBER_IN_YAML = (
    "many", "no", "off", "012", "12:30", "1_000", "0x1f", "'30'", "true", ".nan", ".inf", "-.INF", "2024-01-31", "[30]",
    "{a: 30}", "[]", "!!int '30'", "&a 30 days", "1e999",
)  # fmt: skip
NO_WHOLE_NUMBER = ("30.5", "30.0", "1e2", "1/2")
NO_CHOICE = ("", "no", "Recency", "recency ", "3", "None", "[recency]", "recency,cadence")
NO_CHOICE_IN_YAML = ("no", "3", "true", "2024-01-31", "[recency]", "{a: recency}", "''", "12:30", "Recency")


@dataclass(frozen=True)
class Bad:
    """What is given, in which way, and what the message must name.

    Attributes
    ----------
    way : "-p", "study.yml" or "sets.yml".
    text : the value of -p; else YAML: what stands behind `parameters: ` of a study, or a whole file of sets.
    named : words of the message.
    """

    way: str
    text: str
    named: tuple[str, ...]
    name: str = ""


def out_of_range(name: str) -> list[str]:
    """Values just outside what a parameter may be."""
    schema = Parameters.model_json_schema()["properties"][name]
    kind = schema | next(k for k in schema.get("anyOf", [schema]) if k.get("type") != "null")
    low, high = kind.get("minimum"), kind.get("maximum")
    step = 1 if kind["type"] == "integer" else 0.001
    outside = [low - step] if low is not None else []
    return [str(value) for value in (*outside, *([high + step] if high is not None else []))]


def wrong_values(declared: Declared) -> tuple[list[str], list[str]]:
    """Values that a parameter cannot have: as texts of the command line, and in YAML."""
    if declared.kind == "str":
        return list(NO_CHOICE), list(NO_CHOICE_IN_YAML)
    fractions = NO_WHOLE_NUMBER if declared.kind == "int" else ()
    outside = out_of_range(declared.name)
    return ["", "None", *NO_NUMBER, *fractions, *outside], [*NO_NUMBER_IN_YAML, *fractions, *outside]


def misspelled(name: str) -> tuple[str, ...]:
    """Names near one that there is, and none themselves."""
    return name[:-1], name.upper(), name.replace("_", "-") if "_" in name else f"{name}s", f"{name}_"


def of_one_parameter() -> Iterator[Bad]:
    for name, declared in DECLARED.items():
        texts, in_yaml = wrong_values(declared)
        for text in texts:
            yield Bad("-p", text, (f"-p {name}: ",), name)
        for text in in_yaml:
            yield Bad("study.yml", f"{{{name}: {text}}}", ("study.yml:5: ",), name)
            yield Bad("sets.yml", f"base: {{}}\nshort:\n  {name}: {text}\n", ("sets.yml:3: ",), name)
        for wrong in misspelled(name):
            near = (f"did you mean `{name}`?",)
            yield Bad("-p", "3", (f"-p {wrong}: no notebook declares a parameter `{wrong}`", *near), wrong)
            yield Bad("study.yml", f"{{{wrong}: 3}}", (f"study.yml:5: `{wrong}` is no parameter", *near))
            yield Bad("sets.yml", f"base: {{{wrong}: 3}}", ("sets.yml:1: in `base`: no notebook declares", *near))
        yield Bad("sets.yml", f"base:\n  {name}:\n", (f"sets.yml:2: in `base`: `{name}` has no value",))
        yield Bad("sets.yml", f"{name}: 3\n", (f"sets.yml:1: the parameter `{name}` stands where a label must",))


OF_NO_PARAMETER = [
    *(Bad("-p", "x", (f"-p {name}: the run sets `{name}` itself",), name) for name in OWN),
    *(Bad("-p", "1", (f"-p {name}: no notebook declares",), name) for name in ("", "zzz", "k_max=3", "import os")),
    Bad("study.yml", "{out: x}", ("study.yml:5: `out` is no parameter",)),
    Bad("study.yml", "{zzz: 1}", ("study.yml:5: `zzz` is no parameter; there are outcome_days",)),
    Bad("study.yml", "{k_max: 3, k_max: 4}", ("study.yml:5: `k_max` stands twice (first in line 5)",)),
    Bad("study.yml", "{<<: {k_max: 3}}", ("study.yml:5: `<<` is no parameter",)),
    Bad("study.yml", "[k_max, 3]", ("study.yml:5: `parameters` is a list, but must hold keys of its own",)),
    Bad("study.yml", "k_max", ("study.yml:5: `parameters` is the text 'k_max', but must hold keys",)),
    Bad("study.yml", "{profitability: amount}", ("study.yml:5: profitability is `amount`, so `min_profit` must say",)),
    Bad("study.yml", "{0,35: 3}", ("study.yml:5: `0` is no parameter", "study.yml:5: `35` is no parameter")),
    Bad("-p", "amount", ("-p profitability: profitability is `amount`, so `min_profit` must say",), "profitability"),
    Bad("sets.yml", "", ("sets.yml:1: holds no set of parameters: write `short window:",)),
    Bad("sets.yml", "# nothing\n", ("sets.yml:1: holds no set of parameters",)),
    Bad("sets.yml", "{}", ("sets.yml:1: holds no set of parameters",)),
    Bad("sets.yml", "[]", ("sets.yml:1: holds no set of parameters",)),
    Bad("sets.yml", "- k_max: 3\n", ("sets.yml:1: holds a list, but no label",)),
    Bad("sets.yml", "k_max", ("sets.yml:1: holds the text 'k_max', but no label",)),
    Bad("sets.yml", "base:\n", ("sets.yml:1: the set `base` is empty: write `base: {}`",)),
    Bad("sets.yml", "base: none\n", ("sets.yml:1: the set `base` is the text 'none', but must be a mapping",)),
    Bad("sets.yml", "base: [k_max, 3]\n", ("sets.yml:1: the set `base` is a list, but must be a mapping",)),
    Bad("sets.yml", "base: {}\nbase: {k_max: 3}\n", ("sets.yml:2: `base` stands twice (first in line 1)",)),
    Bad("sets.yml", "a:\n  k_max: 3\n  seed: 1\n  k_max: 3\n", ("sets.yml:4: `k_max` stands twice (first in line 2)",)),
    Bad("sets.yml", "Base: {}\nbase: {}\n", ("sets.yml:2: `base` and `Base` (line 1) differ in capital letters",)),
    Bad("sets.yml", "a: &x {k_max: 3}\nb: *x\n", ("sets.yml:1: an anchor is used again",)),
    Bad("sets.yml", "a: {}\nb:\n  <<: {k_max: 4}\n", ("sets.yml:3: in `b`: no notebook declares a parameter `<<`",)),
    Bad("sets.yml", "a: {study: data/cdnow}\n", ("sets.yml:1: in `a`: the run sets `study` itself",)),
    Bad("sets.yml", "a: {out: x}\n", ("sets.yml:1: in `a`: the run sets `out` itself",)),
    Bad("sets.yml", "a: {profitability: amount}\n", ("sets.yml:1: in `a`, for ", "so `min_profit` must say")),
    Bad("sets.yml", "a: {b: {k_max: 3}}\n", ("sets.yml:1: in `a`: no notebook declares a parameter `b`",)),
    Bad("sets.yml", "parameters: {a: {k_max: 3}}\n", ("sets.yml:1: in `parameters`: no notebook declares",)),
    Bad("sets.yml", "a: {}\n---\nb: {}\n", ("sets.yml:2: is no YAML",)),
    Bad("sets.yml", "a: {k_max: 3\n", ("sets.yml:",)),
    Bad("sets.yml", "a:\n\tk_max: 3\n", ("sets.yml:2: a tab stands here",)),
    Bad("sets.yml", "? [a, b]\n: {k_max: 3}\n", ("sets.yml:1: a key must be plain text",)),
    Bad("sets.yml", "[" * 40 + "]" * 40, ("sets.yml:1: keys and lists lie more than 30 levels deep",)),
    *(
        Bad("sets.yml", f"{label}: {{}}\n", ("sets.yml:1: the label ", "cannot name a folder"))
        for label in ("../x", "a/b", "a\\b", ".hidden", "'a.'", "' a'", "'a '", "''", "12:30", "a?", "väli", "a" * 81)
    ),
    *(
        Bad("sets.yml", f"{label}: {{}}\n", (f"sets.yml:1: the label `{label}` is the name of something that a run",))
        for label in ("tables", "Notebooks", "rejects", "index.html", "results.json", "manifest.json", "04_a.html")
    ),
    *(Bad("sets.yml", f"{label}: {{}}\n", (f"sets.yml:1: the label `{label}` is the name of a device",))
      for label in ("con", "NUL", "com1", "aux.old")),
]  # fmt: skip
ALL = [*of_one_parameter(), *OF_NO_PARAMETER]
GROUPS = [(way, name) for name in ("", *DECLARED) for way in ("-p", "study.yml", "sets.yml")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.write_study(tmp_path_factory.mktemp("shop") / "corner").parent


@pytest.fixture(autouse=True)
def notebooks_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "find_notebooks", lambda _: NOTEBOOKS)


def understand(folder: Path, bad: Bad) -> order.Order:
    (folder / "sets.yml").write_text(bad.text if bad.way == "sets.yml" else "base: {}", encoding="utf-8")
    parameters = bad.text if bad.way == "study.yml" else "{}"
    head = "name: corner\ntitle: Corner\nsources:\n  orders: {path: orders.csv}\n"
    (folder / "corner" / "study.yml").write_text(f"{head}parameters: {parameters}\n", encoding="utf-8")
    pairs = [(bad.name, bad.text)] if bad.way == "-p" else []
    matrix = folder / "sets.yml" if bad.way == "sets.yml" else None
    return order.understand([str(folder / "corner")], folder / "reports", [], pairs, matrix=matrix)


def test_the_table_is_long_and_covers_every_parameter_in_every_way() -> None:
    assert len(set(ALL)) == len(ALL) >= ENOUGH
    told = {(bad.name, bad.way) for bad in ALL}
    assert told >= {(name, way) for name in DECLARED for way in ("-p", "study.yml", "sets.yml")}
    assert set(DECLARED) == set(Parameters.model_fields)


@pytest.mark.parametrize(("way", "name"), GROUPS)
def test_bad_parameters_are_refused_with_their_name_or_line(folder: Path, way: str, name: str) -> None:
    group = [bad for bad in ALL if bad.way == way and (bad.name if bad.name in DECLARED else "") == name]
    assert group
    for bad in group:
        with pytest.raises(InputError) as fault:
            pytest.fail(f"{bad} was taken: {understand(folder, bad)}")
        message = str(fault.value)
        assert all(words in message for words in bad.named), message
        assert len(message.splitlines()) <= 3, message
    assert not (folder / "reports").exists(), "something was written"


@pytest.mark.parametrize("name", [name for name, declared in DECLARED.items() if allowed(name)])
def test_the_ends_of_the_range_are_taken(folder: Path, name: str) -> None:
    low, _, high = allowed(name).replace(" or more", "").partition(" to ")
    for text in (low.split(",")[0], high or low.split(",")[0]):
        ways = (
            Bad("-p", text, (), name),
            Bad("study.yml", f"{{{name}: {text}}}", ()),
            Bad("sets.yml", f"a: {{{name}: {text}}}", ()),
        )
        assert len({str(understand(folder, good).runs[0].parameters) for good in ways}) == 1
