"""Sources that are tables or queries of a PostgreSQL database, tried on a real one."""

import csv
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv as arrow_csv

from cxlab.engine import Engine
from cxlab.intake import SourceError, check_study, databases, postgres, read_study
from cxlab.intake.databases import read_databases
from cxlab.kit import open_study
from cxlab.reports.order import understand
from cxlab.reports.past import open_run
from cxlab.reports.runner import Way, report
from cxlab.reports.verify import verify_run
from cxlab.study import load_study
from tests import made_notebooks as made
from tests.make import good_rows, orders_csv, write_study
from tests.postgres_server import IN_CLEAR, OWNER, PASSWORD, READER, Server, running

ROOT = Path(__file__).resolve().parent.parent
SHOP = ROOT / "data" / "corner-shop"
KINDS = {"revenue": pa.decimal128(10, 2), "cost": pa.decimal128(10, 2), "ordered_at": pa.timestamp("us")}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        orders = arrow_csv.read_csv(SHOP / "orders.csv", convert_options=arrow_csv.ConvertOptions(column_types=KINDS))
        shuffled = orders.take([(i * 7919) % len(orders) for i in range(len(orders))])
        with started.connected() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA sales")
            cursor.adbc_ingest("orders", shuffled, mode="create", db_schema_name="sales")
            cursor.execute("ALTER TABLE sales.orders ADD COLUMN notes jsonb")
            cursor.execute("CREATE TABLE sales.none (customer_id int, ordered_at date, revenue numeric)")
        yield started


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks, and the password, stand in the environment and nowhere else."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGUSER", READER)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)


def study(folder: Path, server: Server, what: str, more: str = "") -> Path:
    return write_study(folder, f"  orders:\n    url: {server.url()}\n    {what}\n{more}")


def message(folder: Path) -> str:
    with pytest.raises(SourceError) as caught:
        check_study(folder)
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


def corner_shop(folder: Path, source: str) -> Path:
    """The corner shop, with its orders from elsewhere."""
    folder.mkdir()
    for file in SHOP.glob("*.csv"):
        (folder / file.name).symlink_to(file)
    text = (SHOP / "study.yml").read_text(encoding="utf-8")
    assert "    path: orders.csv\n" in text
    (folder / "study.yml").write_text(text.replace("    path: orders.csv\n", source), encoding="utf-8")
    return folder


