"""How often purchase models, what follows from them and waits are right: `make calibrate-purchases`.

It writes docs/calibration-purchases.md. A run that was stopped goes on where it was; what was found with other source
files is found anew.
"""

from benchmarks.calibration.command import Calibration, calibrate
from benchmarks.calibration.purchase_plan import purchase_cases, purchase_sections

INTRODUCTION = """\
Customers are made up whose truth is known, and looked at with the functions of the notebooks on repeat purchases and
loyalty. In brackets stands the Monte Carlo error, one standard error over the replications, of shares in points. A
figure holds when it agrees with the band in the heading of its column within two of them. Columns without a band
promise nothing."""
PURCHASES = Calibration("purchases", purchase_cases(), purchase_sections(), INTRODUCTION)

if __name__ == "__main__":
    calibrate(PURCHASES, __doc__)
