"""`cxlab plan`: sizes told, a lot that the next report reads as it stands, and one message for what cannot be."""

import csv
import datetime as dt
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import sqlglot

import cxlab as cx
from cxlab import plots, tables
from cxlab.__main__ import main
from cxlab.plan import last_stores, said
from cxlab.planning import Pool, eligible_customers, next_trial
from tests.make import orders_csv, write_study

FIRST, LAST = dt.date(2024, 1, 1), dt.date(2024, 12, 31)
HEAD = "name: shop\ntitle: The shop\nseed: 5\nparameters: {outcome_days: 60}\n"
ORDERS = "customer_id,ordered_at,revenue,store"
BEFORE = "  orders: {path: orders.csv}\n"


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str


Plan = Callable[..., Told]


def rows_of(n: int, *, seed: int, first: dt.date, last: dt.date, factor: dict[str, float] | None = None) -> list[str]:
    """Orders of customers who come by a rate of their own; `factor` multiplies it for some."""
    rates = np.random.default_rng(1).gamma(1.0, 0.02, n) + 0.004
    rng, length = np.random.default_rng(seed), (last - first).days + 1
    rows = []
    for i, rate in enumerate(rates):
        days = np.flatnonzero(rng.random(length) < rate * (factor or {}).get(f"{i:04d}", 1.0))
        rows += [f"{i:04d},{first + dt.timedelta(int(d))},{10 + i % 7},S{i % 12}" for d in days]
    return rows


