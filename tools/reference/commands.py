"""`commands.md`: every command with its arguments, options, defaults and exit codes."""

from textwrap import fill

import click

from cxlab.__main__ import DIFFERENT, FAULTY, STOPPED, app
from tools.reference.markdown import page as page_of
from tools.reference.markdown import sentence, table

_INTRO = """
`cxlab report --help` and its like print the same, `cxlab --version` the version. `python -m cxlab` is the same command.
What `-p` takes stands in [parameters.md](parameters.md).
"""


def page() -> str:
    """Write it."""
    codes = [
        ("0", "all well"),
        (f"{DIFFERENT}", "done, and something is not well: each command says below what"),
        (f"{FAULTY}", "the study or the command line is at fault: one message says where and what to do"),
        (f"{STOPPED}", "stopped by a person; what was finished is kept, and the same command goes on from there"),
    ]
    return page_of(
        "Commands",
        _INTRO,
        "## Exit codes",
        table(("code", "meaning"), codes),
        *(part for name, command in app.commands.items() for part in _of(name, command)),
    )


def _of(name: str, command: click.Command) -> list[str]:
    context = click.Context(command, info_name=f"cxlab {name}")
    usage = " ".join(command.collect_usage_pieces(context))
    said = "\n\n".join(fill(part, 120) for part in (command.help or "").split("\n\n"))
    options = [one for one in command.params if isinstance(one, click.Option)]
    rows = [(_names(one), _default(one), sentence(one.help or "")) for one in options]
    return [
        f"## cxlab {name}",
        f"```text\ncxlab {name} {usage}\n```",
        said,
        table(("option", "default", "what it does"), rows) if rows else "",
    ]


def _names(option: click.Option) -> str:
    """Write an option as it is given: its name, and what stands behind it."""
    shown = "" if option.is_flag else f" {option.metavar or _choices(option)}"
    return f"`{', '.join(option.opts)}{shown}`"


def _choices(option: click.Option) -> str:
    return "|".join(option.type.choices) if isinstance(option.type, click.Choice) else option.type.name.upper()


def _default(option: click.Option) -> str:
    if option.is_flag or option.multiple or not isinstance(option.default, str | int | float):
        return ""
    return f"`{option.default}`"
