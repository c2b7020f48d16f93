"""How often what is said of the experience is right, from scores to visits: `make calibrate-experience`.

It writes docs/calibration-experience.md. A run that was stopped goes on where it was; what was found with other source
files is found anew.
"""

from benchmarks.calibration.channel_plan import channel_cases, channel_sections
from benchmarks.calibration.command import Calibration, calibrate
from benchmarks.calibration.driver_plan import driver_cases, driver_sections
from benchmarks.calibration.experience_plan import experience_cases, experience_sections
from benchmarks.calibration.journey_plan import journey_cases, journey_sections

INTRODUCTION = """\
Answers, orders and visits are made up of which it is known what moved them, and looked at with the functions of the
notebook on the experience. In brackets stands the Monte Carlo error, one standard error over the replications, in
points. A figure holds when it agrees with the band in the heading of its column within two of them. Columns without a
band promise nothing."""
EXPERIENCE = Calibration(
    "experience",
    (*experience_cases(), *driver_cases(), *channel_cases(), *journey_cases()),
    (*experience_sections(), *driver_sections(), *channel_sections(), *journey_sections()),
    INTRODUCTION,
)

if __name__ == "__main__":
    calibrate(EXPERIENCE, __doc__)