def shop(folder: Path, *further: str, n: int = 500, sources: str = BEFORE, head: str = HEAD, **files: str) -> Path:
    rows = rows_of(n, seed=2, first=FIRST, last=LAST)
    return write_study(
        folder,
        sources,
        head=head,
        **({"orders": orders_csv(*rows, f"last,{LAST},5,S1", *further, head=ORDERS)} | files),
    )


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Plan:
    monkeypatch.chdir(tmp_path)

    def run(*words: str, command: str = "plan") -> Told:
        monkeypatch.setattr(sys, "argv", ["cxlab", command, *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        told = capsys.readouterr()
        return Told(int(stopped.value.code or 0), told.out, told.err)

    return run


def drawn(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def lines_told(out: str) -> str:
    """The lines for study.yml, as they were printed."""
    found = re.search(r"^For [^\n]*:\n(  assignments:\n(?:    [^\n]*\n)+)", out, flags=re.M)
    assert found, out
    return found[1]


def test_a_plan_is_carried_out_and_the_next_report_reads_it_as_it_stands(plan: Plan, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    told = plan("shop", "--arms", "card", "--among", "everyone", "--start", "2025-01-10", "--experiment", "spring")
    assert told.code == 0 and not told.err
    assert "Written: shop/assignments-spring.csv" in told.out
    rows = drawn(folder / "assignments-spring.csv")
    assert list(rows[0]) == ["customer_id", "assigned_at", "arm", "experiment", "stratum"]
    assert {(r["assigned_at"], r["experiment"]) for r in rows} == {("2025-01-10", "spring")}
    sizes = {arm: sum(r["arm"] == arm for r in rows) for arm in ("control", "card")}
    assert f"spring: {sizes['control']} control, {sizes['card']} card, drawn by lot within " in told.out

    assert "as soon as the study holds orders of 10 January 2025 or later" in told.out
    again = plan("shop", "--among", "everyone", "--experiment", "summer", "--arms", "call", "--start", "2025-02-01")
    assert again.code == 2 and "0 customers" in again.err, "all of them are in the trial that lies ahead"

    study = folder / "study.yml"
    study.write_text(study.read_text() + lines_told(told.out))
    factor = {r["customer_id"]: 2.0 for r in rows if r["arm"] == "card"}
    later = rows_of(500, seed=3, first=dt.date(2025, 1, 1), last=dt.date(2025, 3, 31), factor=factor)
    with (folder / "orders.csv").open("a", encoding="utf-8") as opened:
        opened.writelines(f"{row}\n" for row in later)
    assert plan("shop", command="check").code == 0
    with cx.open_study(folder) as kit:
        assert kit.intake.tables["assignments"].n_used == len(rows)
        effects = cx.estimate_gestures(kit.gestures, seed=1)
        trial = cx.next_trial(effects, kit.next_trial)
    (effect,) = effects.effects
    assert (effect.arm, effect.design, effect.n_treated, effect.n_control) == (
        "card", "randomised", sizes["card"], sizes["control"],
    )  # fmt: skip
    assert effect.mismatch is not None and effect.mismatch > 0.5, "blocks keep the arms alike"
    assert effect.verdict.token == "works" and 50 < effect.percent.number < 160
    low, high = effect.placebo.ends
    assert low < 0 < high, "and alike in what they bought before"
    assert trial.days == 60 and trial.is_known and {w.days for w in trial.windows} >= {30, 60, 90}


@pytest.mark.thorough
def test_a_second_trial_joins_the_first_and_leaves_its_customers_alone(plan: Plan, tmp_path: Path) -> None:
    old = [f"{i:04d},2024-12-{20 if i < 60 else 1},{('none', 'card', 'card')[i % 3]}" for i in range(90)]
    old += [f"{i:04d},2024-05-01,{('none', 'card', 'card')[i % 3]}" for i in range(90, 150)]
    sources = BEFORE + (
        "  assignments: {path: old.csv, columns: {arm: ryhma}, control: none, allocation: {none: 1, card: 2}}\n"
    )
    folder = shop(tmp_path / "shop", sources=sources, old=orders_csv(*old, head="customer_id,assigned_at,ryhma"))
    told = plan("shop", "--arms", "letter", "--among", "everyone", "--experiment", "spring", "--start", "2025-02-10")
    assert told.code == 0, told.err
    rows = drawn(folder / "assignments-spring.csv")
    assert list(rows[0])[2] == "ryhma" and {r["ryhma"] for r in rows} == {"none", "letter"}
    busy = {f"{i:04d}" for i in range(60)}  # 20 December and 60 days is after 10 February; the others are over
    known = {row.split(",")[0] for row in (folder / "orders.csv").read_text().splitlines()}
    assert not busy & {r["customer_id"] for r in rows}
    assert len({f"{i:04d}" for i in range(60, 90)} & {r["customer_id"] for r in rows}) == len(
        {f"{i:04d}" for i in range(60, 90)} & known
    )
    assert f"{len(busy & known)} more are in a trial" in told.out
    lines = lines_told(told.out)
    assert "path: [old.csv, assignments-spring.csv]" in lines and "columns: {arm: ryhma}" in lines
    assert "control: none" in lines and "allocation: {none: 1, card: 2, letter: 1}" in lines
    study = folder / "study.yml"
    study.write_text(HEAD + "sources:\n" + BEFORE + lines)
    later = rows_of(500, seed=3, first=dt.date(2025, 1, 1), last=dt.date(2025, 5, 31))
    with (folder / "orders.csv").open("a", encoding="utf-8") as opened:
        opened.writelines(f"{row}\n" for row in later)
    with cx.open_study(folder) as kit:
        effects = cx.estimate_gestures(kit.gestures, seed=1).effects
    found = {(e.experiment, e.arm): e.mismatch for e in effects}
    assert set(found) == {("", "card"), ("spring", "letter")}
    assert all(p is not None and p > 0.5 for p in found.values()), "each held against the shares of its own arms"
    refused = plan("shop", "--arms", "call", "--experiment", "spring")
    assert refused.code == 2 and "has a trial of that name" in refused.err


def test_the_page_and_the_command_reckon_alike(plan: Plan, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    told = plan("shop", "--no-draw")
    assert told.code == 0 and not list(folder.glob("assignments*"))
    with cx.open_study(folder) as kit:
        trial = kit.next_trial
        pool = Pool(kit.study, kit.parameters, kit.intake, kit.customers)
        eligible = eligible_customers(pool)
        begun = len(kit.intake.engine.statements)
        frame = pool.as_of(dt.date(2024, 11, 1), until=LAST, start=dt.date(2024, 11, 1), length=60)
        last_stores(kit.intake.engine, frame["customer_id"], day=19_000)
        assert next_trial(pool, eligible).findings == trial.findings if trial is not None else False
        statements = kit.intake.engine.statements[begun:]
    for sql in dict.fromkeys(statements):
        sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert trial is not None and said.takes(trial, 0.1) in told.out and said.at_hand(trial, 0.1) in told.out
    orders = [row.split(",")[:2] for row in (folder / "orders.csv").read_text().splitlines()[1:]]
    days: dict[str, set[dt.date]] = {}
    for customer, day in orders:
        days.setdefault(customer, set()).add(dt.date.fromisoformat(day))
    cut, window = dt.date(2024, 11, 1), dt.timedelta(60)
    for row in frame.itertuples():
        mine = days[str(row.customer_id)]
        assert row.purchases == sum(cut < d <= cut + window for d in mine)
        assert row.recent == sum(cut - window <= d < cut for d in mine)
        assert cut - max(d for d in mine if d <= cut) <= dt.timedelta(pool.active_days)
    assert eligible.n == sum(LAST - max(d) <= dt.timedelta(pool.active_days) for d in days.values())
    since = LAST - dt.timedelta(182)
    weeks = [
        len({c for c, d in days.items() if any(since < x <= since + dt.timedelta(7 * w) for x in d)}) for w in (1, 9)
    ]
    assert [trial.by_week[0], trial.by_week[8]] == weeks


def test_the_same_seed_writes_the_same_bytes_whatever_the_order_of_the_rows(plan: Plan, tmp_path: Path) -> None:
    one, other = shop(tmp_path / "one"), shop(tmp_path / "other")
    head, *rows = (other / "orders.csv").read_text().splitlines()
    (other / "orders.csv").write_text("\n".join([head, *reversed(rows)]) + "\n")
    for name in ("one", "other"):
        assert plan(name, "--customers", "90", "--experiment", "x").code == 0
    written = [(folder / "assignments-x.csv").read_bytes() for folder in (one, other)]
    assert written[0] == written[1] and len(drawn(one / "assignments-x.csv")) == 90
    told = plan("one", "--customers", "90", "--experiment", "x", "--seed", "6", "--force", "--days", "30")
    assert told.code == 0 and "set `outcome_days: 30` below `parameters:`" in told.out
    assert (one / "assignments-x.csv").read_bytes() != written[0]


def test_a_budget_buys_so_many_gestures(plan: Plan, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    told = plan("shop", "--budget", "50", "--arms", "card,letter", "--allocation", "control=2,card=1,letter=1",
                "--experiment", "x", "--out", "elsewhere")  # fmt: skip
    assert told.code == 0, told.err
    rows = drawn(tmp_path / "elsewhere" / "assignments-x.csv")
    assert 44 <= sum(r["arm"] != "control" for r in rows) <= 50
    assert "put assignments-x.csv into shop" in told.out and "customers in all" in told.out
    assert f"With the {len(rows)} drawn: +" in told.out and not (folder / "assignments-x.csv").exists()


def test_ids_that_a_spreadsheet_would_change_are_left_out(plan: Plan, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", f"-7,{LAST},5,S1", f"'=8,{LAST},5,S1")
    told = plan("shop", "--among", "everyone", "--experiment", "x")
    assert "1 more has an id that a spreadsheet would change" in told.out
    assert "-7" not in (folder / "assignments-x.csv").read_text().replace("2025-", "")


def test_whole_stores_are_planned_for_and_not_drawn(plan: Plan, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    told = plan("shop", "--by", "store", "--among", "everyone")
    assert told.code == 0 and "stores an arm" in told.out and "intra-class correlation" in told.out
    assert "the pages count strata" in " ".join(told.out.split()) and not list(folder.glob("assignments*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--among", "whales"], "no segment is called `whales`"),
        (["--arms", "card,card"], "--arms names `card` twice"),
        (["--arms", "card", "--allocation", "control=1,card=0"], "a share of 0"),
        (["--allocation", "control"], "write the arms and their shares as control=1,card=1"),
        (["--allocation", "card=1,card=2,control=1"], "--allocation names `card` twice"),
        (["--customers", "9999"], "could be drawn; ask for fewer"),
        (["--customers", "30"], "no verdict is given on fewer than 20"),
        (["--budget", "5"], "no verdict is given on fewer than 20"),
        (["--customers", "100", "--budget", "50"], "give one of them"),
        (["--start", "2024-12-31"], "a draw must come after them"),
        (["--start", "soon"], "soon"),
        (["--days", "200"], "give --days 182 or fewer"),
        (["--effect", "0"], "--effect is 0"),
        (["--power", "1.5"], "--power is 1.5"),
        (["--strata", "city"], "--strata has `city`"),
        (["--experiment", "../x"], "letters, digits, - and _"),
        (["-p", "outcome_dayz", "3"], "outcome_dayz"),
    ],
)
def test_what_cannot_be_ends_in_one_message_and_writes_nothing(
    plan: Plan, tmp_path: Path, words: list[str], said: str
) -> None:
    folder = shop(tmp_path / "shop", n=300)
    told = plan("shop", *words)
    assert told.code == 2 and said in told.err and not told.out
    assert "Traceback" not in told.err
    assert {p.name for p in folder.iterdir()} == {"study.yml", "orders.csv"}


@pytest.mark.thorough
def test_too_little_history_says_what_would_do(plan: Plan, tmp_path: Path) -> None:
    write_study(tmp_path / "few", orders=orders_csv(*(f"c{i},2024-0{m}-05,9" for i in range(9) for m in range(1, 9))))
    told = plan("few", "--days", "30")
    assert told.code == 2 and "fewer than 20" in told.err
    still = [f"c{i},2024-01-0{d},9" for i in range(60) for d in (1, 3)]
    write_study(tmp_path / "still", orders=orders_csv(*still, "x,2024-08-01,9"))
    told = plan("still", "--days", "30", "--among", "everyone")
    assert told.code == 2 and "none of the customers bought in the last 30 days" in told.err
    write_study(
        tmp_path / "none", "  outcomes: {path: o.csv, control: a}\n",
        o=orders_csv(*["a,1", "b,2", "a,3"] * 20, head="arm,outcome"),
    )  # fmt: skip
    told = plan("none")
    assert told.code == 2 and "brings no orders" in told.err
    with cx.open_study(tmp_path / "none") as kit:
        assert kit.next_trial is None
        trial = cx.next_trial(cx.estimate_gestures(kit.gestures, seed=1))
    assert trial.again and trial.days is None and "With as many customers as here (60): +" in trial.reading
    assert [row[0].text for row in tables.trial_sizes(trial).rows] == ["The same time"]
    assert "Same time" in plots.next_trial.block(trial).wide


@pytest.mark.thorough
def test_a_draw_is_not_made_twice_by_mistake(plan: Plan, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", n=300)
    assert plan("shop", "--experiment", "x").code == 0
    first = (folder / "assignments-x.csv").read_bytes()
    told = plan("shop", "--experiment", "x", "--seed", "9")
    assert told.code == 2 and "is there already" in told.err
    assert (folder / "assignments-x.csv").read_bytes() == first
    (folder / "assignments-old.csv").write_text("who,when\nc1,2024\n")
    told = plan("shop", "--experiment", "y")
    assert told.code == 2 and "assignments-old.csv is named as a draw" in told.err


def test_the_lines_say_how_to_record_what_a_gesture_costs(plan: Plan, tmp_path: Path) -> None:
    shop(tmp_path / "shop")
    told = plan("shop", "--arms", "card")
    assert told.code == 0
    assert "`kind` (card)" in told.out and "`cost`" in told.out and "`gesture_cost`" in told.out
