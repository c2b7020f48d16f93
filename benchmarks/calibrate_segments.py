"""How often clusters, verdicts and intervals are right on made-up customers: `make calibrate-segments`.

It writes docs/calibration-segments.md. A run that was stopped goes on where it was; what was found with other source
files is found anew.
"""

from benchmarks.calibration.command import Calibration, calibrate
from benchmarks.calibration.plan import segment_cases
from benchmarks.calibration.rows import sections

INTRODUCTION = """\
Customers are made up whose truth is known, and looked at with the functions of the notebooks on clusters and segments,
their defaults included: 99 draws without groups, up to ten clusters, 200 resamples, at least 1,000 for skill. In
brackets stands the Monte Carlo error, one standard error over the replications, of shares in points. A figure holds
when it agrees with the band in the heading of its column within two of them. Columns without a band promise nothing."""
SEGMENTS = Calibration("segments", segment_cases(), sections(), INTRODUCTION)

if __name__ == "__main__":
    calibrate(SEGMENTS, __doc__)
