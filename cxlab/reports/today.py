"""What only the day of the run can tell: it is said on the terminal, and never written into results or pages."""

import datetime as dt

from cxlab.intake import Intake
from cxlab.intake.windows import future_orders


def remarks_of_today(intake: Intake) -> list[str]:
    """Remark on what the data say of days that have not come yet."""
    return [] if intake.extent is None else future_orders(intake.extent, dt.datetime.now(tz=dt.UTC).date())
