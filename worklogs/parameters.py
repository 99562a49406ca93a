"""Every number of S3.2 and S3.a–S3.e as a dated value; departments and branches may raise what is asked (S3.g)."""

from __future__ import annotations

from datetime import time

from core.explain import N_
from policies.registry import Direction, Parameter, declare
from worklogs.rules.asking import PASS_BY_BOTH, PASS_BY_SCORE
from worklogs.rules.kinds import CLAUSES, Kind

A_DAY = {
    Kind.BROCHURES: (N_("Brochures to hand out a day"), 50),
    Kind.PROSPECT: (N_("Phone numbers to obtain a day"), 3),
    Kind.APPOINTMENT: (N_("Face-to-face appointments a day"), 1),
    Kind.PROSPECT_CALL: (N_("Follow-up calls to prospects a day"), 3),
    Kind.CLIENT_CALL: (N_("Calls to existing clients a day"), 3),
}
A_WEEK = {
    Kind.PROSPECT: (N_("Phone numbers to obtain a week"), 15),
    Kind.APPOINTMENT: (N_("Face-to-face appointments a week"), 5),
    Kind.PROSPECT_CALL: (N_("Follow-up calls to prospects a week"), 15),
    Kind.CLIENT_CALL: (N_("Calls to existing clients a week"), 20),
}
POINTS = {
    Kind.PROSPECT: (N_("Points for a phone number obtained"), 1),
    Kind.APPOINTMENT: (N_("Points for a face-to-face appointment"), 1),
    Kind.PROSPECT_CALL: (N_("Points for a follow-up call"), 2),
    Kind.CLIENT_CALL: (N_("Points for a call to an existing client"), 2),
}
CAPS = {
    Kind.PROSPECT: N_("Most points a day for phone numbers obtained (0: no limit)"),
    Kind.APPOINTMENT: N_("Most points a day for appointments (0: no limit)"),
    Kind.PROSPECT_CALL: N_("Most points a day for follow-up calls (0: no limit)"),
    Kind.CLIENT_CALL: N_("Most points a day for calls to existing clients (0: no limit)"),
}
UP, DOWN, FIXED = Direction.UP, Direction.DOWN, Direction.FIXED
P, D = N_("points"), N_("days")

SCORING = (
    Parameter("worklogs.day_pass_mark", N_("Pass mark of the day"), "S3.2", P, "int", UP, 20),
    Parameter("worklogs.week_pass_mark", N_("Pass mark of the week"), "S3.2", P, "int", UP, 100),
    *(
        Parameter(f"worklogs.day_{kind}", label, CLAUSES[kind], N_("a day"), "int", UP, number)
        for kind, (label, number) in A_DAY.items()
    ),
    *(
        Parameter(f"worklogs.week_{kind}", label, CLAUSES[kind], N_("a week"), "int", UP, number)
        for kind, (label, number) in A_WEEK.items()
    ),
    *(
        Parameter(f"worklogs.points_{kind}", label, CLAUSES[kind], P, "int", FIXED, number)
        for kind, (label, number) in POINTS.items()
    ),
    *(Parameter(f"worklogs.cap_{kind}", label, CLAUSES[kind], P, "int", FIXED, 0) for kind, label in CAPS.items()),
    Parameter(
        "worklogs.pass_rule",
        N_("What makes a pass: the score, or score and every minimum"),
        "S3.2",
        "",
        "choice",
        UP,
        PASS_BY_SCORE,
        (PASS_BY_SCORE, PASS_BY_BOTH),
    ),
    Parameter("worklogs.full_week", N_("Days of a full week"), "S3.2", D, "int", FIXED, 5),
    Parameter(
        "worklogs.short_weeks_ask_less", N_("Weeks with fewer days ask for less"), "S3.2", "", "bool", DOWN, True
    ),
    Parameter(
        "worklogs.clients_not_found_score",
        N_("Calls to clients not found in CRM bring points"),
        "S3.e",
        "",
        "bool",
        DOWN,
        True,
    ),
    Parameter("worklogs.late_scores_nothing", N_("A late log brings no points"), "S3.2", "", "bool", UP, False),
)
WRITING = (
    Parameter("worklogs.submit_by", N_("Logs are handed in by"), "S3.2", "", "time", DOWN, time(22, 0)),
    Parameter("worklogs.days_open", N_("Days a log can still be written"), "S3.2", D, "int", DOWN, 3),
    Parameter("worklogs.days_to_correct", N_("Days a log can still be corrected"), "S3.2", D, "int", DOWN, 31),
)
CONTACTS = (
    Parameter(
        "worklogs.firm_numbers",
        N_("The firm's own phone numbers, which are no prospects"),
        "S3.b",
        "",
        "text",
        FIXED,
        "",
    ),
    Parameter(
        "worklogs.hours_without_line",
        N_("Hours after which what was typed without a line needs the leader's yes"),
        "S3.2",
        N_("hours"),
        "int",
        DOWN,
        24,
    ),
)
ANSWERING = (
    Parameter("worklogs.weekly_replies", N_("Logs to answer per member and week"), "S4.1.f", "", "int", UP, 2),
    Parameter("worklogs.month_end_replies", N_("Month-end answers per log author"), "S4.2.f", "", "int", UP, 1),
    Parameter(
        "worklogs.month_end_days", N_("Last days of the month that count as month end"), "S4.2.f", D, "int", FIXED, 5
    ),
    Parameter("worklogs.month_end_grace", N_("Days of grace after the month"), "S4.2.f", D, "int", FIXED, 3),
    Parameter("worklogs.score_table_time", N_("The score table goes up at"), "S5.4", "", "time", FIXED, time(9, 0)),
)
MARKET_REPORT_DAYS = "worklogs.market_report_days"
MARKET_REPORTS = (
    Parameter(
        MARKET_REPORT_DAYS, N_("Days after the month in which its market report is in time"), "S3.f", D, "int", DOWN, 3
    ),
)
declare(*SCORING, *WRITING, *CONTACTS, *ANSWERING, *MARKET_REPORTS)
CODES = tuple(parameter.code for parameter in (*SCORING, *WRITING))
