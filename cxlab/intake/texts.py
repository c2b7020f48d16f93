"""What of a text counts: the words that stand for nothing, and those for true and false."""

from cxlab.engine import literal

_NOTHING = ("NULL", "null", "NaN", "nan", "None", "\\N", "N/A", "#N/A", "n/a", "-", "NaT", "<NA>")
_LONG = 14
"""No word that stands for nothing, or an error, has so many bytes."""
_AROUND = " \t\r\n\u00a0\u202f\ufeff"
_TRUE = ("true", "t", "yes", "y", "1", "1.0", "kyllä", "k", "tosi", "x", "ja", "on")
_FALSE = ("false", "f", "no", "n", "0", "0.0", "ei", "e", "epätosi", "nej", "off")


def given(text: str) -> str:
    """Return the SQL of a text without what stands around it, and without the words that stand for nothing.

    Notes
    -----
    What begins with a sign between ! and ~ and ends in no blank needs no trimming: that is cheaper to see than to trim.
    The engine trims every kind of space by itself, but no tabs and no byte order mark.
    """
    words = ", ".join(literal(word) for word in _NOTHING)
    begins = f"{text} >= '!' AND {text} < '~'"
    ends = " AND ".join(f"NOT SUFFIX({text}, {literal(blank)})" for blank in (" ", "\u00a0", "\t"))
    word = f"STRLEN({text}) <= {max(map(len, _NOTHING))} AND {text} IN ({words})"
    odd = f"{text} < ' ' OR {text} >= '\ufeff' AND {text} < '\uff00' OR SUFFIX({text}, '\t')"
    bare, stripped = f"TRIM({text})", f"TRIM({text}, {literal(_AROUND)})"
    return (
        f"CASE WHEN {begins} AND {ends} THEN CASE WHEN {word} THEN NULL ELSE {text} END "
        f"WHEN {odd} THEN CASE WHEN {stripped} NOT IN ('', {words}) THEN {stripped} END "
        f"WHEN {bare} NOT IN ('', {words}) THEN {bare} END"
    )


def plain_id(text: str, last: str) -> str:
    """Return the SQL that is true of names of things which count as they stand, and stand for nothing else.

    That is what begins with a digit or a letter and ends in a digit, or in a letter where it is longer than any word
    that is given a meaning.

    Parameters
    ----------
    last : SQL of its last character: one look at it is cheaper than a search for each kind of blank.
    """
    ends = f"{last} >= '0' AND {last} < '{{' AND ({last} < ':' OR STRLEN({text}) > {_LONG})"
    return f"{text} >= '0' AND {text} < '{{' AND {ends}"


def plain_text(text: str, last: str) -> str:
    """Return the SQL that is true of texts which count as they stand; `last` is that of the last character."""
    words = ", ".join(literal(word) for word in _NOTHING)
    ends = f"{text} >= '!' AND {text} < '~' AND {last} >= '!' AND {last} < '~'"
    return f"{ends} AND (STRLEN({text}) > {max(map(len, _NOTHING))} OR {text} NOT IN ({words}))"


def flag(text: str) -> str:
    """Return the SQL that reads a text as true or false, or NULL; a mark (x) is true."""
    words = {True: _TRUE, False: _FALSE}
    cases = " ".join(
        f"WHEN LOWER({text}) IN ({', '.join(literal(word) for word in found)}) THEN {str(value).upper()}"
        for value, found in words.items()
    )
    return f"CASE {cases} END"
