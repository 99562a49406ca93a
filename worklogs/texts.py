"""What work logs say to people."""

from core.explain import N_
from messaging.registry import declare_text

declare_text(
    "worklogs.reply",
    subject=N_("%(leader)s answered your log of %(on)s"),
    body=N_("%(leader)s on your log of %(on)s: %(text)s"),
)
declare_text(
    "worklogs.score_table",
    subject=N_("Score table of %(department)s, %(week)s"),
    body=N_(
        "The weekly scores of %(department)s for %(week)s have arrived: %(passed)s of %(people)s reached the score."
    ),
)
declare_text(
    "worklogs.number_known_before",
    subject=N_("A colleague entered a number of yours of %(on)s earlier"),
    body=N_(
        "On your log of %(on)s the point for %(count)s number goes to the colleague who entered it earlier: %(numbers)s"
    ),
)
declare_text(
    "worklogs.market_report_due",
    subject=N_("Your market report of %(month)s is due on %(due)s"),
    body=N_("The market report of %(month)s is still missing. A few sentences on your phone are enough, by %(due)s."),
)
declare_text(
    "worklogs.market_report_commented",
    subject=N_("%(leader)s commented your market report of %(month)s"),
    body=N_("%(leader)s on your market report of %(month)s: %(text)s"),
)
