"""What the command line asks for: understood, or one clear message, before anything is run."""

import json
from pathlib import Path

import pytest

from cxlab.errors import InputError
from cxlab.kit import open_study
from cxlab.reports.given import injected, parse, settle
from cxlab.reports.notebooks import Declared, Notebook, NotebookError, choose, find_notebooks
from cxlab.reports.order import understand
from cxlab.study import load_study
from tests import made_notebooks as made


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    made.write(tmp_path / "notebooks", "00_intake", made.small_notebook("intake", made.COUNT))
    made.write(tmp_path / "notebooks", "02_segmentation", made.small_notebook("segmentation", made.COUNT))
    made.write_study(tmp_path / "corner")
    return tmp_path


def ask(shop: Path, *pairs: tuple[str, str], only: tuple[str, ...] = (), studies: tuple[str, ...] = ("corner",)):  # type: ignore[no-untyped-def]
    paths = [str(shop / s) for s in studies]
    return understand(paths, shop / "reports", list(only), pairs, shop / "notebooks")


def test_notebooks_are_found_in_order_of_number_and_others_are_left_out(shop: Path) -> None:
    made.write(shop / "notebooks", "scratch", made.notebook())
    assert [n.stem for n in find_notebooks(shop / "notebooks")] == ["00_intake", "02_segmentation"]


def test_a_notebook_knows_its_question_and_its_parameters(shop: Path) -> None:
    notebook = Notebook(shop / "notebooks" / "02_segmentation.ipynb")
    assert notebook.question == "Who buys again?"
    assert list(notebook.parameters) == ["study", "k_max", "margin_rate", "seed", "out"]
    said = "clusters tried at most; empty: study.yml, else 10"
    assert notebook.parameters["k_max"] == Declared("k_max", "int", True, None, help=said)


@pytest.mark.parametrize("asked", ["segmentation", "02_segmentation", "02_segmentation.ipynb"])
def test_only_takes_the_name_with_or_without_its_number(shop: Path, asked: str) -> None:
    assert [n.name for n in choose(find_notebooks(shop / "notebooks"), [asked])] == ["segmentation"]


def test_only_of_an_unknown_notebook_says_which_there_are(shop: Path) -> None:
    with pytest.raises(InputError, match="did you mean `segmentation`"):
        ask(shop, only=("segmentaton",))
    with pytest.raises(InputError, match="there are intake, segmentation"):
        ask(shop, only=("zzz",))


def test_no_notebooks_is_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="run cxlab from the repository's root"):
        find_notebooks(tmp_path)


@pytest.mark.parametrize(
    ("declaration", "message"),
    [("k: list = []", "write int, float"), ("k: int | str = 1", "write int, float"), ("", "does not declare")],
)
def test_a_notebook_with_an_unusable_parameters_cell_is_said_by_name(
    tmp_path: Path, declaration: str, message: str
) -> None:
    cell = made.code(f'study: str = ""\n{declaration}', tags=["parameters"])
    path = made.write(tmp_path, "00_intake", made.notebook(cell))
    with pytest.raises(NotebookError, match=message):
        _ = Notebook(path).parameters


