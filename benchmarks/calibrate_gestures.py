"""How often effects of gestures, their intervals and verdicts are right: `make calibrate-gestures`.

It writes docs/calibration-gestures.md. A run that was stopped goes on where it was; what was found with other source
files is found anew. DoubleML stands beside the kit in an environment of its own; `CALIBRATE="--without beside"` does
without it.
"""

from benchmarks.calibration.command import Calibration, calibrate
from benchmarks.calibration.gesture_plan import gesture_cases
from benchmarks.calibration.gesture_rows import gesture_sections

INTRODUCTION = """\
Gestures are given to made-up customers, by lot or by choice, and their effects are estimated as the notebook does. What
each gesture adds is known for every customer, so the truth is an average over a million of them and nothing that was
estimated. In brackets stands the Monte Carlo error, one standard error over the replications, of shares in points. A
figure holds when it agrees with the band in the heading of its column within two of them. Columns without a band
promise nothing."""
GESTURES = Calibration("gestures", gesture_cases(), gesture_sections(), INTRODUCTION)

if __name__ == "__main__":
    calibrate(GESTURES, __doc__)
