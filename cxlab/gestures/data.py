"""What a study brings on its gestures: trials drawn by lot, gestures that were chosen, or a published experiment."""

from dataclasses import dataclass

from cxlab.gestures.sample import Sample


@dataclass(frozen=True)
class GestureData:
    """The samples of a study, those drawn by lot first.

    Attributes
    ----------
    samples : one a trial, then that of the chosen gestures where there are any.
    outcome_days : length of the time after an occasion that is looked at; None for outcomes that came ready-made.
    currency : ISO 4217 code.
    minimum_group : groups smaller than this are not shown on pages.
    words : how rows came about, a sentence or two each: one a sample.
    origin : by what the notebooks of a run know these rows; empty: by nothing.
    """

    samples: tuple[Sample, ...]
    outcome_days: int | None
    currency: str
    minimum_group: int
    words: tuple[str, ...]
    origin: str = ""

    @property
    def n_trials(self) -> int:
        """Experiments among the samples."""
        return sum(sample.design == "randomised" for sample in self.samples)
