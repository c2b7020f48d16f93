"""What is said while reports are made."""

import io
import time

import pytest

from cxlab.reports.progress import Lines, Progress


def test_a_terminal_shows_what_runs_what_is_done_what_failed_and_how_long_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    seen = io.StringIO()
    progress = Progress(Lines(file=seen, force_terminal=True, width=100, highlight=False))
    assert progress.is_live
    with progress:
        progress.expect({"00_intake": 10.0, "01_clusters": 30.0, "02_segmentation": float("nan")}, jobs=2)
        progress.begin("00_intake")
        progress.begin("01_clusters")
        assert progress._left() == "0 of 3 done, about 30 s left"  # 10 + 30 + the mean of both, by two
        now[0] += 10
        progress.end("00_intake", 10.0, "yes", "Yes")
        assert progress._left() == "1 of 3 done, about 30 s left"
        progress.begin("02_segmentation")
        now[0] += 18.5
        progress.end("02_segmentation", 18.5, "failed", "ValueError")
        assert progress._left() == "2 of 3 done, 1 failed, nearly there"
    shown = seen.getvalue()
    for said in ("00_intake", "● 00_intake 10.0 s  Yes", "◇ 02_segmentation 18.5 s  ValueError", "nearly there"):
        assert said in shown
    assert "started" not in shown


def test_where_nothing_is_known_no_time_is_told_and_other_outputs_get_lines() -> None:
    seen = io.StringIO()
    progress = Progress(Lines(file=seen, width=100, highlight=False))
    with progress:
        progress.expect({"00_intake": float("nan")}, jobs=2)
        progress.begin("00_intake")
        assert progress._left() == "0 of 1 done"
        progress.end("00_intake", 1.0, "no", "No")
    assert seen.getvalue() == "  00_intake started\n⊖ 00_intake 1.0 s  No\n"


def test_quiet_says_only_what_failed() -> None:
    seen = io.StringIO()
    progress = Progress(Lines(file=seen, width=100, highlight=False), quiet=True)
    progress.say("Another run is writing")
    progress.end("00_intake", 1.0, "yes", "Yes")
    progress.end("01_clusters", 1.0, "failed", "ValueError")
    assert seen.getvalue() == "◇ 01_clusters 1.0 s  ValueError\n"
