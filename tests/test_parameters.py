"""Parameters: settled in one place, wrong ones named before anything runs."""

import pytest

from cxlab.parameters import ParameterError, Parameters, resolve_parameters


def test_what_is_given_goes_before_the_study_and_the_study_before_the_default() -> None:
    found = resolve_parameters({"margin_rate": 0.2, "k_max": 6}, margin_rate=0.4)
    assert (found.margin_rate, found.k_max, found.n_bootstrap) == (0.4, 6, 200)


def test_none_means_not_given() -> None:
    assert resolve_parameters({"k_max": 6}, k_max=None).k_max == 6
    assert resolve_parameters({"k_max": None}).k_max == 10


def test_a_given_seed_goes_before_the_studys_parameters_and_those_before_its_own_seed() -> None:
    assert resolve_parameters({}).seed == 1
    assert resolve_parameters({}, study_seed=7).seed == 7
    assert resolve_parameters({"seed": 8}, study_seed=7).seed == 8
    assert resolve_parameters({"seed": 8}, study_seed=7, seed=9).seed == 9
    assert resolve_parameters({"seed": 8}, study_seed=7, seed=0).seed == 0


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("k_maks", 3, "did you mean `k_max`"),
        ("k_max", True, "whole number"),
        ("k_max", 3.0, "whole number"),
        ("k_max", "3", "the text '3'"),
        ("k_max", 1, "from 2 to 30"),
        ("margin_rate", 1.5, "from 0 to 1"),
        ("margin_rate", float("nan"), "from 0 to 1"),
        ("margin_rate", True, "a number"),
        ("activity", "recent", "recency, cadence, p_alive"),
        ("profitability", "mean", "break_even, median, amount"),
        ("active_days", 0, "from 1 to"),
        ("n_bootstrap", 3, "100"),
        ("seed", -1, "0"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_it_must_be(name: str, value: object, words: str) -> None:
    with pytest.raises(ParameterError, match=f"`{name}`") as caught:
        resolve_parameters({}, **{name: value})
    assert words in str(caught.value)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(ParameterError) as caught:
        resolve_parameters({"k_maks": 3}, margin_rate="x")
    assert "k_maks" in str(caught.value) and "margin_rate" in str(caught.value)


def test_an_amount_needs_an_amount() -> None:
    with pytest.raises(ParameterError, match="min_profit"):
        resolve_parameters({"profitability": "amount"})
    assert resolve_parameters({"profitability": "amount"}, min_profit=10.0).min_profit == 10


def test_a_whole_number_is_a_number() -> None:
    assert resolve_parameters({}, margin_rate=1).margin_rate == 1


def test_every_parameter_says_what_it_is() -> None:
    for name, field in Parameters.model_fields.items():
        assert field.description, name


def test_parameters_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Parameters().k_max = 3  # type: ignore[misc]
