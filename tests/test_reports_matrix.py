"""Sets of parameters: one run for each study and label, each what `-p` would have made, and the study read once."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cxlab.errors import InputError
from cxlab.intake import read
from cxlab.intake.rejects import REJECTS
from cxlab.intake.stamps import FOLDER
from cxlab.reports import manifest
from cxlab.reports.index import write_index
from cxlab.reports.matrix import label_fault
from cxlab.reports.order import Order, understand
from cxlab.reports.reading import Readings
from cxlab.reports.run import Made, Run
from cxlab.reports.whose import other_study
from cxlab.study import load_study
from tests import made_notebooks as made
from tests.test_reports_run import cxlab as command_line

SETS = "base: {}\nshort window:\n  k_max: 5\n  margin_rate: 1\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two studies, one notebook and two sets of parameters; a record of the first study is rejected."""
    folder = tmp_path_factory.mktemp("shop")
    made.write_study(folder / "corner")
    made.write_study(folder / "second", "second")
    with (folder / "corner" / "orders.csv").open("a") as orders:
        orders.write("c99,yesterday,5.00\n")
    made.write(folder / "notebooks", "00_intake", made.small_notebook("intake", made.COUNT))
    (folder / "sets.yml").write_text(SETS)
    return folder


def ask(shop: Path, *pairs: tuple[str, str], sets: str = SETS, studies: tuple[str, ...] = ("corner",)) -> Order:
    file = shop / "other sets.yml"
    file.write_text(sets)
    paths = [str(shop / s) for s in studies]
    return understand(paths, shop / "elsewhere", [], pairs, shop / "notebooks", matrix=file)


class TestOrder:
    """What a matrix asks for: every study with every set."""

    def test_there_is_a_run_for_each_study_and_label_in_a_folder_of_its_own(self, shop: Path) -> None:
        order = ask(shop, studies=("corner", "second"))
        names = ["corner/base", "corner/short window", "second/base", "second/short window"]
        assert [run.name for run in order.runs] == names
        assert [run.folder for run in order.runs] == [shop / "elsewhere" / name for name in names]

    def test_a_set_goes_before_the_study_and_is_what_p_would_have_read(self, shop: Path) -> None:
        base, short = ask(shop, ("seed", "3")).runs
        assert (base.given, short.given) == ({"seed": 3}, {"seed": 3, "k_max": 5, "margin_rate": 1.0})
        assert (base.parameters.k_max, short.parameters.k_max) == (7, 5)
        assert isinstance(short.given["margin_rate"], float)

    def test_the_commands_make_all_of_it_one_study_or_one_run_again(self, shop: Path) -> None:
        order = ask(shop, ("seed", "3"), studies=("corner", "second"))
        corner, second, file = (str(shop / name) for name in ("corner", "second", "other sets.yml"))
        out = f"--out {shop / 'elsewhere'}"
        assert order.again == f"cxlab report {corner} {second} --matrix '{file}' {out} -p seed 3"
        assert order.again_by_study["second"] == f"cxlab report {second} --matrix '{file}' {out} -p seed 3"
        assert order.again_alone(order.runs[1]) == f"cxlab report {corner} -p seed 3 -p k_max 5 -p margin_rate 1.0"
        again = order.again_in_place(order.runs[1], order.notebooks[0])
        assert again == f"cxlab report {corner} --matrix '{file}' {out} --only intake -p seed 3"

    def test_a_parameter_of_a_set_cannot_be_given_with_p_as_well(self, shop: Path) -> None:
        with pytest.raises(InputError, match=r"sets.yml:3: in `short window`: `k_max` is given with -p as well; keep"):
            ask(shop, ("k_max", "8"))

    def test_all_faults_of_all_sets_are_told_at_once_in_the_order_of_their_lines(self, shop: Path) -> None:
        with pytest.raises(InputError) as fault:
            ask(shop, sets="a: {k_max: no}\nb:\n  seed: 012\n  k_maks: 3\ntables: {}\n")
        head, *lines = str(fault.value).splitlines()
        assert head.endswith("sets.yml has 4 faults:")
        assert [line.split("sets.yml:")[1].split(":")[0] for line in lines] == ["1", "3", "4", "5"]

    def test_a_set_is_held_against_each_study(self, shop: Path) -> None:
        made.write_study(shop / "third", "third", parameters="{min_profit: 5}")
        cell = made.code('study: str = ""\nprofitability: str = None\nout: str = ""', tags=["parameters"])
        made.write(shop / "others", "01_own", made.notebook(cell))
        file = shop / "amount.yml"
        file.write_text("a: {profitability: amount}\n")
        with pytest.raises(InputError) as fault:
            understand([str(shop / s) for s in ("corner", "third")], shop / "x", [], [], shop / "others", matrix=file)
        (line,) = str(fault.value).splitlines()
        assert f"amount.yml:1: in `a`, for {shop / 'corner'}: profitability is `amount`, so `min_profit`" in line

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (b"a: {}\xff\n", "is not UTF-8 text (byte 6): save it as UTF-8"),
            (b"a: {k_max: 3}\n" + b"#" * 1_000_001, "the file is too large for sets of parameters"),
        ],
    )
    def test_a_file_that_is_none_of_sets_is_told(self, shop: Path, text: bytes, words: str) -> None:
        file = shop / "odd.yml"
        file.write_bytes(text)
        with pytest.raises(InputError, match=re.escape(words)):
            understand([str(shop / "corner")], shop / "x", [], [], shop / "notebooks", matrix=file)

    def test_what_a_run_writes_is_no_label(self) -> None:
        for name in ("tables", "notebooks", REJECTS, "index.html", "results.json", manifest.FILE, FOLDER):
            assert label_fault(name), name

    @pytest.mark.parametrize("label", ["base", "0.3", "2024", "no", "short window", "k_max-5", "A.b_c", "a" * 80])
    def test_a_name_of_a_folder_is_a_label(self, shop: Path, label: str) -> None:
        assert ask(shop, sets=f"{label}: {{}}\n").runs[0].label == label


