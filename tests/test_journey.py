"""The journey: what a session reached, the shares with their intervals, verdicts and clicks against what is planted."""

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from cxlab.errors import InputError, MissingDataError, NotEnoughDataError
from cxlab.estimate import wilson_interval
from cxlab.experience import Funnel, follow_journey, weigh_clicks
from cxlab.experience.clustered import Share
from cxlab.intake import check_study
from cxlab.kit import Kit, open_study
from cxlab.simulate.settings import Journey as Settings
from cxlab.simulate.visits import journey_truth, visits_of

NAMES = ("visit", "product", "basket", "payment", "received")
GIVEN = "steps: [visit, product, basket, payment, received], purchase: payment"
Row = tuple[object, ...]


def study(folder: Path, rows: Iterable[Row], said: str = GIVEN, head: str = "session_id,occurred_at,step") -> Path:
    """Write a study of ten orders and some visits."""
    folder.mkdir(parents=True, exist_ok=True)
    orders = "".join(f"c{i},2024-06-30,10\n" for i in range(10))
    (folder / "orders.csv").write_text(f"customer_id,ordered_at,revenue\n{orders}", encoding="utf-8")
    lines = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    (folder / "events.csv").write_text(f"{head}\n{lines}\n", encoding="utf-8")
    source = f"{{path: events.csv, {said}}}" if said else "{path: events.csv}"
    (folder / "study.yml").write_text(
        f"name: visits\nsources:\n  orders: {{path: orders.csv}}\n  events: {source}\n", encoding="utf-8"
    )
    return folder


def at(second: int) -> str:
    return f"2024-05-01T10:{second // 60:02d}:{second % 60:02d}"


def session(name: str, *steps: str, start: int = 0, **_: object) -> list[Row]:
    return [(name, at(start + 10 * i), step) for i, step in enumerate(steps)]


def many(counts: dict[tuple[str, ...], int]) -> list[Row]:
    """Sessions of some kinds, so many of each."""
    rows: list[Row] = []
    for kind, (steps, n) in enumerate(counts.items()):
        for i in range(n):
            rows += session(f"s{kind}-{i}", *steps)
    return rows


def opened(folder: Path, rows: Iterable[Row], said: str = GIVEN, head: str = "session_id,occurred_at,step") -> Kit:
    return open_study(study(folder, rows, said, head))


def funnel_of(
    folder: Path, rows: Iterable[Row], said: str = GIVEN, head: str = "session_id,occurred_at,step"
) -> Funnel:
    with opened(folder, rows, said, head) as kit:
        return follow_journey(kit.journey)


