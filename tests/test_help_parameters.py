"""`--help-parameters`: what a notebook's parameters are, from the notebook itself, with the values really used."""

import subprocess
import sys
from pathlib import Path

import pytest

from cxlab.__main__ import app
from cxlab.errors import InputError
from cxlab.parameters import Parameters
from cxlab.reports.declared import describe_parameters
from cxlab.reports.notebooks import OWN, Notebook, find_notebooks
from tests import made_notebooks as made

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = find_notebooks(ROOT / "notebooks")


def lines(notebook: Notebook) -> dict[str, str]:
    """The line of each parameter."""
    text = describe_parameters(notebook)
    return {line.split("  ")[0]: line for line in text.split("\n\n")[1].splitlines()[1:]}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda n: n.stem)
def test_each_parameter_has_a_line_with_type_default_and_what_it_is(notebook: Notebook) -> None:
    said = lines(notebook)
    assert list(said) == [name for name in notebook.parameters if name not in OWN]
    for name, line in said.items():
        declared, default = notebook.parameters[name], Parameters.model_fields[name].default
        _, kind, shown, _, _, help_ = (cell.strip() for cell in line.split("  ") if cell.strip())
        assert kind == declared.kind
        assert shown == str(default) if default is not None else shown not in ("", "None")
        assert len(help_) > 5 and declared.help.startswith(help_.split(";")[0]) and "empty:" not in help_


def test_units_limits_and_defaults_in_words_are_told() -> None:
    (notebook,) = (n for n in NOTEBOOKS if n.name == "gestures")
    said = {name: [cell.strip() for cell in line.split("  ") if cell.strip()] for name, line in lines(notebook).items()}
    assert said["outcome_days"][1:5] == ["int", "90", "days", "1 to 3650"]
    assert said["gesture_cost"][1:5] == ["float", "not known", "currency", "0 or more"]
    assert said["outcome_model"][1:5] == ["str", "ridge", "-", "ridge, boosting"]
    assert said["active_days"][2] == "from the gaps"
    assert describe_parameters(notebook).startswith("04_gestures: Do gestures bring customers back?\n")


def test_a_notebook_of_ones_own_tells_its_own_defaults(tmp_path: Path) -> None:
    cell = made.code(
        'study: str = ""\ncolour: str = "#fff"  # of the card # and its edge\nsize: int  # in mm\n'
        'n: float | None = None\nword: str = ""\nout: str = ""', tags=["parameters"],
    )  # fmt: skip
    said = lines(Notebook(made.write(tmp_path, "13_own", made.notebook(cell))))
    cells = {name: [cell.strip() for cell in line.split("  ") if cell.strip()] for name, line in said.items()}
    assert cells["colour"] == ["colour", "str", "#fff", "-", "-", "of the card # and its edge"]
    assert cells["size"] == ["size", "int", "must be given", "-", "-", "in mm"]
    assert (cells["n"][2], cells["word"][2]) == ("none", "''")


def test_no_study_is_needed_and_an_unknown_name_says_which_there_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert app.main(["report", "--help-parameters", "04_gestures"], standalone_mode=False) == 0
    assert "outcome_days" in capsys.readouterr().out
    with pytest.raises(InputError, match=r"^--help-parameters gesturs: no notebook .* did you mean `gestures`"):
        app.main(["report", "--help-parameters", "gesturs"], standalone_mode=False)


def test_nothing_heavy_is_loaded_to_tell_of_parameters_or_their_faults(tmp_path: Path) -> None:
    made.write_study(tmp_path / "corner")
    (tmp_path / "sets.yml").write_text("a: {k_max: no}\n")
    asked = (
        "['report', '--help-parameters', 'gestures']",
        f"['report', {str(tmp_path / 'corner')!r}, '--matrix', {str(tmp_path / 'sets.yml')!r}, '-p', 'seed', '012']",
    )
    for arguments in asked:
        program = (
            "import sys, contextlib\nfrom cxlab.__main__ import app\n"
            f"with contextlib.suppress(ValueError, SystemExit): app.main({arguments}, standalone_mode=False)\n"
            "print([n for n in ('pandas', 'duckdb', 'papermill', 'nbformat', 'matplotlib') if n in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "[]", done.stdout
