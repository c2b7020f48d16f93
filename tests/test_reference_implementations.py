"""The purchase models against other implementations on CDNOW: their values are typed in, nothing has to be installed.

`python -m benchmarks.purchases` asks the implementations themselves, each in an environment of its own.
"""

from dataclasses import dataclass

import numpy as np
import pytest

import cxlab
from cxlab.purchases import PurchaseModel, fit_purchase_model
from cxlab.purchases.families import FAMILIES
from cxlab.purchases.family import FamilyName
from cxlab.purchases.histories import Histories
from tests.conftest import ROOT

FEW = Histories(np.array([2, 0, 10]), np.array([213, 0, 200]), np.array([272, 272, 250]))
WEEKS = 39.0


@dataclass(frozen=True)
class Reference:
    """What one implementation finds on CDNOW, and then says of the three histories above."""

    family: FamilyName
    parameters: tuple[float, float, float, float]
    log_likelihood: float
    alive: tuple[float, float, float]
    expected: tuple[float, float, float]
    apart: float
    """How far its parameters may be from the maximum, as a share: where its search stops."""


REFERENCES = {
    # lifetimes 0.11.3 (pandas 1.5.3, numpy 1.26.4, scipy 1.12.0): BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter
    # without penalty, time in weeks; the log-likelihood by the fitter's own formula at its parameters.
    "lifetimes BG/NBD": Reference(
        "bgnbd",
        (0.24259454342106748, 4.413602716077377, 0.7929218333478221, 2.4259057287215464),
        -9582.429206673933,
        (0.7266202977882564, 1.0, 0.6593017164488346),
        (1.2259944296717198, 0.1947936422126408, 5.098445355715757),
        2e-6,
    ),
    "lifetimes MBG/NBD": Reference(
        "mbgnbd",
        (0.5248429031496007, 6.183081764399293, 0.8913595172711934, 1.6140029311982416),
        -9582.135715553766,
        (0.7061384907953513, 0.3897231043088341, 0.6456522494521137),
        (1.2627588401713608, 0.15396600986397627, 4.8104064038855405),
        2e-6,
    ),
    "lifetimes Pareto/NBD": Reference(
        "pareto_nbd",
        (0.553268709878046, 10.577825480261035, 0.6063417123319438, 11.672869410433426),
        -9594.976179365483,
        (0.8691251129776583, 0.2951246671553688, 0.775106914586425),
        (1.4551513227206974, 0.10707077746703221, 5.672152717727702),
        5e-4,
    ),
    # pymc-marketing 0.19.2 (pymc 5.28.5): BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel, maximum a posteriori with
    # flat priors on the four parameters, which is maximum likelihood. Its own priors lead elsewhere.
    "pymc-marketing BG/NBD": Reference(
        "bgnbd",
        (0.2425957069562896, 4.413638776818165, 0.7930188518319711, 2.4262106656212166),
        -9582.429206838515,
        (0.7266137141082675, 1.0, 0.6592806251144656),
        (1.2259716268741379, 0.19479428146554972, 5.09815927348768),
        2e-4,
    ),
    "pymc-marketing MBG/NBD": Reference(
        "mbgnbd",
        (0.524841494464166, 6.183047158077105, 0.8913584775866734, 1.6140042849664384),
        -9582.135715557273,
        (0.7061387784522856, 0.3897236437741258, 0.6456521944509903),
        (1.262759844487185, 0.1539659582121867, 4.810410086646317),
        2e-5,
    ),
    "pymc-marketing Pareto/NBD": Reference(
        "pareto_nbd",
        (0.5532793967309909, 10.57769880478447, 0.60623033605394, 11.668428526685553),
        -9594.9761789431,
        (0.8691353580529476, 0.2951125672196335, 0.7751209144053727),
        (1.4552072695149998, 0.10707086192439084, 5.672390756222446),
        5e-5,
    ),
}
EACH = pytest.mark.parametrize("reference", REFERENCES.values(), ids=REFERENCES.keys())


@pytest.fixture(scope="module")
def fitted() -> dict[str, PurchaseModel]:
    with cxlab.open_study(ROOT / "data" / "cdnow") as kit:
        return {key: fit_purchase_model(kit.customers, key) for key in FAMILIES}


@EACH
def test_the_fit_is_theirs_and_no_less_likely(reference: Reference, fitted: dict[str, PurchaseModel]) -> None:
    model = fitted[reference.family]
    assert model.maximum.status == "converged"
    assert model.parameters == pytest.approx(np.array(reference.parameters), rel=reference.apart)
    assert model.log_likelihood == pytest.approx(reference.log_likelihood, abs=1e-5)
    assert model.log_likelihood > reference.log_likelihood - 1e-9


@EACH
def test_the_log_likelihood_at_their_parameters_is_theirs(
    reference: Reference, fitted: dict[str, PurchaseModel]
) -> None:
    model, at = fitted[reference.family], np.array(reference.parameters)
    h = model.histories
    each = model.family.log_likelihoods(at, h)
    assert each.sum() == pytest.approx(reference.log_likelihood, rel=1e-11)
    found, *_ = model.family.likelihood(*h.different())(np.log(at))
    assert found == pytest.approx(reference.log_likelihood, rel=1e-11)


@EACH
def test_what_is_said_of_customers_at_their_parameters_is_theirs(reference: Reference) -> None:
    family, at = FAMILIES[reference.family], np.array(reference.parameters)
    alive = family.probability_alive(at, FEW)
    expected = family.expected_purchases(at, FEW, WEEKS)
    assert alive == pytest.approx(np.array(reference.alive), rel=1e-8)
    assert expected == pytest.approx(np.array(reference.expected), rel=1e-6)