class TestReached:
    def test_a_step_or_a_later_one_whatever_is_repeated_or_skipped(self, tmp_path: Path) -> None:
        rows = [
            *session("a", "visit", "visit", "product"),
            *session("b", "visit", "basket", "payment"),  # without a record of a product
            *session("c", "product"),
            *session("d", "help", "visit"),
            *session("e", "help"),  # none of the steps
        ]
        with opened(tmp_path, rows) as kit:
            journey = kit.journey
        assert journey is not None
        assert journey.steps.way == ("visit", "product", "basket", "payment")
        assert journey.steps.absent == ("received",) and journey.steps.others == (("help", 2),)
        assert journey.total.sessions.tolist() == [4, 3, 1, 1]
        assert journey.skipped.tolist() == [1, 1, 0, 0]
        assert (journey.n_sessions, journey.n_outside) == (4, 1)
        # Up to each step: records strictly before it, and its own.
        assert journey.clicks[["step", "clicks", "sessions", "went_on"]].to_numpy().tolist() == [
            [0, 1, 3, 3], [0, 2, 1, 0], [1, 1, 1, 0], [1, 2, 1, 1], [1, 3, 1, 0], [2, 2, 1, 1],
        ]  # fmt: skip

    def test_records_of_one_second_are_in_no_order(self, tmp_path: Path) -> None:
        rows = [("a", at(0), "product"), ("a", at(0), "visit"), ("a", at(0), "visit")]
        with opened(tmp_path, rows) as kit:
            journey = kit.journey
        assert journey is not None and journey.total.sessions.tolist() == [1, 1]
        assert journey.backwards.tolist() == [0] and journey.clicks["clicks"].tolist() == [1]

    def test_what_follows_the_purchase_is_of_purchases(self, tmp_path: Path) -> None:
        rows = many({("visit", "payment"): 6, ("visit", "payment", "returned"): 2, ("visit", "payment", "reviewed"): 3})
        found = funnel_of(tmp_path, rows, "steps: [visit, payment, returned, reviewed], purchase: payment")
        shares = {step.name: (step.of, step.share and step.share.value) for step in found.steps}
        assert shares == {
            "visit": ("", None), "payment": ("visit", 1.0), "returned": ("payment", 2 / 11),
            "reviewed": ("payment", 3 / 11),
        }  # fmt: skip
        assert [step.name for step in found.after] == ["returned", "reviewed"]

    def test_customers_and_channels_are_those_of_the_session(self, tmp_path: Path) -> None:
        rows = [
            ("a", at(0), "visit", None, None), ("a", at(5), "product", "c1", "web"),
            ("a", at(9), "basket", "c1", "app"), ("b", at(0), "visit", "c1", "web"),
            ("d", at(0), "visit", "c3", "app"), ("d", at(1), "visit", "c2", "app"),
        ]  # fmt: skip
        with opened(tmp_path, rows, head="session_id,occurred_at,step,customer_id,channel") as kit:
            journey = kit.journey
        assert journey is not None
        assert (journey.n_linked, journey.n_customers, journey.n_of_two) == (3, 2, 1)
        assert {name: sums.sessions.tolist() for name, sums in journey.by_channel.items()} == {
            "web": [2, 1, 1], "app": [1, 0, 0],
        }  # fmt: skip
        assert journey.total.people.tolist() == [2, 1, 1] and journey.total.products[0].tolist() == [5, 2, 2]

    def test_sums_are_those_of_a_slow_way(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(1)
        rows: list[Row] = []
        reached, who = rng.integers(0, 4, 300), rng.integers(0, 60, 300)
        for i in range(300):
            known = f"c{who[i]}" if who[i] < 40 else None
            rows += [(f"s{i}", at(k), NAMES[k], known, "web" if i % 3 else "app") for k in range(reached[i] + 1)]
        with opened(tmp_path, rows, head="session_id,occurred_at,step,customer_id,channel") as kit:
            journey = kit.journey
        assert journey is not None
        person = [f"c{who[i]}" if who[i] < 40 else f"s{i}" for i in range(300)]
        each = np.array(
            [[np.sum((np.array(person) == p) & (reached >= k)) for k in range(4)] for p in sorted({*person})]
        )
        assert (journey.total.products == each.T @ each).all()
        assert (journey.total.people == (each > 0).sum(axis=0)).all()


class TestOrder:
    def test_is_found_where_it_is_not_given(self, tmp_path: Path) -> None:
        rows = many({("see", "put", "maksu", "got"): 20, ("see", "put"): 30, ("see",): 40, ("see", "got", "put"): 2})
        with opened(tmp_path, rows, "") as kit:
            journey = kit.journey
        assert journey is not None and journey.steps.names == ("see", "put", "maksu", "got")
        assert not journey.steps.are_given and (journey.steps.purchase, journey.steps.known) == ("maksu", "name")
        assert "which was found and not given" in follow_journey(journey).reading

    def test_backwards_is_a_fault_with_its_line(self, tmp_path: Path) -> None:
        folder = study(tmp_path, many({("visit", "product", "basket"): 30}), "steps: [visit, basket, product]")
        with pytest.raises(InputError, match=r"study\.yml:4: `basket` stands before `product`, but 30 of 30 sessions"):
            check_study(folder)

    def test_a_few_that_go_back_are_no_fault(self, tmp_path: Path) -> None:
        rows = many({("visit", "product"): 30, ("product", "visit"): 9})
        found = funnel_of(tmp_path, rows, "steps: [visit, product]")
        assert "23% of the sessions with both met “product” before “visit”." in found.reading

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ("steps: [visit, visit]", "names `visit` twice"),
            ("steps: []", "must name the steps in their order"),
            ("steps: [visit, payment], purchase: paiment", "none of `steps`; did you mean `payment`"),
            ("steps: [a, b, c], purchase: [a, c]", "several that follow each other"),
        ],
    )
    def test_what_the_study_says_must_hold_together(self, tmp_path: Path, said: str, words: str) -> None:
        with pytest.raises(InputError, match=words.replace("[", r"\[")):
            open_study(study(tmp_path, session("a", "visit"), said))

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ("steps: [visits, pay]", r"study\.yml:4: no record of events has one of these steps.*did you mean `visit`"),
            ("purchase: paid", r"study\.yml:4: no record of events has the step `paid`; there are `visit`"),
        ],
    )
    def test_steps_that_nobody_meets(self, tmp_path: Path, said: str, words: str) -> None:
        with pytest.raises(InputError, match=words):
            check_study(study(tmp_path, session("a", "visit"), said))

    def test_too_many_to_be_found(self, tmp_path: Path) -> None:
        rows = [row for i in range(13) for row in session(f"s{i}", f"page{i}")]
        with opened(tmp_path, rows, "") as kit:
            for ask in (follow_journey, weigh_clicks):
                with pytest.raises(NotEnoughDataError, match="13 different steps"):
                    ask(kit.journey)

    def test_days_alone_tell_none_and_the_study_can(self, tmp_path: Path) -> None:
        rows = [(f"s{i}", f"2024-03-{1 + i % 28:02d}", step) for i in range(90)
                for step in ("visit", "product", "basket")[: 1 + i % 3]]  # fmt: skip
        with opened(tmp_path, rows, "") as kit:
            for ask in (follow_journey, weigh_clicks):
                with pytest.raises(NotEnoughDataError, match="order of the 3 steps cannot be found: name them"):
                    ask(kit.journey)
        given = tmp_path / "given"
        given.mkdir()
        with opened(given, rows, "steps: [visit, product, basket]") as kit:
            assert [step.sessions for step in follow_journey(kit.journey).steps] == [90, 60, 30]

    def test_visits_after_the_last_order_are_none(self, tmp_path: Path) -> None:
        with opened(tmp_path, [("a", "2024-07-01T10:00:00", "visit")]) as kit:
            for ask in (follow_journey, weigh_clicks):
                with pytest.raises(
                    NotEnoughDataError, match=r"time that counts, which ends on .* later `observation_end`"
                ):
                    ask(kit.journey)


