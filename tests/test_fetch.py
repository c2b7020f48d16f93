"""Files that a study names but does not keep: fetched, held against their sha256, and never half there."""

import hashlib
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from cxlab.__main__ import app
from cxlab.errors import InputError
from cxlab.fetch import FetchError, fetch_study
from cxlab.intake import SourceError, check_study
from cxlab.study import StudyError, load_study
from tests.make import good_rows, needs_proc, orders_csv, write_study

ROOT = Path(__file__).resolve().parent.parent
HILLSTROM = ROOT / "data" / "hillstrom"
DATA = orders_csv(*good_rows()).encode()
SHA = hashlib.sha256(DATA).hexdigest()


class _Shelf(BaseHTTPRequestHandler):
    """Gives /orders.csv, breaks off in /short.csv, sends /moved.csv on, and has nothing else."""

    def do_GET(self) -> None:
        if self.path == "/moved.csv":
            self.send_response(302)
            self.send_header("Location", "/orders.csv")
            self.end_headers()
            return
        if self.path not in ("/orders.csv", "/short.csv", "/large.csv"):
            self.send_error(404)
            return
        body = getattr(self.server, "large", b"") if self.path == "/large.csv" else DATA
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:100] if self.path == "/short.csv" else body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Shelf) as shelf:
        thread = threading.Thread(target=shelf.serve_forever, daemon=True)
        thread.start()
        yield shelf
        shelf.shutdown()
        thread.join()