class TestReading:
    """The files of a study are read once for all sets that ask the same of them."""

    @pytest.fixture
    def times_read(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        times: list[str] = []
        reading: Callable[..., Any] = read._read

        def counted(engine: Any, study: Any, *arguments: Any, **named: Any) -> Any:
            times.append(study.name)
            return reading(engine, study, *arguments, **named)

        monkeypatch.setattr(read, "_read", counted)
        return times

    def test_a_study_is_read_once_and_each_run_has_its_rejects(
        self, shop: Path, tmp_path: Path, times_read: list[str]
    ) -> None:
        file = tmp_path / "sets.yml"
        file.write_text("a: {}\nb: {k_max: 4}\nc: {max_reject_share: 0.5}\n")
        made.write(tmp_path / "notebooks", "00_intake", made.notebook(made.code(
            'study: str = ""\nk_max: int = None\nmax_reject_share: float = None\nout: str = ""', tags=["parameters"],
        )))  # fmt: skip
        studies = [str(shop / s) for s in ("corner", "second")]
        order = understand(studies, tmp_path / "out", [], [], tmp_path / "notebooks", matrix=file)
        readings, made_of = Readings(order, None), {}
        for number, run in enumerate(order.runs):
            (tmp_path / str(number)).mkdir()
            made_of[run.name] = readings.read(run, tmp_path / str(number))
        assert times_read == ["corner", "second"]
        assert made_of["corner/a"] is made_of["corner/b"]
        assert made_of["corner/a"].inputs == made_of["corner/c"].inputs
        rejects = [(tmp_path / str(i) / REJECTS / "orders.csv") for i in range(6)]
        assert [file.exists() for file in rejects] == [True, True, True, False, False, False]
        assert len({file.read_bytes() for file in rejects[:3]}) == 1
        assert sorted(p.name for p in (tmp_path / "out" / "corner").iterdir()) == [FOLDER]

    def test_a_set_that_allows_too_few_rejects_is_named(self, shop: Path, tmp_path: Path) -> None:
        file = tmp_path / "sets.yml"
        file.write_text("a: {}\nstrict: {max_reject_share: 0.001}\n")
        cell = made.code('study: str = ""\nmax_reject_share: float = None\nout: str = ""', tags=["parameters"])
        made.write(tmp_path / "notebooks", "00_intake", made.notebook(cell))
        order = understand([str(shop / "corner")], tmp_path / "out", [], [], tmp_path / "notebooks", matrix=file)
        readings = Readings(order, None)
        for name in ("0", "1"):
            (tmp_path / name).mkdir()
        readings.read(order.runs[0], tmp_path / "0")
        with pytest.raises(InputError, match=r"^in `strict`: .*study.yml:4: 1 record of 151 records of orders"):
            readings.read(order.runs[1], tmp_path / "1")


class TestIndex:
    """Cards by study and label, an index for each folder, and what lies there from earlier calls."""

    @pytest.fixture
    def out(self, tmp_path: Path) -> Path:
        made.write_run(tmp_path, "cdnow", "CDNOW, 1997–98")
        for label in ("base", "short window"):
            made.write_run(tmp_path, f"corner/{label}", "Corner shop")
            self.name(tmp_path / "corner" / label, "corner", label)
        return tmp_path

    def name(self, folder: Path, study: str, label: str) -> None:
        told = json.loads((folder / manifest.FILE).read_text())
        told["study"]["name"] = study
        told |= {"label": label, "given": {"k_max": 5} if label != "base" else {}}
        (folder / manifest.FILE).write_text(json.dumps(told))

    def test_the_index_over_all_shows_each_run_and_leads_to_its_pages(self, out: Path) -> None:
        html = write_index(out, ["corner/base", "corner/short window"], "again").read_text()
        heads = re.findall(r'<h2 id="study-\d+">(.*?)</h2><p>(.*?)</p>', html)
        assert [head for head, _ in heads] == ["Corner shop: base", "Corner shop: short window", "CDNOW, 1997–98"]
        assert heads[0][1].endswith("EUR; the values of the study") and heads[1][1].endswith("EUR; k_max=5")
        assert 'href="corner/short%20window/02_segmentation.html"' in html
        assert "What the customers of two studies tell us" in html
        assert "2 studies, 3 runs, 9 reports, 3 failed" in html

    def test_each_study_and_each_run_has_an_index_that_leads_back(self, out: Path) -> None:
        again = {"corner": "cxlab report data/corner --matrix sets.yml"}
        write_index(out, ["corner/base", "corner/short window"], "again", again)
        study, run = (out / "corner" / "index.html").read_text(), (out / "corner/short window/index.html").read_text()
        assert "What the customers of Corner shop tell us, by two sets of parameters" in study
        assert 'href="base/02_segmentation.html"' in study and 'href="short%20window/02_segmentation.html"' in study
        assert again["corner"] in study and "All studies" in study and "CDNOW" not in study
        assert "What the customers of Corner shop tell us: short window" in run and "All sets of parameters" in run
        assert 'href="02_segmentation.html"' in run and 'href="../index.html"' in run and ": base" not in run

    def test_runs_of_earlier_calls_stay_on_the_index_of_their_study(self, out: Path) -> None:
        made.write_run(out, "corner", "Corner shop")
        write_index(out, ["corner"], "again")
        html = (out / "corner" / "index.html").read_text()
        places = [html.index(f">{title}</h2>") for title in ("Corner shop", "Corner shop: base")]
        assert places == sorted(places)
        assert 'href="02_segmentation.html"' in html and 'href="base/02_segmentation.html"' in html

    def test_a_folder_that_names_itself_otherwise_is_no_run_of_a_label(self, out: Path) -> None:
        made.write_run(out, "january/cdnow", "CDNOW in January")
        assert "January" not in write_index(out, ["cdnow"], "again").read_text()

    def test_what_is_open_is_asked_once_for_all_sets_of_a_study(self, out: Path) -> None:
        write_index(out, ["corner/base", "corner/short window"], "again")
        html = (out / "corner" / "index.html").read_text()
        assert html.count("Are the big spenders also the profitable ones?") == 1

    def test_reports_of_another_study_of_the_same_name_are_seen_below_a_label(self, out: Path) -> None:
        file = out / "corner" / "base" / manifest.FILE
        other = made.write_study(out / "elsewhere" / "corner")
        file.write_text(json.dumps(json.loads(file.read_text()) | {"study": {"path": str(other)}}))
        mine = load_study(made.write_study(out / "mine" / "corner"))
        assert other_study(out / "corner", mine) == str(other)
        assert other_study(out / "corner", load_study(other)) == ""


@pytest.fixture(scope="module")
def ran(shop: Path) -> subprocess.CompletedProcess[str]:
    return command_line(shop, "report", "corner", "--matrix", "sets.yml")


@pytest.fixture(scope="module")
def by_p(ran: subprocess.CompletedProcess[str], shop: Path) -> Path:
    """The folder of what the command of a run with a set made."""
    told = json.loads((shop / "reports/corner/short window/manifest.json").read_text())
    done = command_line(shop, *told["command"].split()[1:], "--out", "by p")
    assert done.returncode == 0, done.stderr
    return shop / "by p" / "corner"


class TestRun:
    """A whole run with two sets, and the same with -p."""

    def test_every_label_is_told_of_and_lies_in_its_folder(
        self, ran: subprocess.CompletedProcess[str], shop: Path
    ) -> None:
        assert ran.returncode == 0, ran.stdout + ran.stderr
        for label in ("base", "short window"):
            assert f"corner/{label}/00_intake started" in ran.stdout
            found = {p.relative_to(shop / "reports/corner" / label).as_posix()
                     for p in (shop / "reports/corner" / label).rglob("*") if p.is_file()}  # fmt: skip
            assert found == {
                "00_intake.html", "index.html", "manifest.json", "notebooks/00_intake.ipynb", "rejects/orders.csv",
                "results.json", "tables/intake_kept.csv", "tables/intake_kept.parquet",
            }  # fmt: skip
        there = sorted(p.name for p in (shop / "reports/corner").iterdir())
        assert there == [FOLDER, "base", "index.html", "short window"]
        assert ran.stdout.count("60 customers") == 1, "what was read is told once"

    def test_the_parameters_of_the_set_were_used(self, ran: subprocess.CompletedProcess[str], shop: Path) -> None:
        found = [json.loads((shop / f"reports/corner/{label}/results.json").read_text())["intake"]["k_max"]["estimate"]
                 for label in ("base", "short window")]  # fmt: skip
        assert found == [7, 5]
        told = json.loads((shop / "reports/corner/short window/manifest.json").read_text())
        assert (told["label"], told["given"]) == ("short window", {"k_max": 5, "margin_rate": 1.0})
        assert told["command"] == "cxlab report corner -p k_max 5 -p margin_rate 1.0"
        assert told["reports"]["intake"]["command"] == "cxlab report corner --matrix sets.yml --only intake"

    @pytest.mark.thorough
    def test_the_command_of_a_run_makes_the_same_bytes(self, by_p: Path, shop: Path) -> None:
        run = shop / "reports/corner/short window"
        for name in ("results.json", "tables/intake_kept.csv", "tables/intake_kept.parquet", "rejects/orders.csv"):
            assert (by_p / name).read_bytes() == (run / name).read_bytes(), name
        for name in ("00_intake.html", "notebooks/00_intake.ipynb"):
            pages = [(folder / name).read_text().replace(folder.relative_to(shop).as_posix(), "OUT")
                     for folder in (by_p, run)]  # fmt: skip
            first, second = (re.sub(r"<time .*?</time>", "", page) for page in pages)
            assert first == second, name

    def test_the_index_is_there_for_all_the_study_and_each_run(
        self, ran: subprocess.CompletedProcess[str], shop: Path
    ) -> None:
        for folder in ("", "corner", "corner/base", "corner/short window"):
            html = (shop / "reports" / folder / "index.html").read_text()
            links = re.findall(r'href="([^"#]*00_intake\.html)"', html)
            assert links and all((shop / "reports" / folder / link.replace("%20", " ")).is_file() for link in links)
        assert "cxlab report corner --matrix sets.yml" in (shop / "reports/index.html").read_text()

    def test_other_reports_of_a_label_stay_while_its_parameters_are_the_same(
        self, ran: subprocess.CompletedProcess[str], shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(shop)
        made.write(shop / "two", "00_intake", made.small_notebook("intake", made.COUNT))
        made.write(shop / "two", "01_other", made.small_notebook("other", made.COUNT))
        kept = []
        for sets in (SETS, SETS.replace("5", "6")):
            file = tmp_path / "sets.yml"
            file.write_text(sets)
            order = understand(["corner"], Path("reports"), ["other"], [], shop / "two", matrix=file)
            readings, runs = Readings(order, None), []
            for run in order.runs:
                runs.append(Run(order, run, Made("", {}), None))
                runs[-1].open(readings, afresh=True)
            kept.append([list(run.reports) for run in runs])
        assert kept == [[["intake"], ["intake"]], [["intake"], []]]
