from __future__ import annotations

from core.explain import N_
from messaging.registry import declare_text

declare_text(
    "supervision.day_list",
    subject=N_("Openings of %(day)s: %(names)s"),
    body=N_("Openings of %(day)s: %(entries)s. Please see to it with the team."),
)
declare_text(
    "supervision.week_list",
    subject=N_("Openings of %(week)s: %(names)s"),
    body=N_("Openings of %(week)s: %(entries)s. The department in charge will call to learn why."),
)
declare_text(
    "supervision.call",
    subject=N_("To call: %(names)s, %(week)s"),
    body=N_(
        "Openings of %(week)s: %(entries)s. "
        "Call %(callees)s to learn why, and demand a rectification plan where it is needed."
    ),
)
declare_text(
    "supervision.watch_list",
    subject=N_("Members without openings: %(names)s"),
    body=N_(
        "Up to %(day)s nothing was opened in %(days)s trading days by: %(names)s. Please coach them and learn why."
    ),
)
declare_text(
    "supervision.member_at_zero",
    subject=N_("Your openings of %(week)s: none"),
    body=N_("You opened no account in %(week)s. Talk to your leader about what is in the way."),
)
declare_text(
    "supervision.week_members",
    subject=N_("Openings of the members in %(week)s"),
    body=N_("%(scope)s, %(week)s: the members' openings are published. At zero: %(names)s."),
)
declare_text(
    "supervision.all_at_zero",
    subject=N_("Openings of %(period)s: all at zero"),
    body=N_(
        "None of the %(of)s compared within %(scope)s opened an account in %(period)s. "
        "This one digest replaces a reminder to each."
    ),
)
declare_text(
    "supervision.data_missing",
    subject=N_("No openings data for %(days)s"),
    body=N_(
        "The openings of %(days)s have not arrived, so nobody was reminded of %(period)s. "
        "The lists follow by themselves once the data is there."
    ),
)
declare_text(
    "supervision.plan_demanded",
    subject=N_("Rectification plan for %(unit)s, due %(due)s"),
    body=N_("After the call about %(week)s, %(by)s demands a rectification plan for %(unit)s by %(due)s. %(note)s"),
)
