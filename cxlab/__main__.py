"""The command line: `cxlab report`, `verify`, `compare`, `check`, `new`, `fetch`, `simulate` and `plan`."""

import datetime as dt
import json
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cxlab.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console


DIFFERENT, FAULTY, STOPPED = 1, 2, 130


class _Folder(click.Path):
    """A folder to write to; an empty name, as of a variable that is not set, does not mean the one that one is in."""

    def __init__(self) -> None:
        super().__init__(file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take a name."""
        if value == "":
            self.fail("it is empty: name a folder", param, ctx)
        return super().convert(value, param, ctx)


class _Amount(click.FloatRange):
    """A number above 0, and not without end."""

    name = "number"

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Take a number."""
        found: float = super().convert(value, param, ctx)
        if not math.isfinite(found):
            self.fail(f"{value} is no amount: give a number above 0, or leave it out for no limit", param, ctx)
        return found


_out = click.option(
    "--out",
    metavar="DIR",
    default="reports",
    show_default=True,
    type=_Folder(),
    help="Folder for what is written; each study has a folder of its own in it.",
)


_allow_outside = click.option(
    "--allow-outside", is_flag=True, help="Let a study read files outside its own folder: only for studies of your own."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="cxlab", prog_name="cxlab")
def app() -> None:
    """Ask a study of customers: from a folder of orders to reports that can be mailed."""


def _help_parameters(context: click.Context, _: click.Parameter, name: str | None) -> None:
    """List the parameters of a notebook, and end."""
    if name is None or context.resilient_parsing:
        return
    from cxlab.reports.declared import describe_parameters
    from cxlab.reports.notebooks import choose, find_notebooks

    (notebook,) = choose(find_notebooks(), [name], "--help-parameters")
    click.echo(describe_parameters(notebook))
    context.exit()


@app.command()
@click.argument("studies", metavar="STUDY...", nargs=-1, required=True)
@_out
@_allow_outside
@click.option(
    "--only",
    metavar="NAME",
    multiple=True,
    help="Run this notebook only: segmentation or 02_segmentation. May be repeated.",
)
@click.option("--jobs", metavar="N", type=click.IntRange(min=1), help="Notebooks at a time; by default one a core.")
@click.option("--force", is_flag=True, help="Make every report anew, also those that would come out as they stand.")
@click.option("--quiet", is_flag=True, help="Say nothing but what failed.")
@click.option("--json", "as_json", is_flag=True, help="Write how it ended as JSON; all else goes to standard error.")
@click.option(
    "--publish",
    metavar="DIR",
    type=_Folder(),
    help="Copy what may be shared to DIR: pages and index, without notebooks, tables, findings and rejects.",
)
@click.option(
    "--check-privacy",
    is_flag=True,
    help="Look at the finished pages, and say what each shows of people and whether it can be mailed.",
)
@click.option("--timeout", metavar="SECONDS", type=_Amount(), help="What a notebook may take.")
@click.option("--memory", metavar="MB", type=_Amount(), help="Memory that a notebook may take.")
@click.option(
    "--engine",
    type=click.Choice(["cxlab", "plain"]),
    default="cxlab",
    show_default=True,
    help="Kernels forked from what is loaded already, or each a new process: slower, with the same pages.",
)
@click.option(
    "-p",
    "pairs",
    metavar="KEY VALUE",
    nargs=2,
    type=str,
    multiple=True,
    help="A parameter of the notebooks; goes before the study's. May be repeated.",
)
@click.option(
    "--matrix",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Run each study once with each set of parameters in a YAML file, as `short window: {outcome_days: 30}`.",
)
@click.option(
    "--help-parameters",
    metavar="NAME",
    is_eager=True,
    expose_value=False,
    callback=_help_parameters,
    help="List the parameters of this notebook, with type, default and unit, and end.",
)
def report(
    studies: tuple[str, ...],
    out: Path,
    only: tuple[str, ...],
    jobs: int | None,
    timeout: float | None,
    memory: float | None,
    engine: str,
    pairs: tuple[tuple[str, str], ...],
    matrix: Path | None,
    publish: Path | None,
    *,
    as_json: bool,
    check_privacy: bool,
    force: bool,
    quiet: bool,
    allow_outside: bool,
) -> None:
    """Run the notebooks on each STUDY (a folder or its study.yml); write pages, findings, tables and an index.

    With --only, the other reports of an earlier run stay as they are if they rest on the same data, else they go.
    With --matrix, a run lies in DIR/<study>/<label>/, and stands on the index of its study under that label.

    Ends with 0 when all is well, 1 when a notebook failed (the other pages are there) or --check-privacy found what
    must not be mailed (then nothing is published), 2 when a study or the command line is at fault (then nothing was
    run).
    """
    try:
        code = _report(
            studies, out, only, pairs, matrix, publish, (jobs, engine, timeout, memory), as_json=as_json, force=force,
            quiet=quiet, allow_outside=allow_outside, check_privacy=check_privacy,
        )  # fmt: skip
    except InputError as error:
        if as_json:
            _say_as_json(str(error))
        raise
    sys.exit(code)


def _report(
    studies: tuple[str, ...],
    out: Path,
    only: tuple[str, ...],
    pairs: tuple[tuple[str, str], ...],
    matrix: Path | None,
    publish: Path | None,
    how: tuple[int | None, str, float | None, float | None],
    *,
    as_json: bool,
    force: bool,
    quiet: bool,
    allow_outside: bool,
    check_privacy: bool,
) -> int:
    """Run what is asked for; return the exit code."""
    from cxlab.reports.order import understand

    order = understand(studies, out, list(only), pairs, allow_outside=allow_outside, matrix=matrix)
    from cxlab.reports import runner
    from cxlab.reports.limits import Limits
    from cxlab.reports.progress import Progress

    jobs, engine, timeout, memory = how
    way = runner.Way(jobs, engine == "cxlab", Limits(timeout, memory), afresh=force)
    progress = Progress(_on_errors() if as_json else None, quiet=quiet)
    if publish:
        from cxlab.reports.published import check_place

        check_place(order, publish)
    ended, privacy = runner.report(order, way, progress=progress), None
    if check_privacy:
        from cxlab.reports.privacy.check import check_privacy as look_at_pages

        privacy = look_at_pages(order)
        if privacy.found or not quiet:
            click.echo(privacy.reading, err=as_json)
    must_stay = privacy is not None and bool(privacy.found)
    if publish and must_stay:
        click.echo(f"Nothing was put into {publish}.", err=True)
    elif publish:
        from cxlab.reports.published import publish as put_in_place

        progress.say(f"What may be shared is in {put_in_place(order, publish).parent}")
    if as_json:
        from cxlab.reports import told

        click.echo(told.as_json(order, ended, privacy))
    return max(ended.code, DIFFERENT) if must_stay else ended.code


@app.command()
@click.argument("run", metavar="RUN")
@click.option("--jobs", metavar="N", type=click.IntRange(min=1), help="Notebooks at a time; by default one a core.")
def verify(run: str, jobs: int | None) -> None:
    """Make a RUN again and say whether it comes out the same, or what differs.

    A RUN is a folder of reports, as reports/<study>, or the manifest.json in it. It is made again in a temporary
    folder, by the study, the parameters and the notebooks that the manifest names, and compared file by file: but for
    the time of the run, pages and notebooks must say the same, and findings and tables must be the same bytes. Files of
    the RUN that were changed by hand are named as well. Nothing is written to its folder.

    Ends with 0 when all is the same, 1 when something differs, 2 when the run cannot be made again.
    """
    from cxlab.reports.past import open_run

    past = open_run(run)
    from cxlab.reports.verify import verify_run

    verified = verify_run(past, jobs=jobs)
    click.echo(verified.reading)
    sys.exit(0 if verified.is_same else DIFFERENT)


@app.command()
@click.argument("old", metavar="OLD_RUN")
@click.argument("new", metavar="NEW_RUN")
@click.option("--out", metavar="FILE.html", type=click.Path(path_type=Path), help="Write it to this page as well.")
def compare(old: str, new: str, out: Path | None) -> None:
    """Hold two runs against each other: what changed, and whether beyond chance.

    A run is a folder of reports, as reports/<study>, or the manifest.json in it; the older one is named first. Told are
    data, parameters, versions and notebooks, verdicts that changed, and every finding that changed: both figures with
    their intervals, and the difference with its own.

    Ends with 0 when the two could be compared, whatever changed, and with 2 when one of them cannot be read.
    """
    from cxlab.reports.past import open_run

    runs = open_run(old), open_run(new)
    from cxlab.reports.compare import compare as compare_runs
    from cxlab.reports.compared_page import require_page, write_page
    from cxlab.reports.compared_text import as_text

    if out is not None:
        require_page(out, *runs)
    compared = compare_runs(*runs)
    click.echo(as_text(compared))
    if out is not None:
        write_page(compared, out)
        click.echo(f"\nThe page is {out}")


@app.command()
@click.argument("study", metavar="STUDY")
@_out
@_allow_outside
def check(study: str, out: Path, *, allow_outside: bool) -> None:
    """Read and check every source of a STUDY; say what was read, what was rejected and why.

    Writes nothing but the rejected records, to DIR/<study>/rejects, in place of those that stand there; <study> is the
    `name:` in its study.yml.
    """
    from cxlab.intake import read_study
    from cxlab.reports.order import open_alone
    from cxlab.reports.today import remarks_of_today
    from cxlab.reports.whose import other_study, where_rejects_are

    opened, parameters = open_alone(study)
    folder = out / opened.name
    earlier = sorted((folder / "rejects").glob("*.csv"))
    with _shown() as tell:
        intake = read_study(opened, parameters, rejects=folder, allow_outside=allow_outside, tell=tell)
    with intake:
        click.echo(intake.summary(), nl=False)
        for remark in remarks_of_today(intake):
            click.echo(f"\nNote: {remark}")
        written = intake.write_rejects(folder)
    if said := where_rejects_are(written, earlier, other_study(folder, opened), folder):
        click.echo(f"\n{said}")


@app.command()
@click.argument("study", metavar="STUDY")
def fetch(study: str) -> None:
    """Fetch the files that a STUDY names but does not keep (`fetch:` in its study.yml).

    A file is kept only when its sha256 is the one that the study gives; one that is there is never overwritten.
    """
    from cxlab.fetch import fetch_study
    from cxlab.reports.order import open_alone

    opened, _ = open_alone(study)
    for fetched in fetch_study(opened):
        click.echo(fetched.reading)


@app.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
def new(folder: Path, files: tuple[Path, ...]) -> None:
    """Guess a study from files, which table each FILE is and which column is which, and write FOLDER/study.yml.

    A FILE is CSV (plain or packed with gzip), Parquet or a workbook; those with the same headings become one table.
    One without a record is passed over where others have some. Files from outside FOLDER are copied into it. Nothing is
    overwritten. What is unsure is said, and stands beside its line in the file; ends with 0 also when something is left
    to fill in.
    """
    from cxlab.new import make_study

    click.echo(make_study(folder, files).reading)


@app.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--customers", metavar="N", type=int, help="How many customers; wins over the settings.")
@click.option(
    "--truth",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Settings to use, as in the settings.yml that is written; else the defaults.",
)
@click.option("--seed", metavar="N", type=int, help="Start of every random step; wins over the settings.")
@click.option(
    "--name", metavar="NAME", help="Name of the study; wins over the settings. Without settings: the folder's."
)
@click.option("--force", is_flag=True, help="Write over a made-up shop that is there already.")
def simulate(
    folder: Path, customers: int | None, truth: Path | None, seed: int | None, name: str | None, *, force: bool
) -> None:
    """Make up a shop whose truth is known: write a study to DIR, its settings, and the truth as truth.json.

    DIR must be new or empty. The same settings and seed give the same files, byte for byte.
    """
    from cxlab.simulate import own_name, plant_truth, read_settings, require_room, simulate_shop, write_shop
    from cxlab.study import shown_path

    settings = read_settings(truth, customers=customers, seed=seed, name=name or (None if truth else own_name(folder)))
    require_room(folder, force=force)
    shop = simulate_shop(settings)
    records = write_shop(shop, plant_truth(shop), folder)
    lines = ", ".join(f"{n:,} of {table}" for table, n in records.items())
    click.echo(f"{shown_path(folder)}: a study called {settings.name}; records written: {lines}")


@app.command()
@click.argument("study", metavar="STUDY")
@click.option(
    "--effect", metavar="PCT", type=float, default=10, show_default=True, help="Effect to be seen, in percent."
)
@click.option("--power", type=float, default=0.8, show_default=True, help="Share of such trials that find it.")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="Level of the test, over all arms.")
@click.option(
    "--arms", metavar="NAME", multiple=True, help="Arms besides the control, as card,letter; may be repeated."
)
@click.option("--control", metavar="NAME", help="The arm that gets nothing; by default the study's, else control.")
@click.option("--allocation", metavar="SHARES", help="As control=2,card=1; by default all arms are alike.")
@click.option("--customers", "n", metavar="N", type=click.IntRange(min=1), help="Draw so many; by default all at hand.")
@click.option("--budget", metavar="N", type=click.IntRange(min=1), help="Draw as many as so many gestures reach.")
@click.option("--among", metavar="SEGMENTS", default="active", show_default=True, help="Or everyone, or segments.")
@click.option("--days", metavar="N", type=click.IntRange(min=1), help="Follow each for N days; else outcome_days.")
@click.option(
    "--strata", metavar="KINDS", default="segment,purchases", show_default=True, help="Draw within these, or none."
)
@click.option(
    "--by",
    type=click.Choice(["customer", "store"]),
    default="customer",
    show_default=True,
    help="What is drawn; of stores the sizes only are told.",
)
@click.option("--start", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Day of the draw; else the next day.")
@click.option("--experiment", metavar="NAME", help="Name of the trial; by default trial-DATE.")
@click.option(
    "--out",
    metavar="DIR",
    type=_Folder(),
    help="Folder for the draw; the study's own.",
)
@click.option("--seed", metavar="N", type=click.IntRange(0, 2**32 - 1), help="Start of the lot; else the study's.")
@click.option("--no-draw", is_flag=True, help="Tell the sizes only; write nothing.")
@click.option("--force", is_flag=True, help="Write over a draw of that name.")
@click.option(
    "-p", "pairs", metavar="KEY VALUE", nargs=2, type=str, multiple=True, help="A parameter of the notebooks."
)
@_allow_outside
def plan(
    study: str,
    pairs: tuple[tuple[str, str], ...],
    days: int | None,
    seed: int | None,
    among: str,
    strata: str,
    start: dt.datetime | None,
    *,
    no_draw: bool,
    allow_outside: bool,
    **wished: Any,
) -> None:
    """Plan the next trial of a STUDY: how many customers it takes, what those at hand show, who gets what.

    Sizes rest on what such customers bought in the last days of the study. The lot is written to the study's folder as
    assignments-NAME.csv, with the lines for study.yml by which the next report reads it.
    """
    from cxlab.planning.command import Wish, run_plan
    from cxlab.reports.order import open_alone

    opened, parameters = open_alone(study, pairs, outcome_days=days, seed=seed)
    day = None if start is None else start.date()
    wish = Wish(among=among, strata=strata, start=day, draw=not no_draw, **wished)
    with _shown() as tell:
        planned = run_plan(opened, parameters, wish, allow_outside=allow_outside, tell=tell)
    click.echo(planned.summary(), nl=False)


@contextmanager
def _shown() -> Iterator[Callable[[str], None] | None]:
    """Show on a terminal what is being done, as long as it is."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with console.status("") as status:
        yield status.update


def _say_as_json(error: str) -> None:
    """Write for machines why nothing was done."""
    click.echo(json.dumps({"code": FAULTY, "error": error}, indent=1, ensure_ascii=False))


def _on_errors() -> "Console":
    from cxlab.reports.progress import Lines

    return Lines(stderr=True, highlight=False, soft_wrap=True)


def main() -> None:
    """Run the command line; what a person can put right ends in one message and exit code 2."""
    try:
        sys.exit(app.main(prog_name="cxlab", standalone_mode=False))
    except InputError as error:
        click.echo(f"cxlab: {error}", err=True)
        sys.exit(FAULTY)
    except click.ClickException as error:
        error.show()
        if "--json" in sys.argv[1:]:
            _say_as_json(error.format_message())
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("cxlab: stopped; what was finished is kept, and the same command goes on from there", err=True)
        sys.exit(STOPPED)


if __name__ == "__main__":
    main()
