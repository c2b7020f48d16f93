"""Small pictures for the cards of the index: drawn from what a report found, in colours that follow light and dark."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from cxlab import words
from cxlab.blocks import SEGMENTS
from cxlab.language import tr
from cxlab.look import SEGMENT_NAME, SEGMENT_TOKEN
from cxlab.reports.measures import arms, effect_of
from cxlab.reports.past import Finding

WIDTH = 288
_MOST_ARMS, _MOST_CLUSTERS, _MOST_SQUARES = 4, 12, 40
_LETTERS_OF_LABEL = 18
_SVG = {
    "rect": '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="var(--{})"/>',
    "line": '<path d="M{:.1f} {:.1f}L{:.1f} {:.1f}" stroke="var(--{})" stroke-width="{}"/>',
    "disc": '<circle cx="{:.1f}" cy="{:.1f}" r="4.6" fill="var(--{})"/>',
    "text": '<text x="{:.1f}" y="{:.1f}" text-anchor="{}" font-size="12" font-weight="{}" fill="var(--{})">{}</text>',
}
Found = Mapping[str, Finding]


@dataclass(frozen=True)
class Picture:
    """A picture: its height at a width of 288, what is in it (safe SVG), and what it shows in words."""

    height: int
    body: Markup
    alt: str


def picture(report: str, found: Found, calibration_end: str | None = None) -> Picture | None:
    """Draw the picture of a report; None where its findings do not allow one.

    Parameters
    ----------
    found : its findings. calibration_end : of the study, ISO 8601; None: it has none.
    """
    if report == "intake":
        return _course(found, calibration_end)
    draw = _BY_REPORT.get(report)
    return draw(found) if draw else None


def _svg(shape: str, *values: object) -> Markup:
    return Markup(_SVG[shape]).format(*values)


def _text(x: float, y: float, said: str, token: str = "ink", anchor: str = "start", weight: int = 400) -> Markup:
    return _svg("text", x, y, anchor, weight, token, said)


def _all(parts: Sequence[Markup]) -> Markup:
    return Markup("").join(parts)


def _number(found: Found, key: str) -> float | None:
    finding = found.get(key)
    return None if finding is None or finding.number is None else float(finding.number)


def _course(found: Found, calibration_end: str | None) -> Picture | None:
    """Days from the first order to the last, cut where the hold-out window begins."""
    try:
        first, cut, last = (
            dt.date.fromisoformat(str(day))
            for day in (found["first_order"].estimate, calibration_end, found["last_order"].estimate)
        )
    except (KeyError, ValueError):
        return None
    if not first < cut < last:
        return None
    at = WIDTH * (cut - first).days / (last - first).days
    parts = [
        _text(0, 14, tr("to learn from"), "muted"),
        _text(WIDTH, 14, tr("to test on"), "link", "end"),
        _svg("rect", 0, 22, at - 1, 14, "other"),
        _svg("rect", at + 1, 22, WIDTH - at - 1, 14, "link"),
        _text(0, 52, words.short(first)),
        _text(WIDTH, 52, words.short(last), anchor="end"),
    ]
    if 110 < at < WIDTH - 110:
        parts.append(_text(at, 52, words.short(cut), anchor="middle"))
    alt = tr(
        "Course of the data: orders from {first} to {last}, cut after {cut}.",
        first=words.day(first), last=words.day(last), cut=words.day(cut),
    )  # fmt: skip
    return Picture(58, _all(parts), alt)


def _clusters(found: Found) -> Picture | None:
    """Clusters by their share of customers, as parts of one bar."""
    sizes = {
        k.removeprefix("size."): v for k in found if k.startswith("size.") and (v := _number(found, k)) is not None
    }
    total = sum(sizes.values())
    if not 2 <= len(sizes) <= _MOST_CLUSTERS or min(sizes.values()) <= 0 or not 0.98 < total < 1.02:
        return None
    parts, x = [], 0.0
    for i, (name, share) in enumerate(sizes.items()):
        width = WIDTH * share / total
        parts.append(_svg("rect", x, 0, max(width - 1.5, 0.5), 30, "seq3" if i % 2 == 0 else "seq2"))
        if width > 34:
            parts.append(_text(x + width / 2, 47, f"{_cut(name, 4)} {_share(share)}", anchor="middle"))
        elif width > 12:
            parts.append(_text(x + width / 2, 47, _cut(name, 2), anchor="middle"))
        x += width
    told = ", ".join(f"{name} {_share(share)}" for name, share in sizes.items())
    return Picture(54, _all(parts), tr("Clusters by their share of customers: {listed}.", listed=told))


def _fields(found: Found) -> Picture | None:
    """Draw the four fields: right is active, up is profitable; the area of a square is the share of customers."""
    sizes = {segment: _number(found, f"size.{segment}") for segment in SEGMENTS}
    brought = {segment: _number(found, f"contribution_share.{segment}") for segment in SEGMENTS}
    if any(size is None or not 0 <= size <= 1 for size in sizes.values()):
        return None
    mid, half = WIDTH / 2, 56.0
    parts = [_svg("line", mid, 0, mid, 2 * half, "rule", 1.2), _svg("line", 0, half, WIDTH, half, "rule", 1.2)]
    told = []
    for segment, size in sizes.items():
        assert size is not None
        right, up = segment in ("profit_bringers", "candidates"), segment in ("profit_bringers", "misunderstood")
        token, side, share = SEGMENT_TOKEN[segment], 48 * size**0.5, brought[segment]
        x, y = (mid + 2 if right else mid - 2 - side), (half - 2 - side if up else half + 2)
        text_x, anchor = (WIDTH, "end") if right else (0, "start")
        line = 14 if up else 2 * half - 20
        parts.append(_svg("rect", x, y, side, side, token))
        parts.append(_text(text_x, line, SEGMENT_NAME[segment], f"{token}-ink", anchor, 700))
        name = SEGMENT_NAME[segment].lower()
        if share is None:
            shares, one = _share(size), f"{name} {_share(size)}"
        else:
            shares = tr("{size}, bring {share}", size=_share(size), share=_share(share))
            one = tr("{name} {size} with {share} of the contribution",
                     name=name, size=_share(size), share=_share(share))  # fmt: skip
        parts.append(_text(text_x, line + 15, shares, "ink", anchor))
        told.append(one)
    alt = tr("Four fields by their share of customers: {listed}.", listed=", ".join(told))
    return Picture(round(2 * half), _all(parts), alt)


def _holdout(found: Found) -> Picture | None:
    """Purchases that the model foresaw, with their interval, and those that were made."""
    made, foreseen = _number(found, "holdout.actual"), _number(found, "holdout.expected")
    if made is None or foreseen is None or made < 0 or foreseen < 0 or not made + foreseen:
        return None
    finding = found["holdout.expected"]
    top = max(made, foreseen, finding.high or 0.0)
    reach = WIDTH - 2.0
    parts = [
        _text(0, 12, tr("Made: {n}", n=words.number(made)), weight=700),
        _svg("rect", 0, 18, reach * made / top, 12, "ink"),
        _text(0, 50, tr("Foreseen: {n}", n=words.number(foreseen)), "muted", weight=700),
        _svg("rect", 0, 56, reach * foreseen / top, 12, "other"),
    ]
    interval = ""
    if finding.has_interval and finding.low is not None and finding.high is not None:
        low, high = reach * max(finding.low, 0.0) / top, reach * finding.high / top
        parts += [_svg("line", low, 74, high, 74, "ink", 2.4), _svg("line", low, 71, low, 77, "ink", 1.2),
                  _svg("line", high, 71, high, 77, "ink", 1.2)]  # fmt: skip
        interval = tr(" (interval {ends})", ends=words.number_between(finding.low, finding.high))
    alt = tr(
        "Bars of purchases after the cut: {foreseen} foreseen{interval}, {made} made.",
        foreseen=words.number(foreseen), interval=interval, made=words.number(made),
    )  # fmt: skip
    return Picture(80, _all(parts), alt)


def _effects(found: Found) -> Picture | None:
    """Draw what each arm changed, in percent of the outcome without it; of one arm alone, in each segment."""
    judged = [(arm, f"{arm[0]}effect_percent.{arm[1]}") for arm in arms(found)]
    judged = [(arm, key) for arm, key in judged if key in found][:_MOST_ARMS]
    if not judged:
        return None
    measure = effect_of(judged[0][0])
    digits = measure.digits(found[key] for _, key in judged)
    of_segments = {segment: f"{judged[0][1]}.{segment}" for segment in SEGMENTS}
    if len(judged) == 1 and all(key in found for key in of_segments.values()):
        lines = [(SEGMENT_NAME[s], found[key], SEGMENT_TOKEN[s]) for s, key in of_segments.items()]
    else:
        lines = [(_chosen_gestures() if prefix else name, found[key], "ink") for (prefix, name), key in judged]

    def figure(finding: Finding) -> str:
        return measure.figure(finding, digits)

    def interval(finding: Finding) -> str:
        return measure.interval(finding, digits)

    return _lanes(lines, tr("no effect"), tr("Percent more than without"), tr("in percent"), figure, interval)


def _chosen_gestures() -> str:
    return words.capital(tr("chosen gestures"))


def _break_even(found: Found) -> Picture | None:
    """Draw what a gesture may cost, by arm: of arms that are counted alike, those of a trial."""
    keys = sorted(k for k in found if "break_even_cost." in k)
    unit = found[keys[0]].unit or "" if keys else ""
    keys = [k for k in keys if (found[k].unit or "") == unit][:_MOST_ARMS]

    def figure(finding: Finding) -> str:
        return words.number(finding.number or 0.0, 2)

    def interval(finding: Finding) -> str:
        return "" if finding.low is None or finding.high is None else words.number_between(finding.low, finding.high, 2)

    lines = []
    for key in keys:
        arm = key.partition("break_even_cost.")[2]
        lines.append((_chosen_gestures() if key.startswith("observational.") else arm, found[key], "ink"))
    currency = unit.partition(" ")[0]
    what = tr("What one may cost ({unit})", unit=_of_contribution(unit, currency)) if unit else tr("What one may cost")
    return _lanes(lines, "0", what, tr("in {currency}", currency=currency) if unit else "", figure, interval)


def _of_contribution(unit: str, currency: str) -> str:
    """Say what an amount is counted by; a unit that is not known stays as it is."""
    said = {
        f"{currency} of contribution per customer": tr("{currency} of contribution per customer", currency=currency),
        f"{currency} of contribution per gesture": tr("{currency} of contribution per gesture", currency=currency),
    }
    return said.get(unit, unit)


def _lanes(
    lines: list[tuple[str, Finding, str]],
    zero: str,
    what: str,
    unit: str,
    figure: Callable[[Finding], str],
    interval: Callable[[Finding], str],
) -> Picture | None:
    """Estimates with their intervals, one below the other, on one scale with a line at zero."""
    lines = [(name, f, token) for name, f, token in lines if f.number is not None]
    ends = [end for _, f, _ in lines for end in (f.low, f.number, f.high) if end is not None]
    if not ends or not max(map(abs, ends)):
        return None
    low, high = min(0.0, *ends), max(0.0, *ends)
    left, reach = 124.0, WIDTH - 124.0 - 8

    def at(value: float) -> float:
        return left + reach * (value - low) / (high - low)

    bottom = 22 * len(lines)
    parts = [_svg("line", at(0), 0, at(0), bottom, "muted", 1.2)]
    told = []
    for i, (name, f, token) in enumerate(lines):
        y = 22 * i + 12
        assert f.number is not None
        ink = token if token == "ink" else f"{token}-ink"
        parts.append(_text(0, y + 4, _cut(name, _LETTERS_OF_LABEL), ink, weight=700))
        if f.has_interval and f.low is not None and f.high is not None:
            parts.append(_svg("line", at(f.low), y, at(f.high), y, token, 2.4))
        parts.append(_svg("disc", at(f.number), y, token))
        told.append(f"{name} {figure(f)}" + (f" ({interval(f)})" if interval(f) else ""))
    side = "start" if at(0) < left + 24 else "end" if at(0) > WIDTH - 32 else "middle"
    parts += [_text(at(0), bottom + 14, zero, "muted", side), _text(0, bottom + 14, unit, "muted")]
    return Picture(bottom + 20, _all(parts), tr("{what}, with intervals: {listed}.", what=what, listed="; ".join(told)))


def _fans(found: Found) -> Picture | None:
    """Draw a fan on one side, as many one-time buyers on the other."""
    worth = _number(found, "fans_worth")
    if worth is None or not 1 <= worth <= _MOST_SQUARES:
        return None
    size, gap, row = 15.0, 4.0, 10
    rows = -(-int(-(-worth // 1)) // row)
    parts = [_svg("rect", 0, 0, 34, 34, "ink"), _text(50, 22, "=", weight=700)]
    left = 72.0
    for i in range(int(-(-worth // 1))):
        width = size * min(worth - i, 1.0)
        parts.append(_svg("rect", left + (i % row) * (size + gap), (i // row) * (size + gap), width, size, "other"))
    foot = max(34.0, rows * (size + gap)) + 15
    digits = 1 if worth < 10 else 0
    said = words.number(worth, digits)
    parts += [
        _text(0, foot, tr("one fan"), weight=700),
        _text(left, foot, tr("{n} one-time buyers", n=said), "muted", weight=700),
    ]
    finding = found["fans_worth"]
    interval = ""
    if finding.low is not None and finding.high is not None:
        interval = tr(" (interval {ends})", ends=words.number_between(finding.low, finding.high, digits))
    alt = tr("One fan is worth {n} one-time buyers{interval}.", n=said, interval=interval)
    return Picture(round(foot + 6), _all(parts), alt)


def _variance_shares(found: Found) -> Picture | None:
    """Draw how much of the spread of scores goes with who, where and when."""
    names = {"employee": tr("Who served"), "store": tr("Store"), "time": tr("When"), "touchpoint": tr("Touchpoint")}
    keys = {key: f"variance_share.{key}" for key in names}
    lines = [(names[key], found[full], "ink") for key, full in keys.items() if full in found]

    def figure(finding: Finding) -> str:
        return words.percent(finding.number or 0.0, 1)

    def interval(finding: Finding) -> str:
        return (
            "" if finding.low is None or finding.high is None else words.percent_between(finding.low, finding.high, 1)
        )

    return _lanes(lines, "0", tr("Share of the spread of scores"), tr("in percent"), figure, interval)


def _share(share: float) -> str:
    return words.percent_of(share, 1.0) if share > 0 else words.percent(share)


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


_BY_REPORT: Mapping[str, Callable[[Found], Picture | None]] = {
    "clusters": _clusters,
    "segmentation": _fields,
    "repeat_purchases": _holdout,
    "gestures": _effects,
    "loyalty": _fans,
    "gesture_policy": _break_even,
    "experience": _variance_shares,
}
