"""Scores, claims and windows at their edges, and the whole explanation of a day and of a week."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import cast

import pytest

from core.explain import Line
from core.periods import Month
from worklogs.rules.claims import HeldNumber, claimant, known_then
from worklogs.rules.kinds import Kind, KnownAs
from worklogs.rules.running import mark_so_far
from worklogs.rules.scoring import Missing, score_day, score_tally, score_week, still_missing, told_apart
from worklogs.rules.tallying import Entry, Tally, standings, tally
from worklogs.rules.windows import Window, is_forfeited, is_late, month_end_window, window
from worklogs.tests.test_rules import AS_WRITTEN, MINIMA, day, requirement

ON = date(2026, 11, 18)
KNOWN = "A number counts once for the whole firm."
NO_PASS = "Meeting every minimum is not a pass."
REPEATED = "A contact counts once a day, under the kind that brings more points."


def told(lines: tuple[Line, ...]) -> list[tuple[object, ...]]:
    """A line as a reader sees it: label, points, counted, clause, inputs, rule, met, note, whether it is the sum."""
    return [
        (
            one.label, one.result, one.counted, one.clause, one.inputs,
            one.rule and one.rule.code.partition(".")[2], one.met, one.note, one.total,
        )
        for one in lines
    ]  # fmt: skip


@pytest.mark.clause("S3.2", "S3.a", "S3.b", "S3.c", "S3.d", "S3.e")
def test_the_explanation_of_a_day_says_everything_that_was_counted():
    capped = requirement(cap_client_call=3)
    score = score_tally(Tally(49, (3, 1, 3, 2), known=2, repeated=1, not_found=4), capped)
    assert (score.points, score.pass_mark, score.passed, score.due) == (13, 20, False, True)
    assert told(score.lines) == [
        ("Brochures handed out", None, 49, "S3.a", (), "day_brochures", False, "", False),
        ("Phone numbers obtained", 3, 3, "S3.b", (("points each", 1),), "day_prospect", True, "", False),
        ("Face-to-face appointments", 1, 1, "S3.c", (("points each", 1),), "day_appointment", True, "", False),
        ("Follow-up calls to prospects", 6, 3, "S3.d", (("points each", 2),), "day_prospect_call", True, "", False),
        ("Calls to existing clients", 3, 2, "S3.e", (("points each", 2), ("at most points", 3)), "day_client_call", False, "", False),
        ("Numbers already known", None, 2, "S3.b", (), None, None, KNOWN, False),
        ("Same contact again", None, 1, "S3.2", (), None, None, REPEATED, False),
        ("Clients not found in CRM", None, 4, "S3.e", (), "clients_not_found_score", None, "They count, and are marked.", False),
        ("Points of the day", 13, None, "S3.2", (), "day_pass_mark", False, "", True),
        ("All minima together", None, None, "S3.2", (("points", 13),), None, None, NO_PASS, False),
    ]  # fmt: skip
    strict = score_tally(Tally(0, (0, 0, 0, 0), not_found=1), requirement(clients_not_found_score=False))
    assert "By rule they bring no points." in {line.note for line in strict.lines}


@pytest.mark.clause("S3.2")
def test_where_no_log_is_due_nothing_is_asked_and_points_count_for_the_week():
    score = score_tally(Tally(0, (2, 0, 0, 0)), AS_WRITTEN, due=False)
    assert (score.points, score.pass_mark, score.unmet, score.due) == (2, 0, (), False)
    assert told(score.lines)[1] == (
        "Phone numbers obtained",
        2,
        2,
        "S3.b",
        (("points each", 1),),
        None,
        None,
        "",
        False,
    )
    free = "No log is due on this day; the points count for the week."
    assert told(score.lines)[-1] == ("Points of the day", 2, None, "S3.2", (), None, None, free, True)


@pytest.mark.clause("S3.2", "S3.b", "S3.c", "S3.d", "S3.e")
def test_the_explanation_of_a_short_week_at_the_mark_and_one_below():
    total = Tally(200, (12, 4, 12, 15), not_found=1)
    week = score_week(total, (12, 12, 24, 31), AS_WRITTEN, due_days=4)
    assert (week.points, week.pass_mark, week.score_pass, week.passed, week.unmet) == (
        79,
        80,
        False,
        False,
        ("client_call",),
    )
    reduced = "Pass mark and minima are reduced in proportion and rounded up."
    assert told(week.lines) == [
        ("Days due", None, 4, "S3.2", (), "full_week", None, reduced, False),
        ("Phone numbers obtained", 12, 12, "S3.b", (("needed", 12),), "week_prospect", True, "", False),
        ("Face-to-face appointments", 12, 4, "S3.c", (("needed", 4),), "week_appointment", True, "", False),
        ("Follow-up calls to prospects", 24, 12, "S3.d", (("needed", 12),), "week_prospect_call", True, "", False),
        ("Calls to existing clients", 31, 15, "S3.e", (("needed", 16),), "week_client_call", False, "", False),
        ("Points of the week", 79, None, "S3.2", (("needed", 80),), "week_pass_mark", False, "", True),
        ("All minima together", None, None, "S3.2", (("points", 72),), None, None, NO_PASS, False),
    ]  # fmt: skip
    at_the_mark = score_week(total, (12, 12, 24, 32), AS_WRITTEN, due_days=4)
    assert (at_the_mark.score_pass, at_the_mark.passed) == (True, True)
    assert not score_week(total, (12, 12, 24, 32), requirement(pass_rule="both"), due_days=4).passed
    full = score_week(total, (12, 12, 24, 32), AS_WRITTEN, due_days=5)
    assert (full.pass_mark, full.lines[0].note) == (100, "")
    unreduced = score_week(total, (12, 12, 24, 32), requirement(short_weeks_ask_less=False), due_days=4)
    assert (unreduced.pass_mark, unreduced.lines[0].note) == (100, "")
    with pytest.raises(ValueError, match="zip"):
        score_week(total, (12, 12, 24), AS_WRITTEN, due_days=4)


def test_an_old_line_without_inputs_is_told_apart_by_its_label():
    kept = [{"label": "Days due", "result": 5}, {"label": "Calls to existing clients", "result": 3}]
    assert told_apart(kept) == [{"label": "Days due", "result": None, "counted": 5}, kept[1]]


@pytest.mark.parametrize(
    ("asked", "entries", "missing"),
    [
        (AS_WRITTEN, MINIMA, Missing(4, (Kind.PROSPECT_CALL, 2), ())),
        (AS_WRITTEN, day(50, 3, 1, 3, 2), Missing(6, (Kind.CLIENT_CALL, 3), ((Kind.CLIENT_CALL, 1),))),
        (AS_WRITTEN, day(49, 3, 1, 5, 3), Missing(0, None, ((Kind.BROCHURES, 1),))),
        (requirement(points_client_call=3), day(50, 3, 1, 3, 3), Missing(1, (Kind.CLIENT_CALL, 1), ())),
        # A kind that is capped below the mark is no way to it; one capped at the mark is.
        (requirement(points_client_call=3, cap_client_call=19), day(), Missing(20, (Kind.PROSPECT_CALL, 10), ())),
        (requirement(points_client_call=3, cap_client_call=20), day(), Missing(20, (Kind.CLIENT_CALL, 7), ())),
        (requirement(points_prospect=0, points_appointment=0, points_prospect_call=0, points_client_call=0), day(), Missing(20, None, ())),
    ],
)  # fmt: skip
def test_the_shortest_way_prefers_what_brings_most_then_what_its_minimum_asks(asked, entries, missing):
    score = score_day(entries, asked)
    found = still_missing(tally(entries, asked), asked, score)
    assert (found.points, found.way) == (missing.points, missing.way)
    if entries != day():
        assert found.quotas == missing.quotas


def test_tallies_add_up_part_by_part():
    assert Tally(1, (1, 2, 3, 4), 5, 6, 7) + Tally(10, (10, 20, 30, 40), 50, 60, 70) == Tally(
        11, (11, 22, 33, 44), 55, 66, 77
    )


def test_only_clients_that_were_found_count_where_the_rule_says_so():
    entries = [Entry(Kind.CLIENT_CALL, 1), Entry(Kind.CLIENT_CALL, 2, is_found=False)]
    strict = tally(entries, requirement(clients_not_found_score=False))
    assert (strict.of(Kind.CLIENT_CALL), strict.not_found) == (1, 1)
    assert tally(entries, AS_WRITTEN).of(Kind.CLIENT_CALL) == 2


@pytest.mark.parametrize(
    ("pass_mark", "due", "over", "mark"),
    [(100, 5, 0, 0), (100, 5, 2, 40), (100, 5, 5, 100), (100, 5, 6, 100), (100, 3, 1, 34), (80, 0, 2, 0), (7, 2, 1, 4)],
)
def test_a_running_week_is_measured_against_the_days_that_are_over(pass_mark, due, over, mark):
    assert mark_so_far(pass_mark, due, over) == mark and isinstance(mark_so_far(pass_mark, due, over), int)


def held(entry: int, person: int, *, days: int = 0, hour: int = 9, no: str = "1001", **more) -> HeldNumber:
    at = datetime(2026, 11, 18, hour, tzinfo=UTC)
    return HeldNumber(
        entry, 10 * entry, person, no, ON + timedelta(days=days), at, more.pop("known_as", KnownAs.NEW), **more
    )


@pytest.mark.clause("S3.b")
@pytest.mark.parametrize(
    ("entries", "whose"),
    [
        ([held(1, 7, hour=10), held(2, 8, hour=9)], 2),  # of one day the earlier moment
        ([held(1, 7, days=-1, hour=10), held(2, 8, hour=9)], 1),  # the earlier log day first
        ([held(2, 7, no="1002"), held(1, 8, no="1003")], 2),  # then the employee number
        ([held(1, 7, days=-1, known_as=KnownAs.CLIENT), held(2, 8)], 2),  # a client's number is obtained by nobody
        ([held(1, 7, days=-3, is_closed=True), held(2, 8)], 2),  # nobody takes a number over by a closed week
        ([held(1, 8, days=-3), held(2, 9, is_closed=True)], 2),  # what the owner has by a closed week stays hers
        ([held(1, 8, days=-3), held(2, 9, days=1, is_closed=True)], 1),  # but only by her log of that day
        (
            [held(2, 8, days=-3, is_closed=True), held(1, 7, is_closed=True)],
            2,
        ),  # where nobody may claim, the first has it
    ],
)
def test_a_number_is_whose_log_day_came_first(entries, whose):
    for order in (entries, entries[::-1]):
        assert claimant(order, owner=9, since=ON).entry == whose


@pytest.mark.clause("S3.b")
@pytest.mark.parametrize(
    ("one", "known"),
    [
        (held(1, 7), KnownAs.NEW),
        (held(2, 7), KnownAs.OWN),
        (held(2, 8), KnownAs.COLLEAGUE),
        (held(2, 8, known_as=KnownAs.CLIENT), KnownAs.CLIENT),
        (held(2, 8, is_closed=True), KnownAs.NEW),  # a closed week keeps what it counted
    ],
)
def test_what_a_number_was_to_who_entered_it(one, known):
    assert known_then(one, held(1, 7)) is known


def noon(days: int) -> datetime:
    return datetime(2026, 11, 18, 12) + timedelta(days=days)  # noqa: DTZ001 - the firm's local time


@pytest.mark.parametrize(
    ("days", "state"),
    [(-1, "future"), (0, "open"), (2, "open"), (3, "by_correction"), (7, "by_correction"), (8, "closed")],
)
def test_a_log_is_free_then_corrected_then_closed(days, state):
    assert window(ON, noon(days), requirement(days_open=2, days_to_correct=7), replied=False) == Window(state)


def test_a_late_log_is_one_after_the_cut_off_and_forfeits_only_where_the_rule_says_so():
    cut_off = datetime.combine(ON, cast(time, AS_WRITTEN.rule("submit_by").value))
    assert not is_late(cut_off, ON, AS_WRITTEN) and is_late(cut_off + timedelta(seconds=1), ON, AS_WRITTEN)
    strict = requirement(late_scores_nothing=True)
    tomorrow = ON + timedelta(days=1)
    for today, handed_in, late, forfeited in (
        (ON, False, False, False), (tomorrow, False, False, True), (tomorrow, True, False, False), (ON, True, True, True),
    ):  # fmt: skip
        assert is_forfeited(ON, today, strict, handed_in=handed_in, late=late) is forfeited
        assert is_forfeited(ON, today, AS_WRITTEN, handed_in=handed_in, late=late) is False


@pytest.mark.clause("S4.2.f")
@pytest.mark.parametrize(
    ("on", "counts"),
    [
        (date(2026, 11, 25), False),
        (date(2026, 11, 26), True),
        (date(2026, 11, 30), True),
        (date(2026, 12, 3), True),
        (date(2026, 12, 4), False),
    ],
)
def test_a_month_end_answer_is_one_of_the_last_days_or_the_days_of_grace(on, counts):
    assert (on in month_end_window(Month(date(2026, 11, 3)), days=5, grace=3)) is counts


def test_what_does_not_count_is_told_apart_and_counted() -> None:
    """Two known numbers, two contacts a second time, two calls to clients nobody knows, and what is left."""
    known = [Entry(Kind.PROSPECT, n, known_as=KnownAs.CLIENT) for n in (1, 2)]
    twice = [Entry(Kind.CLIENT_CALL, n) for n in (3, 3, 3)]
    nobody = [Entry(Kind.CLIENT_CALL, n, is_found=False) for n in (4, 5)]
    found = tally([*known, *twice, *nobody, Entry(Kind.BROCHURES, quantity=30)], AS_WRITTEN)
    assert (found.known, found.repeated, found.not_found, found.brochures) == (2, 2, 2, 30)
    assert found.of(Kind.CLIENT_CALL) == 3
    strict = requirement(clients_not_found_score=False)
    assert standings([*twice[:1], *nobody], strict) == ["counts", "not_found", "not_found"]
    assert tally([*twice, *nobody], strict).of(Kind.CLIENT_CALL) == 1