class TestIntervals:
    def test_without_customers_it_is_wilsons(self, tmp_path: Path) -> None:
        found = funnel_of(tmp_path, many({("visit",): 4000, ("visit", "payment"): 1000}))
        e, wilson = found.whole, wilson_interval(1000, 5000)
        assert e.value == 0.2 and e.ends == pytest.approx(wilson.ends, abs=2e-5)
        assert "No session says whose it was" in found.reading

    def test_customers_who_are_alike_make_it_wider(self, tmp_path: Path) -> None:
        rows: list[Row] = []
        for c in range(50):
            for i in range(8):
                rows += [(f"s{c}-{i}", at(k), NAMES[k], f"c{c}") for k in range(2 if c % 2 else 1)]
        found = funnel_of(tmp_path, rows, head="session_id,occurred_at,step,customer_id")
        assert found.whole.ends == pytest.approx(wilson_interval(25, 50).ends, abs=0.01)

    def test_nobody_and_everybody(self) -> None:
        assert Share(40, 0, 40, 1 / 40).estimate().ends == pytest.approx(wilson_interval(0, 40).ends, abs=0.006)
        assert Share(40, 40, 40, 1 / 40).estimate().ends[1] == 1.0


class TestVerdicts:
    def test_the_step_that_loses_most_is_named(self, tmp_path: Path) -> None:
        rows = many({NAMES[:1]: 300, NAMES[:2]: 1200, NAMES[:3]: 200, NAMES[:4]: 500})
        found = funnel_of(tmp_path, rows)
        assert found.worst is not None and found.worst.name == "basket"
        assert {step.name: step.drop_off for step in found.way} == {
            "product": "does_not", "basket": "stands_out", "payment": "does_not",
        }  # fmt: skip

    def test_two_that_lose_as_much_leave_it_open(self, tmp_path: Path) -> None:
        rows = many({NAMES[:1]: 300, NAMES[:2]: 150, NAMES[:3]: 20, NAMES[:4]: 130})
        found = funnel_of(tmp_path, rows)
        assert found.worst is None and found.steps[3].drop_off == "does_not"

    def test_a_small_funnel_says_so(self, tmp_path: Path) -> None:
        found = funnel_of(tmp_path, many({NAMES[:1]: 10, NAMES[:2]: 70, NAMES[:3]: 5, NAMES[:4]: 5}))
        assert found.worst is None and "small funnel" in found.reading and "90 sessions" in found.heading

    def test_one_step_only(self, tmp_path: Path) -> None:
        with opened(tmp_path, many({("visit",): 200}), "") as kit:
            found = follow_journey(kit.journey)
            assert found.heading == "The visits have one step only, so nobody can drop off"
            with pytest.raises(NotEnoughDataError):
                weigh_clicks(kit.journey)

    @pytest.mark.parametrize(("in_app", "verdict"), [(0.7, "yes"), (0.5, "no")])
    def test_channels(self, tmp_path: Path, in_app: float, verdict: str) -> None:
        rows: list[Row] = []
        for channel, share in (("web", 0.5), ("app", in_app)):
            for i in range(4000):
                steps = NAMES[: 2 if i < share * 4000 else 1]
                rows += [(f"{channel}{i}", at(k), step, channel) for k, step in enumerate(steps)]
        found = funnel_of(tmp_path, rows, head="session_id,occurred_at,step,channel")
        assert found.channels_differ == verdict

    def test_days_without_times_tell_nothing_of_clicks(self, tmp_path: Path) -> None:
        rows = [(name, day[:10], step) for name, day, step in many({NAMES[:2]: 150, NAMES[:1]: 150})]  # type: ignore[index]
        with opened(tmp_path, rows) as kit, pytest.raises(MissingDataError, match="days and no times"):
            weigh_clicks(kit.journey)

    def test_no_visits(self) -> None:
        for ask in (follow_journey, weigh_clicks):
            with pytest.raises(MissingDataError, match="`events`"):
                ask(None)


