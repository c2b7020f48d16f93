"""How a value of a file is read, and which way of reading fits: what the other modules need of it, in one place."""

from cxlab.intake.choices import Ambiguous, choose_date_format, choose_decimal
from cxlab.intake.dates import ISO, is_timezone, moment
from cxlab.intake.numbers import currency_sign, is_other_currency, number, plain_number, signs_of
from cxlab.intake.texts import flag, given, plain_id, plain_text

__all__ = [
    "ISO", "Ambiguous", "choose_date_format", "choose_decimal", "currency_sign", "flag", "given",
    "is_other_currency", "is_timezone", "moment", "number", "plain_id", "plain_number", "plain_text", "signs_of",
]  # fmt: skip