@pytest.fixture
def shelf(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def fetchable(folder: Path, url: str, sha256: str = SHA, path: str = "orders.csv") -> Path:
    sources = f"  orders:\n    path: {path}\n    fetch: {{url: '{url}', sha256: '{sha256}'}}\n"
    return write_study(folder, sources)


def fetch(folder: Path) -> list[str]:
    return [fetched.outcome for fetched in fetch_study(load_study(folder))]


def message(folder: Path) -> str:
    with pytest.raises(FetchError) as caught:
        fetch(folder)
    return str(caught.value)


def files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*")}


class TestFetching:
    def test_a_file_comes_to_the_place_that_its_path_names(self, tmp_path: Path, shelf: str) -> None:
        fetchable(tmp_path, f"{shelf}/orders.csv", SHA.upper())
        assert fetch(tmp_path) == ["fetched"]
        assert (tmp_path / "orders.csv").read_bytes() == DATA and files(tmp_path) == {"study.yml", "orders.csv"}
        assert check_study(tmp_path).n_orders == 40

    def test_it_may_be_read_by_whoever_may_read_the_study(self, tmp_path: Path, shelf: str) -> None:
        fetchable(tmp_path, f"{shelf}/orders.csv")
        fetch(tmp_path)
        assert (tmp_path / "orders.csv").stat().st_mode == (tmp_path / "study.yml").stat().st_mode

    def test_the_folder_of_its_path_is_made_only_when_the_file_is_right(self, tmp_path: Path, shelf: str) -> None:
        fetchable(tmp_path, f"{shelf}/orders.csv", "0" * 64, path="files/raw/orders.csv")
        message(tmp_path)
        assert files(tmp_path) == {"study.yml"}
        fetchable(tmp_path, f"{shelf}/moved.csv", path="files/raw/orders.csv")
        assert fetch(tmp_path) == ["fetched"]
        assert (tmp_path / "files/raw/orders.csv").read_bytes() == DATA

    def test_one_that_is_there_and_right_is_left_alone(self, tmp_path: Path, shelf: str) -> None:
        fetchable(tmp_path, f"{shelf}/nothing.csv")
        (tmp_path / "orders.csv").write_bytes(DATA)
        assert fetch(tmp_path) == ["there"]

    def test_one_that_is_there_and_another_is_never_overwritten(self, tmp_path: Path, shelf: str) -> None:
        fetchable(tmp_path, f"{shelf}/orders.csv")
        (tmp_path / "orders.csv").write_bytes(b"mine")
        found = message(tmp_path)
        assert found.startswith(f"{tmp_path.as_posix()}/study.yml:6: {tmp_path.as_posix()}/orders.csv is there, but ")
        assert hashlib.sha256(b"mine").hexdigest() in found and SHA in found and "move it away" in found
        assert (tmp_path / "orders.csv").read_bytes() == b"mine"

    def test_every_source_with_a_fetch_key_is_fetched_and_the_others_are_not(self, tmp_path: Path, shelf: str) -> None:
        keys = f"fetch: {{url: '{shelf}/orders.csv', sha256: '{SHA}'}}"
        sources = f"  orders: {{path: a.csv, {keys}}}\n  costs: {{path: b.csv}}\n  gestures: {{path: c.csv, {keys}}}\n"
        write_study(tmp_path, sources)
        assert fetch(tmp_path) == ["fetched", "fetched"]
        assert files(tmp_path) == {"study.yml", "a.csv", "c.csv"}


class TestWhatCanGoWrong:
    @pytest.mark.parametrize(
        ("name", "sha256", "words"),
        [
            ("orders.csv", "0" * 64, f"has the sha256 {SHA} and not {'0' * 64}: it is another file and was not kept"),
            ("nothing.csv", SHA, "answered 404 Not Found: see whether the file has moved, or put it there by hand"),
            ("short.csv", SHA, "did not answer, or not in full: see that this machine is online, or put it"),
        ],
    )
    def test_nothing_is_left_behind(self, tmp_path: Path, shelf: str, name: str, sha256: str, words: str) -> None:
        fetchable(tmp_path, f"{shelf}/{name}", sha256)
        found = message(tmp_path)
        assert words in found and f"{shelf}/{name}" in found and "study.yml:6: " in found and "\n" not in found
        assert files(tmp_path) == {"study.yml"}

    def test_no_network(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}/orders.csv"
            fetchable(tmp_path, url)
            found = message(tmp_path)
        assert f"orders.csv cannot be fetched, {url} did not answer" in found and "put it there by hand" in found
        assert files(tmp_path) == {"study.yml"}

    @needs_proc
    def test_a_folder_that_cannot_be_written_to(self, shelf: str, tmp_path: Path) -> None:
        fetchable(tmp_path, f"{shelf}/orders.csv", path="there/orders.csv")
        (tmp_path / "there").symlink_to("/proc/self")
        assert "there/orders.csv cannot be read or written (" in message(tmp_path)

    def test_a_study_that_keeps_its_files(self, tmp_path: Path) -> None:
        write_study(tmp_path, orders=orders_csv(*good_rows()))
        assert "study.yml:3: no source of shop has a `fetch:` key" in message(tmp_path)

    @pytest.mark.parametrize("path", ["'*.csv'", "/tmp/x.csv", "../x.csv", "package:lifetimes/x.csv", "a/../../x.csv"])
    def test_a_path_outside_the_study_or_of_several_files(self, tmp_path: Path, path: str) -> None:
        fetchable(tmp_path, "https://example.org/x.csv", path=path)
        with pytest.raises(StudyError, match=r"study.yml:6: `fetch` is only for a file of the study's own folder"):
            load_study(tmp_path)

    @pytest.mark.parametrize(
        ("keys", "words"),
        [
            ("{url: 'https://example.org/x'}", "`sha256` is missing"),
            ("{sha256: '" + SHA + "'}", "`url` is missing"),
            ("{url: 'file:///etc/passwd', sha256: '" + SHA + "'}", "begins with http:// or https://"),
            (
                "{url: 'https://example.org/x', sha256: abc}",
                "must be the 64 letters and digits that `sha256sum` prints",
            ),
            ("{url: 'https://example.org/x', sha265: abc}", "`sha265` is no key of `fetch`; did you mean `sha256`?"),
            ("https://example.org/x", "must hold keys of its own"),
        ],
    )
    def test_a_fetch_key_with_faults(self, tmp_path: Path, keys: str, words: str) -> None:
        write_study(tmp_path, f"  orders:\n    path: orders.csv\n    fetch: {keys}\n")
        with pytest.raises(StudyError, match=r"study.yml:6: ") as caught:
            load_study(tmp_path)
        assert words in str(caught.value)


class TestTheStudyWithoutItsFile:
    def test_it_says_in_a_sentence_how_to_get_it(self, tmp_path: Path) -> None:
        fetchable(tmp_path, "https://example.org/orders.csv")
        with pytest.raises(SourceError) as caught:
            check_study(tmp_path)
        here = tmp_path.as_posix()
        assert str(caught.value) == (
            f"{here}/study.yml:5: {here}/orders.csv is not there: get it with `cxlab fetch {here}`, or put it there by "
            "hand, from https://example.org/orders.csv"
        )

    def test_a_study_file_of_another_name_is_named(self, tmp_path: Path) -> None:
        fetchable(tmp_path, "https://example.org/orders.csv")
        (tmp_path / "study.yml").rename(tmp_path / "other.yml")
        with pytest.raises(SourceError, match=re.escape(f"`cxlab fetch {tmp_path.as_posix()}/other.yml`")):
            check_study(tmp_path / "other.yml")


class TestOnTheCommandLine:
    def run(self, *words: str) -> tuple[int, str]:
        """Run a command as `main` does; return exit code and what was said."""
        result = CliRunner().invoke(app, words)
        if isinstance(result.exception, InputError):
            return 2, str(result.exception)
        return result.exit_code, result.output

    def test_fetch_says_what_became_of_the_file(self, tmp_path: Path, shelf: str) -> None:
        fetchable(tmp_path, f"{shelf}/orders.csv")
        file = f"{tmp_path.as_posix()}/orders.csv"
        said = f"{file} was fetched from {shelf}/orders.csv: {len(DATA):,} bytes, and its sha256 is right.\n"
        assert self.run("fetch", str(tmp_path)) == (0, said)
        assert self.run("fetch", str(tmp_path)) == (0, f"{file} is there already, and it is the file meant.\n")

    def test_what_goes_wrong_ends_in_one_message(self, tmp_path: Path, shelf: str) -> None:
        fetchable(tmp_path, f"{shelf}/orders.csv", "0" * 64)
        for words in (("fetch", str(tmp_path)), ("check", str(tmp_path)), ("fetch", str(ROOT / "data" / "cdnow"))):
            code, said = self.run(*words)
            assert code == 2 and "\n" not in said, said

    def test_the_program_ends_with_code_2_and_no_traceback(self, tmp_path: Path) -> None:
        import subprocess
        import sys

        fetchable(tmp_path, "http://127.0.0.1:1/orders.csv")
        command = [sys.executable, "-m", "cxlab", "fetch", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1, done.stderr
        assert done.stderr.startswith("cxlab: ")


class TestHillstrom:
    """The study that comes with the project, its file beside the repository in the tests."""

    @pytest.fixture
    def folder(self, shared_data: Path, tmp_path: Path) -> Path:
        folder = tmp_path / "hillstrom"
        folder.mkdir()
        for file in HILLSTROM.glob("*.yml"):
            shutil.copy(file, folder)
        shutil.copy(shared_data / "hillstrom" / "hillstrom.csv", folder)
        return folder

    def as_published(self, folder: Path) -> bytes:
        """Return the bytes of the public file, made from the copy: it ends lines as Windows does, and has 0 for 0.0."""
        text = (folder / "hillstrom.csv").read_text(encoding="utf-8")
        return re.sub(r"\.0(?=,|$)", "", text, flags=re.M).replace("\n", "\r\n").encode()

    @pytest.mark.parametrize(
        ("file", "total"), [("study.yml", {"visit": 9394}), ("spend.yml", {"spend": 67258.19})], ids=["visit", "spend"]
    )
    def test_every_record_is_used_and_equal_ones_are_different_people(
        self, folder: Path, file: str, total: dict[str, float]
    ) -> None:
        with check_study(folder / file) as intake:
            table = intake.tables["outcomes"]
            assert (table.n_read, table.n_used, table.rejects) == (64_000, 64_000, ())
            arms = intake.engine.rows("SELECT arm, COUNT(*) FROM outcomes GROUP BY arm ORDER BY arm")
            assert arms == [("Mens E-Mail", 21_307), ("No E-Mail", 21_306), ("Womens E-Mail", 21_387)]
            names = ", ".join(sorted(table.columns | set(table.further)))
            (different,) = intake.engine.row(f"SELECT COUNT(*) FROM (SELECT DISTINCT {names} FROM outcomes) AS d")
            assert 64_000 - different == 6_562
            (found,) = intake.engine.row("SELECT SUM(outcome) FROM outcomes")
            assert found == pytest.approx(next(iter(total.values())))
            assert "segment_history" in table.further and "history_segment" not in table.further
            (gesture,) = intake.questions.core
            assert gesture.can == "yes" and not intake.remarks

    def test_the_published_file_is_the_one_that_the_study_means(self, folder: Path) -> None:
        published = self.as_published(folder)
        assert len(published) == 3_964_977
        for file in ("study.yml", "spend.yml"):
            source = load_study(folder / file).sources.outcomes
            assert source and source.fetch and source.fetch.sha256 == hashlib.sha256(published).hexdigest()

    def test_it_is_fetched_and_gives_the_same_as_the_copy(
        self, folder: Path, server: ThreadingHTTPServer, shelf: str
    ) -> None:
        sql = "SELECT * FROM outcomes ORDER BY cx_line"
        with check_study(folder) as intake:
            copy = intake.engine.frame(sql)
        server.large = self.as_published(folder)  # type: ignore[attr-defined]
        (folder / "hillstrom.csv").unlink()
        file = folder / "study.yml"
        file.write_text(re.sub(r"url: .*", f"url: {shelf}/large.csv", file.read_text()))
        assert fetch(folder) == ["fetched"] and (folder / "hillstrom.csv").stat().st_size == 3_964_977
        with check_study(folder) as intake:
            fetched = intake.engine.frame(sql)
        ours = ["arm", "outcome", "cx_line", "recency", "segment_history", "history", "zip_code"]
        assert (copy[ours].drop(columns="history") == fetched[ours].drop(columns="history")).all().all()
        assert (copy["history"].astype(float) == fetched["history"].astype(float)).all()

    def test_the_two_studies_differ_in_their_outcome_only(self) -> None:
        visit, spend = (load_study(HILLSTROM / name) for name in ("study.yml", "spend.yml"))
        one, other = visit.sources.outcomes, spend.sources.outcomes
        assert one and other and (visit.name, spend.name) == ("hillstrom", "hillstrom-spend")
        assert one.columns["outcome"] == "visit" and set(one.ignore) == {"conversion", "spend"}
        assert other.columns["outcome"] == "spend" and set(other.ignore) == {"conversion", "visit"}
        alike = set(type(one).model_fields) - {"columns", "ignore"}
        assert all(getattr(one, name) == getattr(other, name) for name in alike)
        assert spend.currency == visit.currency == "USD"

    def test_its_file_is_never_committed(self) -> None:
        ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
        assert "/data/hillstrom/hillstrom.csv" in ignored