class TestTruth:
    """The same rows give the same answers, wherever they come from."""

    @pytest.mark.thorough
    def test_orders_of_a_database_are_those_of_the_file(self, server: Server, tmp_path: Path) -> None:
        asked = f"    url: {server.url()}\n    table: sales.orders\n"
        with (
            open_study(SHOP) as of_file,
            open_study(corner_shop(tmp_path / "shop", asked), allow_outside=True) as of_database,
        ):
            ours, theirs = of_database.intake, of_file.intake
            assert ours.tables["orders"].n_read == theirs.tables["orders"].n_read == 18_100
            assert ours.findings == theirs.findings and ours.remarks == theirs.remarks
            assert written(of_database.customers.frame) == written(of_file.customers.frame)
            assert written(of_database.customers_at_end.frame) == written(of_file.customers_at_end.frame)
            assert ours.calendar.table.equals(theirs.calendar.table) and ours.ledger.lines == theirs.ledger.lines
            assert of_database.occasions and of_file.occasions
            assert written(of_database.occasions.frame) == written(of_file.occasions.frame)
            assert ours.tables["orders"].understood == "PostgreSQL, left out for their types: `notes` (jsonb)"

    def test_the_order_of_the_rows_on_the_disk_does_not_count(self, server: Server, tmp_path: Path) -> None:
        server.run("DROP TABLE IF EXISTS one", "DROP TABLE IF EXISTS other",
                   "CREATE TABLE one AS SELECT * FROM sales.orders ORDER BY order_id LIMIT 500",
                   "CREATE TABLE other AS SELECT * FROM one ORDER BY revenue, order_id")  # fmt: skip
        asked, rows = [], []
        for table in ("one", "other"):
            with Engine() as engine:
                found = read_databases(engine, load_study(study(tmp_path, server, f"table: {table}")))["orders"]
                asked.append((found.asked.n_rows, found.asked.sha256))
                rows.append(engine.read("SELECT * FROM orders_file_0"))
        assert rows[0] == rows[1] and [row[0] for row in rows[0]] == list(range(1, 501)) and asked[0] == asked[1]
        server.run("UPDATE other SET revenue = revenue + 0.01 WHERE order_id = (SELECT MIN(order_id) FROM other)")
        with Engine() as engine:
            assert read_databases(engine, load_study(tmp_path))["orders"].asked.sha256 != asked[0][1]

    def test_values_keep_the_types_of_the_database(self, server: Server, tmp_path: Path) -> None:
        values = (
            "12345678901234567890::numeric AS customer_id, date '2024-03-01' AS ordered_at, 0.30::numeric AS revenue, "
            "1.234::numeric(9,3) AS quantity, false AS returned, 'x'::char(4) AS channel, "
            "'5f1d7a84-0000-4000-8000-000000000001'::uuid AS order_id"
        )
        study(tmp_path, server, f'query: "SELECT {values} -- one row;"')
        with check_study(tmp_path) as intake:
            row = intake.engine.row("SELECT customer_id, revenue, quantity, returned, channel, order_id FROM orders")
        order = "5f1d7a84-0000-4000-8000-000000000001"
        assert row == ("12345678901234567890", 30, 1.234, False, "x", order)

    def test_a_moment_with_a_zone_stands_on_the_clock_that_is_asked_for(self, server: Server, tmp_path: Path) -> None:
        moments = "timestamptz '2024-05-01 00:30+03' + g * interval '1 day'"
        query = (
            f'query: "SELECT g AS customer_id, {moments} AS ordered_at, 1.5 AS revenue FROM generate_series(0, 9) g"'
        )
        days = []
        for more in ("", "    read: {timezone: Europe/Helsinki}\n"):
            with check_study(study(tmp_path, server, query, more)) as intake:
                days.append(str(intake.first_order))
                assert "on the clock of" in intake.tables["orders"].understood
        assert days == ["2024-04-30", "2024-05-01"]

    def test_rows_that_cannot_be_used_are_listed_with_row_and_reason(self, server: Server, tmp_path: Path) -> None:
        server.run(
            "DROP TABLE IF EXISTS sales.bad",
            "CREATE TABLE sales.bad AS SELECT 'c' || LPAD(g::text, 2, '0') AS customer_id, timestamp '2024-01-01' + "
            "g * interval '1 day' AS ordered_at, g * 1.25 AS revenue FROM generate_series(1, 60) AS g",
            "UPDATE sales.bad SET revenue = 'NaN' WHERE customer_id = 'c07'",
            "UPDATE sales.bad SET ordered_at = 'infinity' WHERE customer_id = 'c11'",
            "UPDATE sales.bad SET customer_id = NULL WHERE customer_id = 'c60'",
        )
        with check_study(study(tmp_path, server, "table: sales.bad")) as intake:
            (file,) = intake.write_rejects(tmp_path)
            rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
        assert {row["file"] for row in rows} == {"postgresql table sales.bad"}
        assert [(row["line"], row["column"]) for row in rows] == [
            ("7", "revenue"), ("11", "ordered_at"), ("60", "customer_id"),
        ]  # fmt: skip
        assert [row["reason"] for row in rows[:2]] == ["revenue is missing", "ordered_at is no date"]
        assert rows[2]["record"] == ",2024-03-01 00:00:00,75.0"

    @pytest.mark.parametrize(
        ("kind", "dates"),
        [
            ("date", ["infinity", "-infinity", "5874897-12-31"]),
            ("timestamp", ["infinity", "-infinity"]),
            ("timestamptz", ["infinity", "-infinity"]),
        ],
    )
    def test_a_date_that_is_none_is_listed_as_it_stands(
        self, server: Server, tmp_path: Path, kind: str, dates: list[str]
    ) -> None:
        days = "date '2024-01-01' + g" if kind == "date" else f"{kind} '2024-01-01' + g * interval '1 day'"
        server.run(
            "DROP TABLE IF EXISTS endless",
            f"CREATE TABLE endless AS SELECT g AS customer_id, {days} AS ordered_at, {days} AS packed_at, "
            "1.5 AS revenue FROM generate_series(1, 200) AS g",
            *(
                f"UPDATE endless SET {column} = '{date}' WHERE customer_id = {i + 1}"
                for i, date in enumerate(dates)
                for column in ("ordered_at", "packed_at")
            ),
        )
        for zone in ("", "    read: {timezone: Europe/Helsinki}\n")[: 2 if kind == "timestamptz" else 1]:
            with check_study(study(tmp_path, server, "table: endless", zone)) as intake:
                assert intake.n_orders == 200 - len(dates)
                (file,) = intake.write_rejects(tmp_path)
                rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
            assert {row["reason"] for row in rows} == {"ordered_at is no date"}
            assert [row["record"].lstrip("'").split(",")[1:3] for row in rows] == [[day, day] for day in dates]

    def test_all_tables_of_a_study_are_of_one_moment(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.run("DROP TABLE IF EXISTS given", "CREATE TABLE given AS SELECT customer_id, ordered_at AS given_at "
                   "FROM sales.orders ORDER BY order_id LIMIT 30")  # fmt: skip
        more = f"  gestures: {{url: '{server.url()}', table: given}}\n"
        folder = study(tmp_path, server, "table: sales.orders", more)
        read = databases._read

        def and_then(engine: Engine, snapshot: Any, source: Any, contract: Any, place: Any) -> Any:
            found = read(engine, snapshot, source, contract, place)
            server.run("INSERT INTO given SELECT customer_id, given_at FROM given LIMIT 1")
            return found

        monkeypatch.setattr(databases, "_read", and_then)
        with Engine() as engine:
            found = read_databases(engine, load_study(folder))
        assert found["gestures"].asked.n_rows == 30
        assert server.run("SELECT COUNT(*) FROM given") == [(32,)]


def written(frame: Any) -> bytes:
    return bytes(frame.to_csv(index=False).encode())


class TestFaults:
    """One clear message, with the line of the study, and no word of who asked or how."""

    @pytest.mark.parametrize(
        ("what", "words"),
        [
            ("table: sales.ordrs", '(relation "sales.ordrs" does not exist); did you mean `sales.orders`?'),
            ("table: a.b.c", "`a.b.c` is no name of a table: write it as sales.orders"),
            ("table: sales.none", "postgresql table sales.none gives no row: see to it, or take the source out"),
            ("query: SELECT * FROM sales.orders WHERE false", "gives no row"),
            ("query: SELEC 1", 'cannot be read: syntax error at or near "SELEC"; mend the query'),
            (
                "query: SELECT nosuch FROM sales.orders",
                'column "nosuch" does not exist; see how the columns are called',
            ),
            ("query: SELECT 1; SELECT 2", "cannot insert multiple commands into a prepared statement"),
            ("query: SELECT 1) TO PROGRAM 'id' --", 'syntax error at or near ")"'),
            ("query: DELETE FROM sales.none", "gives no columns: write a query that begins with SELECT"),
            ("query: COMMIT", "gives no columns"),
            ("query: SELECT customer_id, ordered_at, 1 / 0 AS revenue FROM sales.orders", "division by zero"),
            (
                "query: SELECT customer_id, ordered_at, revenue, cost AS revenue FROM sales.orders",
                "names the column `revenue` twice: rename one",
            ),
            (
                "query: SELECT customer_id, ordered_at, revenue::money FROM sales.orders",
                "the column `revenue` of postgresql query d6edad4f8bfc is of the type money, which is not read: cast "
                "it in the query, as revenue::numeric, or leave it out there",
            ),
            (
                "query: SELECT ARRAY[customer_id] AS customer_id, ordered_at, revenue FROM sales.orders",
                "is of the type int8[], which is not read: cast it in the query, as customer_id::text",
            ),
            (
                "table: sales.orders\n    columns: {store: notes}",
                "is of the type jsonb, which is not read: cast it in a",
            ),
            ("table: sales.orders\n    columns: {store: shop}", "postgresql table sales.orders has no column `shop`"),
        ],
    )
    def test_what_is_asked_for_cannot_be_read(self, server: Server, tmp_path: Path, what: str, words: str) -> None:
        found = message(study(tmp_path, server, what))
        assert words in found and found.startswith(f"{tmp_path.as_posix()}/study.yml:")
        assert READER not in found and str(server.folder) not in found

    @pytest.mark.parametrize("verb", ["INSERT INTO sales.none VALUES (1) RETURNING *", "CREATE TABLE mine (x int)"])
    def test_nothing_is_written_whoever_asks(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
    ) -> None:
        monkeypatch.setenv("PGUSER", OWNER)
        found = message(study(tmp_path, server, f"query: {verb}"))
        assert "read-only transaction; only what reads is run" in found or "gives no columns" in found
        assert server.run("SELECT COUNT(*) FROM sales.none") == [(0,)]

    def test_a_server_that_is_not_there(self, tmp_path: Path) -> None:
        write_study(tmp_path, "  orders: {url: 'postgresql://127.0.0.1:1/shop', table: orders}\n")
        assert "the server cannot be reached (Connection refused): see to `url:`" in message(tmp_path)

    def test_a_database_that_is_not_there(self, server: Server, tmp_path: Path) -> None:
        write_study(tmp_path, f"  orders: {{url: '{server.url(database='shoop')}', table: orders}}\n")
        assert 'the server has no such database (database "shoop" does not exist)' in message(tmp_path)

    def test_a_wrong_password(self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = study(tmp_path, server, "table: sales.orders")
        for word in ("other-word", ""):
            monkeypatch.setenv("PGPASSWORD", word)
            found = message(folder)
            assert "the database lets nobody in with this name and password: see to PGUSER" in found
            assert READER not in found and "other-word" not in found

    def test_no_password_goes_out_in_the_clear_unasked(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PGUSER", IN_CLEAR)
        folder = study(tmp_path, server, "table: sales.orders")
        assert "the server asks for the password in the clear" in message(folder)
        monkeypatch.setenv("PGREQUIREAUTH", "password")
        with check_study(folder) as intake:
            assert intake.n_orders

    def test_a_connection_that_is_lost_on_the_way(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take = Engine.take_batches

        def cut(self: Engine, name: str, schema: Any, batches: Iterator[Any]) -> int:
            def lost() -> Iterator[Any]:
                yield next(batches)
                server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cxlab'")
                yield from batches

            return take(self, name, schema, lost())

        monkeypatch.setattr(Engine, "take_batches", cut)
        query = "SELECT g AS customer_id, now() AS ordered_at, 1 AS revenue, repeat('x', 200) AS t"
        found = message(study(tmp_path, server, f"query: {query} FROM generate_series(1, 250000) AS g"))
        assert "the connection to the database was lost while postgresql query" in found and "run again" in found

    def test_a_driver_that_is_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
        write_study(tmp_path, "  orders: {url: 'postgresql://h/s', table: orders}\n")
        assert 'pip install "cxlab[postgres]"' in message(tmp_path)


class TestCredentials:
    """Names and passwords come from outside, and go nowhere."""

    def test_a_keyring_gives_the_password(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("PGUSER")
        monkeypatch.delenv("PGPASSWORD")
        folder = study(tmp_path, server, f"credentials: {READER}\n    table: sales.orders")
        monkeypatch.setitem(sys.modules, "keyring", None)
        assert "takes the package keyring: pip install keyring" in message(folder)
        held = {("cxlab", READER): PASSWORD}
        monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=lambda *of: held.get(of)))
        errors = ModuleType("keyring.errors")
        errors.KeyringError = RuntimeError  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "keyring.errors", errors)
        with check_study(folder) as intake:
            assert intake.n_orders
        held.clear()
        assert f"holds no password `{READER}`: put it there with `keyring set cxlab {READER}`" in message(folder)

    def test_texts_of_others_are_scrubbed(self) -> None:
        scrub = postgres.Scrub(frozenset({"s3cret word", "anna"}))
        text = (
            """FATAL: for user "anna": postgresql://anna:x@h?password=a%20b password='s3cret word' Annala anna_b anna"""
        )
        assert scrub(text) == "FATAL: for the user: postgresql://…@h?password=… password=… Annala anna_b …"
        assert "s3cret" not in repr(scrub)

    @pytest.mark.thorough
    def test_a_report_holds_what_was_read_and_no_secret(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        server.run("DROP TABLE IF EXISTS counted", "CREATE TABLE counted AS SELECT 'c' || g % 8 AS customer_id, date "
                   "'2024-01-01' + g AS ordered_at, g + 0.5 AS revenue FROM generate_series(1, 40) AS g")  # fmt: skip
        study(tmp_path / "shop", server, 'query: "SELECT * FROM counted"', "  costs: {path: costs.csv}\n")
        (tmp_path / "shop" / "costs.csv").write_text("customer_id,spent_at,amount\nc1,2024-01-20,2\n")
        body = (
            "from cxlab.estimate import Estimate\n"
            'page.record({"kept": Estimate(len(kit.intake.hashes))})\n'
            "import tests.made_notebooks as made\npage.answer(made.ANSWER)"
        )
        made.write(tmp_path / "notebooks", "00_intake", made.small_notebook("intake", body))

        def run() -> dict[str, Any]:
            report(understand(["shop"], Path("out"), [], [], tmp_path / "notebooks"), Way(1))
            found: dict[str, Any] = json.loads((tmp_path / "out" / "shop" / "manifest.json").read_text())
            return found

        first = run()
        results = json.loads((tmp_path / "out" / "shop" / "results.json").read_text())["intake"]
        assert results["kept"]["estimate"] == 1, "the notebook took what the run had read"
        (name,) = (name for name in first["inputs"] if name.startswith("postgresql"))
        entry = first["inputs"][name]
        assert (entry["kind"], entry["rows"], set(entry)) == (
            "database",
            40,
            {"kind", "query_sha256", "rows", "sha256"},
        )
        assert name == f"postgresql query {entry['query_sha256'][:12]}" == first["read"]["orders"][0]["file"]
        assert run()["inputs"] == first["inputs"]
        server.run("UPDATE counted SET revenue = 1 WHERE revenue = 1.5")
        assert f"{name}: changed" in verify_run(open_run("out/shop")).reading
        secrets = [word.encode() for word in (PASSWORD, READER, str(server.folder))]
        files = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
        assert len(files) > 5
        assert not [file for file in files for word in secrets if word in file.read_bytes()]


def test_what_was_kept_of_a_database_counts_in_its_run_only(server: Server, tmp_path: Path) -> None:
    query = "query: SELECT * FROM sales.orders ORDER BY order_id LIMIT 900"
    folder = study(tmp_path / "shop", server, query, "  costs: {path: costs.csv}\n")
    (folder / "costs.csv").write_text("customer_id,spent_at,amount\n10001,2024-01-20,2\n")
    opened = load_study(folder)
    with read_study(opened, opened.settle()) as intake:
        intake.keep(tmp_path / "kept", run="one")
        asked = intake.tables["orders"].asked
    for run, is_kept in (("one", True), ("two", False), ("", False)):
        with read_study(opened, opened.settle(), store=tmp_path / "kept", run=run) as intake:
            assert bool(intake.hashes) == is_kept and intake.tables["orders"].asked == asked


def test_files_and_databases_stand_side_by_side(tmp_path: Path) -> None:
    write_study(tmp_path, orders=orders_csv(*good_rows()))
    with Engine() as engine:
        assert read_databases(engine, load_study(tmp_path)) == {}