def test_values_are_read_by_the_declared_type() -> None:
    assert parse("8", Declared("a", "int", False)) == 8
    assert parse("0.25", Declared("a", "float", True)) == 0.25
    assert parse("None", Declared("a", "float", True)) is None
    assert parse("Yes", Declared("a", "bool", False)) is True
    assert parse("012", Declared("a", "str", False)) == "012"
    assert parse("2024-06-30", Declared("a", "date", False)) == "2024-06-30"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("3.5", "int"), ("012", "int"), ("12:30", "int"), ("1_000", "int"), ("0x1f", "int"), ("no", "int"), ("", "int"),
        ("many", "float"), ("nan", "float"), ("inf", "float"), ("00.5", "float"), ("0,5", "float"), ("1e999", "float"),
        ("perhaps", "bool"), ("30.6.", "date"), ("2024-02-30", "date"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_refused(text: str, kind: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' is not"):
        parse(text, Declared("a", kind, False))


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("k_maks", "8"), "did you mean `k_max`"),
        (("zzz", "8"), "there are k_max, margin_rate, seed"),
        (("k_max", "8.5"), "'8.5' is not a whole number"),
        (("k_max", "99"), "from 2 to 30"),
        (("margin_rate", "7"), "from 0 to 1"),
        (("study", "x"), "the run sets `study` itself"),
        (("out", "x"), "the run sets `out` itself"),
    ],
)
def test_a_bad_parameter_is_refused_with_a_remedy(shop: Path, pair: tuple[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ask(shop, pair)


def test_all_bad_parameters_are_named_at_once(shop: Path) -> None:
    with pytest.raises(InputError) as fault:
        ask(shop, ("k_maks", "8"), ("margin_rate", "much"), ("seed", "1"), ("seed", "2"))
    assert len(str(fault.value).splitlines()) == 3


def test_the_command_line_goes_before_the_study(shop: Path) -> None:
    order = ask(shop, ("k_max", "5"))
    notebook, (run,) = order.notebooks[0], order.runs
    assert injected(notebook, run.study, {}) == {"k_max": 7}
    assert injected(notebook, run.study, run.given) == {"k_max": 5}
    assert run.parameters.k_max == 5
    assert (run.name, run.folder) == ("corner", shop / "reports" / "corner")


def test_a_seed_of_the_command_line_goes_before_both_of_the_studys(shop: Path) -> None:
    study = load_study(shop / "corner")
    both = study.model_copy(update={"seed": 3, "parameters": {"seed": 9}})
    assert [settle(both, given).seed for given in ({"seed": 5}, {})] == [5, 9]


def test_the_faults_of_every_study_are_named(shop: Path) -> None:
    with pytest.raises(InputError) as fault:
        ask(shop, studies=("corner", "nowhere", "elsewhere"))
    assert "nowhere" in str(fault.value)
    assert "elsewhere" in str(fault.value)


def test_two_studies_of_one_name_are_refused(shop: Path) -> None:
    made.write_study(shop / "second", "corner")
    with pytest.raises(InputError, match="both called `corner`"):
        ask(shop, studies=("corner", "second"))


def test_a_study_named_twice_is_told_so(shop: Path) -> None:
    with pytest.raises(InputError, match=r"corner/study.yml is named twice: keep one$"):
        ask(shop, studies=("corner", "corner/study.yml"))


def test_reports_never_go_among_the_files_of_the_study(shop: Path) -> None:
    with pytest.raises(InputError, match="name another folder"):
        understand([str(shop / "corner")], shop, [], [], shop / "notebooks")


class TestParametersOfTheStudy:
    """What `parameters:` in study.yml may set: the kit's, and those of any notebook."""

    @pytest.fixture
    def own(self, shop: Path) -> Path:
        cell = 'study: str = ""\ncolour: str = "blue"\nk_min: int | None = None\nsince: date = None\nout: str = ""'
        made.write(shop / "notebooks", "13_own", made.notebook(made.code(cell, tags=["parameters"])))
        return shop

    def test_a_parameter_of_a_notebook_of_ones_own_is_taken_by_that_notebook_alone(self, own: Path) -> None:
        made.write_study(own / "corner", parameters="{colour: green, since: 2024-01-31, k_max: 7}")
        order = ask(own)
        (run,) = order.runs
        assert [injected(n, run.study, {}) for n in order.notebooks] == [
            {"k_max": 7}, {"k_max": 7}, {"colour": "green", "since": "2024-01-31"},
        ]  # fmt: skip
        assert run.parameters.k_max == 7
        with open_study(own / "corner") as kit:
            assert kit.parameters.k_max == 7

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ("{colur: green}", "`colur` is no parameter; did you mean `colour`?"),
            ("{zzz: 1}", "`zzz` is no parameter; there are outcome_days"),
            ("{k_min: many}", "parameter `k_min` is the text 'many', but must be a whole number"),
            ("{k_min: true}", "parameter `k_min` is true, but must be a whole number"),
            ("{colour: 3}", "parameter `colour` is 3, but must be text"),
            ("{since: soon}", "parameter `since` is the text 'soon', but must be a day as 2024-06-30"),
            ("{out: x}", "`out` is no parameter"),
        ],
    )
    def test_a_wrong_one_is_named_with_its_line(self, own: Path, given: str, words: str) -> None:
        made.write_study(own / "corner", parameters=given)
        with pytest.raises(InputError) as fault:
            ask(own)
        assert f"study.yml:5: {words}" in str(fault.value)

    def test_an_amount_without_min_profit_is_named_with_its_place(self, own: Path) -> None:
        made.write_study(own / "corner", parameters="{profitability: amount}")
        for opened in (lambda: ask(own), lambda: open_study(own / "corner")):
            with pytest.raises(InputError, match=r"study.yml:5: profitability is `amount`, so `min_profit` must"):
                opened()
        study = load_study(own / "corner")
        assert settle(study, {"min_profit": 5.0}).min_profit == 5
        with pytest.raises(InputError, match=r"^-p profitability: profitability is `amount`"):
            settle(study, {"profitability": "amount"})


