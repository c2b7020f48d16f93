"""Texts as they stand in a YAML file: between quotation marks when in doubt, or in a comment."""

import re

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./*-]*")
_WORDS_OF_YAML = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_LONGEST_SHOWN = 60


def scalar(text: str) -> str:
    r"""Write a text as a YAML value that is read as that text.

    Examples
    --------
    >>> scalar("order_id"), scalar("no"), scalar("Customer ID"), scalar('5" x\n')
    ('order_id', '"no"', '"Customer ID"', '"5\\" x\\x0a"')
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML:
        return text
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def shown(text: str) -> str:
    r"""Write a text as a comment or a message names it: on one line, not too long.

    Examples
    --------
    >>> shown("Order\n date")
    '`Order date`'
    """
    line = _on_one_line(text)
    return f"`{line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1] + '…'}`"


def in_full(heading: str) -> str:
    """Write a heading as a comment or a message names it: whole, for it may have to be copied.

    Examples
    --------
    >>> in_full("How likely is it that you would recommend us to a friend or a colleague?")
    '`How likely is it that you would recommend us to a friend or a colleague?`'
    """
    return f"`{_on_one_line(heading)}`"


def _on_one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
