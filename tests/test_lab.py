"""What a notebook shows where somebody looks, and that nothing of it is there where nobody does."""

import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

from cxlab import blocks
from cxlab.errors import InputError
from cxlab.lab import faults, progress, results
from tests import made_notebooks as made

ROOT = Path(__file__).resolve().parent.parent
WIDGET = "application/vnd.jupyter.widget-view+json"
OPEN = "import cxlab as cx\nkit = cx.open_study('corner')\npage = cx.open_page(kit, 'segmentation')"


class Kernel:
    """A kernel that is asked as JupyterLab asks it, which names the cell, or as papermill does."""

    def __init__(self, folder: Path) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(folder), env={**_environment(), "PYTHONPATH": str(ROOT)})
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, source: str, *, live: bool = True) -> list[dict[str, Any]]:
        """Run a cell and return what it sent, each with its kind."""
        content = {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = self.client.session.msg("execute_request", content)
        message["metadata"] = {"cellId": "one"} if live else {}
        self.client.shell_channel.send(message)
        sent = []
        while True:
            try:
                got = self.client.get_iopub_msg(timeout=60)
            except queue.Empty:
                pytest.fail("the kernel does not answer")
            if got["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if got["msg_type"] == "status" and got["content"]["execution_state"] == "idle":
                return sent
            if got["msg_type"] not in ("status", "execute_input"):
                sent.append({"kind": got["msg_type"], **got["content"]})

    def end(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("lab")
    made.write_study(folder / "corner")
    started = Kernel(folder)
    faulty = [sent for sent in started.run(OPEN) if sent["kind"] == "error"]
    assert not faulty
    yield started
    started.end()


def only(sent: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    found = [one for one in sent if one["kind"] == kind]
    assert len(found) == 1, sent
    return found[0]


@pytest.mark.thorough
@pytest.mark.parametrize("live", [True, False])
def test_a_fault_of_the_study_is_one_box_with_the_remedy_and_no_traceback(kernel: Kernel, live: bool) -> None:
    fault = only(kernel.run("first = 1\ncx.open_study('corner', k_maks=3)", live=live), "error")
    assert (fault["ename"], fault["evalue"]) == (
        "ParameterError",
        "`k_maks` is no parameter; did you mean `k_max`?",
    )
    shown = "\n".join(fault["traceback"])
    assert "Traceback" not in shown and "site-packages" not in shown and len(fault["traceback"]) <= 6
    assert "ParameterError" in shown and "did you mean `k_max`?" in shown
    assert shown.endswith("In line 2 of the cell: cx.open_study('corner', k_maks=3)")


def test_a_box_has_every_fault_on_a_line_of_its_own_and_none_is_too_wide() -> None:
    lines = InputError("one is wrong\n\n" + "two " * 60)._render_traceback_()
    assert lines[2:4] == ["one is wrong", ""] and max(map(len, lines)) < 100
    assert InputError("a thing is wrong: mend it")._render_traceback_()[2:] == ["A thing is wrong: mend it."]


@pytest.mark.thorough
def test_an_unforeseen_error_says_what_to_do_before_its_traceback_where_somebody_looks(kernel: Kernel) -> None:
    seen = only(kernel.run("{}['gone']"), "error")
    assert "KeyError: 'gone'" in seen["traceback"][0] and list(faults.REMEDY) == seen["traceback"][2:4]
    assert "Traceback (most recent call last)" in "\n".join(seen["traceback"][4:])
    box = only(kernel.run("cx.open_study('nowhere')"), "error")
    assert "Traceback" not in "\n".join(box["traceback"])


def test_progress_shows_while_a_cell_runs_and_goes_with_it(kernel: Kernel) -> None:
    sent = kernel.run("import time\nfirst = 1\ntime.sleep(2.6)\nlast = 2")
    shown = [one["data"].get("text/html", "") for one in sent]
    assert [one["kind"] for one in sent][:2] == ["display_data", "update_display_data"]
    assert "Step 3 of 4, 1 s: <code>time.sleep(2.6)</code>" in shown[0] and 'value="2"' in shown[0]
    assert sent[-1]["data"] == {"text/plain": ""} and len({one["transient"]["display_id"] for one in sent}) == 1


def test_progress_is_not_shown_for_a_quick_cell_and_never_where_nobody_looks(kernel: Kernel) -> None:
    assert kernel.run("1 + 1;") == []
    assert kernel.run("time.sleep(1.5)", live=False) == []


def test_a_step_is_drawn_with_its_text_made_harmless() -> None:
    shown = progress.drawn(progress.Step(2, 3, made.HOSTILE * 3), 61.2)
    assert "<script" not in shown and "Step 2 of 3, 61 s" in shown and "…" in shown
    assert progress.drawn(None, 2.0) == "<div><small>Running, 2 s</small></div>"


def test_a_result_at_the_end_of_a_cell_is_its_sentence_and_its_table(kernel: Kernel) -> None:
    kernel.run("segments = cx.assign_segments(kit.customers)\nmoved = cx.describe_segments(kit.customers, segments)")
    data = only(kernel.run("moved"), "execute_result")["data"]
    assert "<b>SegmentProfile.</b>" in data["text/html"] and data["text/html"].count("<tr") == 5
    assert data["text/plain"].startswith("SegmentProfile. ") and "profit_bringers" in data["text/plain"]
    long = only(kernel.run("segments"), "execute_result")["data"]["text/html"]
    assert "The first 20 rows of " not in long and f"The first {results.ROWS} of 60 rows" in long


def test_other_objects_are_shown_as_before_and_results_too_where_nobody_looks(kernel: Kernel) -> None:
    frame = only(kernel.run("kit.customers.frame.head(2)"), "execute_result")["data"]
    assert "dataframe" in frame["text/html"]
    assert only(kernel.run("3 + 4"), "execute_result")["data"] == {"text/plain": "7"}
    assert only(kernel.run("cx.Estimate"), "execute_result")["data"]["text/plain"] == "cxlab.estimate.Estimate"
    bare = only(kernel.run("moved", live=False), "execute_result")["data"]
    assert "text/html" not in bare


def test_lines_are_moved_by_sliders_where_somebody_looks_and_drawn_where_nobody_does(kernel: Kernel) -> None:
    kernel.run("lines = cx.move_lines(kit.customers, segments, minimum_group=1)")
    live = kernel.run("page.explore(cx.plots.moved_lines, lines)")
    shown = [one["data"] for one in live if one["kind"] == "display_data"]
    shown = [data for data in shown if "<progress" not in data.get("text/html", "")]  # there on a slow machine
    assert len(shown) == 1 and WIDGET in shown[0], live
    page = only(kernel.run("page.explore(cx.plots.moved_lines, lines)", live=False), "display_data")["data"]
    assert WIDGET not in page and page[blocks.MIME]["block"]["name"] == "moved_lines"


def test_the_sliders_start_at_the_lines_of_the_page_and_draw_the_map_anew(kernel: Kernel) -> None:
    kernel.run("from cxlab.lab.explorer import explorer\nbox = explorer(lines)\nline, money, back, map_ = box.children")
    asked = "line.value == segments.line, round(money.value, 6) == round(segments.threshold, 6), 'figure' in map_.value"
    assert only(kernel.run(asked), "execute_result")["data"]["text/plain"] == "(True, True, True)"
    kernel.run("before = map_.value\nline.value = 1\nmoved_map = map_.value\nback.click()")
    again = only(kernel.run("moved_map != before, map_.value == before"), "execute_result")["data"]["text/plain"]
    assert again == "(True, True)"