def test_a_value_out_of_range_is_named_as_it_was_given(shop: Path) -> None:
    with pytest.raises(InputError) as fault:
        ask(shop, ("margin_rate", "7"))
    meaning = "the share of revenue left after the cost of goods, where no costs are given"
    assert str(fault.value) == f"-p margin_rate: is 7.0, but must be a number from 0 to 1: {meaning}"


def test_what_is_at_fault_in_one_part_of_the_command_line_hides_no_other(shop: Path) -> None:
    with pytest.raises(InputError) as fault:
        ask(shop, ("k_maks", "8"), only=("zzz",), studies=("nowhere", "corner"))
    assert [line.split(":")[0] for line in str(fault.value).splitlines()][:2] == ["--only zzz", "-p k_maks"]
    assert "nowhere is not there" in str(fault.value)


class TestParametersThatMustBeGiven:
    """A notebook of one's own may declare a parameter without a value."""

    @pytest.fixture
    def needing(self, shop: Path) -> Path:
        cell = 'study: str = ""\ncolour: str  # of the card\nout: str = ""'
        made.write(shop / "notebooks", "13_own", made.notebook(made.code(cell, tags=["parameters"])))
        return shop

    def test_one_that_nothing_gives_is_refused(self, needing: Path) -> None:
        with pytest.raises(
            InputError, match=r"corner: the notebook 13_own needs a value for `colour`: give it with -p"
        ):
            ask(needing)

    def test_any_of_the_ways_to_give_it_will_do(self, needing: Path) -> None:
        assert ask(needing, ("colour", "green")).runs[0].given == {"colour": "green"}
        assert ask(needing, only=("intake",)).runs
        made.write_study(needing / "corner", parameters="{colour: green}")
        assert ask(needing).runs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"cells": [', "is no notebook of format 4"),
        (json.dumps({"cells": []}), "needs one cell tagged `parameters`"),
        ("seed: int = (", "is no Python"),
        ("seed: int = len('a')", "write a plain value"),
    ],
)
def test_a_draft_that_cannot_be_run_stops_those_calls_only_that_need_it(tmp_path: Path, text: str, said: str) -> None:
    made.write_study(tmp_path / "corner")
    folder = tmp_path / "notebooks"
    made.write(folder, "00_intake", made.small_notebook("intake", made.COUNT))
    draft = text if text.startswith("{") else None
    made.write(folder, "01_draft", made.notebook(made.code(text, tags=["parameters"])))
    if draft is not None:
        (folder / "01_draft.ipynb").write_text(draft)
    alone = understand([str(tmp_path / "corner")], tmp_path / "out", ["intake"], [], folder)
    assert [notebook.name for notebook in alone.notebooks] == ["intake"]
    with pytest.raises(InputError, match=said):
        understand([str(tmp_path / "corner")], tmp_path / "out", [], [], folder)