def drawn(folder: Path, settings: Settings, seed: int, n: int = 2000) -> Kit:
    """Open a study with made-up visits."""
    rng = np.random.default_rng(seed)
    customer, second = rng.integers(0, n // 4, n), rng.integers(10**6, 10**7, n)
    pieces = [*visits_of(settings, seed, customer, second, 2 * 10**7)]
    start = np.datetime64("2024-01-01", "s")
    rows: list[Row] = []
    for piece in pieces:
        for s, c, t, k, app in piece.itertuples(index=False):
            rows.append(
                (s, start + np.timedelta64(int(t), "s"), NAMES[k], None if c < 0 else f"c{c}", ("web", "app")[app])
            )
    return opened(folder, rows, head="session_id,occurred_at,step,customer_id,channel")


def test_what_made_up_visits_planted_is_found(tmp_path: Path) -> None:
    settings, missed, asked = Settings(sessions=1.0, click=-0.2), 0, 0
    truth = journey_truth(settings, 1, 1)
    for seed in range(4):
        with drawn(tmp_path / str(seed), settings, seed) as kit:
            found = {**follow_journey(kit.journey).findings, **weigh_clicks(kit.journey).findings}
        for key, told in truth.items():
            low, high = found[key].ends
            asked, missed = asked + 1, missed + (not low <= told["estimate"] <= high)
        assert found["click_effect"].verdict == "less" and found["channels_differ"].verdict == "yes"
        assert found["drop_off.basket"].verdict == "stands_out"
    assert missed <= binom.ppf(0.999, asked, 0.05)


def test_the_slope_is_that_of_a_fit_row_by_row(tmp_path: Path) -> None:
    with drawn(tmp_path, Settings(sessions=1.0, signed_in=1.0), 3, n=1200) as kit:
        journey = kit.journey
        assert journey is not None
        wide = journey.engine.frame("SELECT * FROM journey_rows ORDER BY customer_id, x1, x2, v1, v2, v3, channel")
        clicks = weigh_clicks(journey)
    y, x, group, who = [], [], [], []
    for k in range(3):
        there = wide[wide[f"v{k}"] > 0]
        y.append(there[f"v{k + 1}"].to_numpy())
        x.append(there[f"x{k}"].to_numpy())
        group.append(10 * k + there["channel"].to_numpy())
        who.append(there["customer_id"].to_numpy())
    groups = np.concatenate(group)
    design = np.column_stack([np.concatenate(x), *(groups == g for g in np.unique(groups))]).astype(float)
    went_on, people = np.concatenate(y), np.unique(np.concatenate(who), return_inverse=True)[1]
    beta = np.zeros(design.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-design @ beta))
        bread = np.linalg.inv(design.T @ (design * (p * (1 - p))[:, None]))
        beta += bread @ design.T @ (went_on - p)
    scores = np.zeros((people.max() + 1, design.shape[1]))
    np.add.at(scores, people, design * (went_on - p)[:, None])
    g = len(scores)
    error = math.sqrt((bread @ scores.T @ scores @ bread)[0, 0] * g / (g - 1))
    low, high = clicks.odds.ends
    assert math.log(clicks.odds.number) == pytest.approx(beta[0], abs=1e-8)
    assert (math.log(high) - math.log(low)) / (2 * 1.959964) == pytest.approx(
        max(error, math.sqrt(bread[0, 0])), rel=1e-3
    )


def test_the_order_of_the_records_changes_nothing(tmp_path: Path) -> None:
    rows = many({NAMES[:1]: 30, NAMES[:2]: 60, NAMES[:4]: 40})
    turned = [rows[i] for i in np.random.default_rng(1).permutation(len(rows))]
    one, other = funnel_of(tmp_path / "a", rows), funnel_of(tmp_path / "b", turned)
    assert {k: e.as_finding() for k, e in one.findings.items()} == {
        k: e.as_finding() for k, e in other.findings.items()
    }
    assert one.reading == other.reading


def test_its_statements_can_be_said_in_the_words_of_spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cxlab.engine import Engine
    from cxlab.spark.translation import take_apart

    said: list[str] = []
    for name in ("run", "rows", "row", "frame"):
        plain = getattr(Engine, name)
        monkeypatch.setattr(
            Engine, name, lambda self, sql, values=(), plain=plain: (said.append(sql), plain(self, sql, values))[1]
        )
    with drawn(tmp_path, Settings(sessions=1.0), 3, n=900) as kit:
        assert kit.intake
        said.clear()
        follow_journey(kit.journey)
        weigh_clicks(kit.journey)
    does = [take_apart(sql).does for sql in said]
    assert does.count("query") > 5 and does.count("table") == 3
