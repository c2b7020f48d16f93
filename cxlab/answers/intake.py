"""The answer of the intake: whether the data are ready for the kit's questions."""

from cxlab.blocks import Answer, Fact, Tone
from cxlab.intake import Intake, Question, Questions
from cxlab.words import count, day, number, percent

_TAGS: dict[Tone, str] = {"yes": "Ready", "partly": "Ready, with gaps", "no": "Not ready"}


def readiness(intake: Intake) -> Tone:
    """Judge by the written rule: yes when every core question can be answered, no when one cannot, else partly."""
    core = [q.can for q in intake.questions.core]
    if "no" in core:
        return "no"
    return "yes" if set(core) == {"yes"} else "partly"


def intake_answer(intake: Intake, questions: Questions | None = None) -> Answer:
    """Put into words what came in, what it can answer and what to bring first.

    Parameters
    ----------
    intake : the study, read and checked.
    questions : those of the intake, and any further ones that were judged since; by default those of the intake.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> cx.intake_answer(kit.intake, kit.intake.questions).tag
    'Ready'
    """
    tone = readiness(intake)
    asked = (questions or intake.questions).asked
    n_read = sum(t.n_read for t in intake.tables.values())
    n_used = sum(t.n_used for t in intake.tables.values())
    gap = next((q for q in (*intake.questions.core, *asked) if q.can != "yes"), None)
    return Answer(
        tone=tone,
        tag=_TAGS[tone],
        line=_line(tone, n_read, n_used, gap),
        facts=(
            Fact(
                "Records used",
                percent(n_used / n_read, 0 if n_used == n_read else 1),
                f"of {count(n_read, 'record')}; "
                + ("none was rejected." if n_used == n_read else _rejected(n_read - n_used)),
            ),
            _span(intake),
            Fact(
                "What they can answer",
                number(sum(q.can == "yes" for q in asked)),
                f"in full, {number(sum(q.can == 'partly' for q in asked))} in part, "
                f"{number(sum(q.can == 'no' for q in asked))} not at all.",
                unit=f"of {count(len(asked), 'question')}",
            ),
        ),
        decide=_decide(tone, gap),
        headline=_headline(tone, gap),
        open=(
            *(
                (q.question, f"Not answered in full: {q.why}. Bring {q.bring}.")
                for q in intake.questions.core
                if q.bring
            ),
            *((("Are the orders complete?", intake.calendar.gaps.question),) if intake.calendar.gaps.found else ()),
        ),
    )


def _line(tone: Tone, n_read: int, n_used: int, gap: Question | None) -> str:
    used = "all" if n_used == n_read else percent(n_used / n_read, 1) + " of"
    what = f"{used} {count(n_read, 'record')} can be used"
    if gap is None:
        return f"Yes: {what}, and they answer every question the kit asks."
    if tone == "yes":
        return f"Yes: {what}, and they carry the main questions. Not every further one: {gap.why}."
    if tone == "partly":
        return f"Mostly yes: {what}. But {gap.why}."
    return f"No: {what}, but {gap.why}."


def _rejected(n: int) -> str:
    return f"{count(n, 'record')} {'was' if n == 1 else 'were'} rejected with a reason."


def _span(intake: Intake) -> Fact:
    if intake.first_order is None or intake.last_order is None:
        return Fact("Customers", "–", "The study brings no orders.")
    n_gaps = len(intake.calendar.gaps.found)
    gaps = f"; {count(n_gaps, 'gap')} in the calendar must be explained" if n_gaps else ""
    return Fact(
        "Customers",
        number(intake.n_customers),
        f"with {count(intake.n_orders, 'order')} from {day(intake.first_order)} to {day(intake.last_order)}{gaps}.",
    )


def _decide(tone: Tone, gap: Question | None) -> str:
    if tone == "no":
        return f"Before reading on, bring {gap.bring}." if gap else "Bring orders before reading on."
    if gap is None or not gap.bring:
        return "Read the other reports with confidence in what they rest on."
    if tone == "yes":
        return f"Read the other reports now; to answer more, bring {gap.bring}."
    return f"Read the other reports now; before acting on money, bring {gap.bring}."


def _headline(tone: Tone, gap: Question | None) -> str:
    if tone == "no":
        return "The data are not ready yet"
    return "The data are ready" if tone == "yes" or gap is None else f"The data are ready, but {gap.why}"
