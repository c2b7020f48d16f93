"""Orders that a channel brings: they come on top of a shop and move nothing else in it."""

from pathlib import Path
from typing import Any

import pytest

from cxlab.simulate import Settings, Shop, simulate_shop, write_shop

ADDED_TO = ("orders.csv", "costs.csv", "feedback.csv", "incidents.csv")
AS_THEY_WERE = (
    "gestures.csv", "assignments.csv", "referrals.csv", "events.csv", "truth_customers.csv", "study.yml",
)  # fmt: skip
APP = {"share": 0.05, "orders": 1.0}


def shop_of(**more: float) -> Shop:
    """Make up a small shop whose channels bring as much as is said; all take up the same ones."""
    channels: dict[str, Any] = {name: {"share": 0.1, "more": share} for name, share in more.items()}
    return simulate_shop(Settings.model_validate({"customers": 500, "seed": 4, "touchpoints": {"app": APP} | channels}))


def files_of(shop: Shop, folder: Path) -> dict[str, bytes]:
    write_shop(shop, {}, folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture(scope="module")
def shops() -> tuple[Shop, Shop]:
    return shop_of(preorder=0.0), shop_of(preorder=1.0)


class TestWithAndWithout:
    def test_the_files_are_as_they_were_and_go_on(self, shops: tuple[Shop, Shop], tmp_path: Path) -> None:
        without, with_it = (files_of(shop, tmp_path / name) for shop, name in zip(shops, "ab", strict=True))
        for name in ADDED_TO:
            assert with_it[name].startswith(without[name]), name
            assert len(with_it[name]) > len(without[name]), name
        for name in AS_THEY_WERE:
            assert with_it[name] == without[name], name
        assert set(with_it) == {*ADDED_TO, *AS_THEY_WERE, "settings.yml", "truth.json"}

    def test_what_is_new_was_brought_by_the_channel(self, shops: tuple[Shop, Shop]) -> None:
        without, with_it = shops
        n = without.orders.n
        assert without.lots == (n, n, n) and with_it.lots == (n, n, with_it.orders.n)
        new = slice(n, None)
        who, up = with_it.orders.customer[new], with_it.taken_up[1]
        assert (up[who] >= 0).all() and (with_it.orders.day[new] > up[who]).all()
        assert not with_it.orders.gesture[new].any() and (with_it.orders.assigned[new] < 0).all()
        assert (with_it.details.made_in[new] == 3).all()

    def test_further_answers_are_of_the_same_places(self, shops: tuple[Shop, Shop]) -> None:
        felt = shops[1].details.felt
        later = felt.answers >= shops[0].orders.n
        employee = shops[1].details.employee[felt.answers]
        known = dict(zip(employee[~later].tolist(), felt.of_employee[~later].tolist(), strict=True))
        assert later.sum() > 10
        assert [known[one] for one in employee[later].tolist()] == felt.of_employee[later].tolist()


def test_a_second_channel_leaves_what_the_first_brought(tmp_path: Path) -> None:
    one, both = (files_of(shop_of(preorder=0.5, club=more), tmp_path / str(more)) for more in (0.0, 0.5))
    for name in ADDED_TO:
        assert both[name].startswith(one[name]) and len(both[name]) > len(one[name]), name
    for name in AS_THEY_WERE:
        assert both[name] == one[name], name
