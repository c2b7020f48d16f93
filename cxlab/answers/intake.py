"""The answer of the intake: whether the data are ready for the kit's questions."""

from cxlab.blocks import Answer, Fact, Tone
from cxlab.intake import Intake, Question, Questions
from cxlab.language import Texts, tr, trn
from cxlab.words import count, day, number, percent

_TAGS = Texts({"yes": "Ready", "partly": "Ready, with gaps", "no": "Not ready"})


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
                tr("Records used"),
                percent(n_used / n_read, 0 if n_used == n_read else 1),
                _rejected(n_read, n_read - n_used),
            ),
            _span(intake),
            Fact(
                tr("What they can answer"),
                number(sum(q.can == "yes" for q in asked)),
                _short_of_full(asked),
                unit=trn("of {n} question", "of {n} questions", len(asked), n=number(len(asked))),
            ),
        ),
        decide=_decide(tone, gap),
        headline=_headline(tone, gap),
        open=(
            *(
                (q.question, tr("This is not answered in full: {why}. Bring {bring}.", why=q.why, bring=q.bring))
                for q in intake.questions.core
                if q.bring
            ),
            *(((tr("Are the orders complete?"), intake.calendar.gaps.question),) if intake.calendar.gaps.found else ()),
        ),
    )


def _line(tone: Tone, n_read: int, n_used: int, gap: Question | None) -> str:
    n = number(n_read)
    if n_used == n_read:
        what = trn("all {n} record can be used", "all {n} records can be used", n_read, n=n)
    else:
        share = percent(n_used / n_read, 1)
        what = trn("{share} of {n} record can be used", "{share} of {n} records can be used", n_read, n=n, share=share)
    if gap is None:
        return tr("Yes: {what}, and they answer every question the kit asks.", what=what)
    if tone == "yes":
        return tr(
            "Yes: {what}, and they carry the main questions. Not every further one: {why}.", what=what, why=gap.why
        )
    if tone == "partly":
        return tr("Mostly yes: {what}. But {why}.", what=what, why=gap.why)
    return tr("No: {what}, but {why}.", what=what, why=gap.why)


def _short_of_full(asked: tuple[Question, ...]) -> str:
    """How many questions can be answered in part alone, and how many not at all."""
    partly, none = (sum(q.can == can for q in asked) for can in ("partly", "no"))
    if not none:
        return tr("in full, {partly} in part, none unanswered.", partly=number(partly))
    return tr("in full, {partly} in part, {not_at_all} not at all.", partly=number(partly), not_at_all=number(none))


def _rejected(n_read: int, n: int) -> str:
    of = trn("of {n} record", "of {n} records", n_read, n=number(n_read))
    if not n:
        return tr("{of}; none was rejected.", of=of)
    return trn(
        "{of}; {n} record was rejected with a reason.", "{of}; {n} records were rejected with a reason.", n,
        of=of, n=number(n),
    )  # fmt: skip


def _span(intake: Intake) -> Fact:
    if intake.first_order is None or intake.last_order is None:
        return Fact(tr("Customers"), "–", tr("The study brings no orders."))
    n_gaps = len(intake.calendar.gaps.found)
    gaps = ""
    if n_gaps:
        gaps = trn(
            "; {n} gap in the calendar must be explained", "; {n} gaps in the calendar must be explained", n_gaps,
            n=number(n_gaps),
        )  # fmt: skip
    return Fact(
        tr("Customers"),
        number(intake.n_customers),
        tr(
            "with {orders} from {first_order} to {last_order}{gaps}.",
            orders=count(intake.n_orders, "order"),
            first_order=day(intake.first_order),
            last_order=day(intake.last_order),
            gaps=gaps,
        ),
    )


def _decide(tone: Tone, gap: Question | None) -> str:
    if tone == "no":
        return (
            tr("Before reading on, bring {bring}.", bring=gap.bring) if gap else tr("Bring orders before reading on.")
        )
    if gap is None or not gap.bring:
        return tr("Read the other reports with confidence in what they rest on.")
    if tone == "yes":
        return tr("Read the other reports now; to answer more, bring {bring}.", bring=gap.bring)
    return tr("Read the other reports now; before acting on money, bring {bring}.", bring=gap.bring)


def _headline(tone: Tone, gap: Question | None) -> str:
    if tone == "no":
        return tr("The data are not ready yet")
    return (
        tr("The data are ready") if tone == "yes" or gap is None else tr("The data are ready, but {why}", why=gap.why)
    )
