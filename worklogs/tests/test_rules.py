"""The judgement of a day and a week, as one reads it in the guideline."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.explain import RuleValue, adds_up, lines_as_json
from core.identifiers import NotAPhoneNumber
from core.identifiers import phone as normalised_phone
from policies import registry
from worklogs.parameters import CODES
from worklogs.rules.asking import Requirement
from worklogs.rules.kinds import CONTACT_KINDS, LABELS, Kind, KnownAs
from worklogs.rules.scoring import points_by_kind, score_day, score_tally, score_week, still_missing, told_apart
from worklogs.rules.tallying import Entry, EntryStanding, Tally, standings, tally
from worklogs.rules.windows import Window, is_late, window


def requirement(**changed) -> Requirement:
    """What the two documents ask, with some values set differently."""
    values = {code: RuleValue(code, registry.parameter(code).default) for code in CODES}
    for name, value in changed.items():
        values[f"worklogs.{name}"] = RuleValue(f"worklogs.{name}", value, "人民路营业部", date(2026, 7, 1))
    return Requirement(values)


AS_WRITTEN = requirement()


def contacts(kind: Kind, n: int) -> list[Entry]:
    return [Entry(kind, f"{kind}{i}") for i in range(n)]


def day(brochures=0, prospects=0, appointments=0, prospect_calls=0, client_calls=0) -> list[Entry]:
    numbers = dict(zip(CONTACT_KINDS, (prospects, appointments, prospect_calls, client_calls), strict=True))
    entries = [Entry(Kind.BROCHURES, quantity=brochures)]
    return entries + [entry for kind, n in numbers.items() for entry in contacts(kind, n)]


MINIMA = day(50, 3, 1, 3, 3)
NOTHING = (0, 0, 0, 0)


@pytest.mark.clause("S3.2", "S3.a", "S3.b", "S3.c", "S3.d", "S3.e")
@pytest.mark.parametrize(
    ("entries", "points", "score_pass", "unmet"),
    [
        ([], 0, False, list(Kind)),
        (MINIMA, 16, False, []),
        (day(50, 3, 1, 5, 3), 20, True, []),
        (day(50, 3, 1, 3, 5), 20, True, []),
        (day(49, 3, 1, 5, 3), 20, True, ["brochures"]),
        (day(client_calls=10), 20, True, ["brochures", "prospect", "appointment", "prospect_call"]),
        (day(50, prospects=19), 19, False, ["appointment", "prospect_call", "client_call"]),
        (day(1000), 0, False, ["prospect", "appointment", "prospect_call", "client_call"]),
    ],
    ids=["nothing", "every minimum", "two more follow-ups", "two more client calls", "a brochure short",
         "ten client calls alone", "numbers alone", "brochures alone"],
)  # fmt: skip
def test_a_day_has_two_verdicts_kept_apart(entries, points, score_pass, unmet):
    score = score_day(entries, AS_WRITTEN)
    assert (score.points, score.score_pass, list(score.unmet)) == (points, score_pass, unmet)
    assert score.quota_met == (not unmet)
    assert score.passed == score_pass  # as written, the score alone decides


@pytest.mark.clause("S3.2")
def test_with_the_stricter_pass_rule_a_pass_needs_both_verdicts():
    both = requirement(pass_rule="both")
    assert not score_day(day(client_calls=10), both).passed
    assert score_day(day(50, 3, 1, 5, 3), both).passed


@pytest.mark.clause("S3.2", "S3.b", "S3.c", "S3.d", "S3.e")
@pytest.mark.parametrize(
    ("due_days", "mark", "quotas"),
    [
        (5, 100, (15, 5, 15, 20)),
        (6, 100, (15, 5, 15, 20)),  # with a make-up Saturday never more than a full week
        (4, 80, (12, 4, 12, 16)),
        (3, 60, (9, 3, 9, 12)),
        (1, 20, (3, 1, 3, 4)),
        (0, 0, (0, 0, 0, 0)),
    ],
)
def test_a_short_week_asks_for_less_in_proportion(due_days, mark, quotas):
    score = score_week(Tally(contacts=quotas), (mark, 0, 0, 0), AS_WRITTEN, due_days=due_days)
    assert (score.pass_mark, score.score_pass, score.quota_met) == (mark, True, True)
    for n, kind in enumerate(CONTACT_KINDS):
        if quotas[n]:
            one_less = tuple(q - (i == n) for i, q in enumerate(quotas))
            assert score_week(Tally(contacts=one_less), (mark, 0, 0, 0), AS_WRITTEN, due_days=due_days).unmet == (kind,)


@pytest.mark.clause("S3.2")
def test_reduced_numbers_are_rounded_up():
    raised = requirement(week_pass_mark=101, week_client_call=21)
    score = score_week(Tally(), NOTHING, raised, due_days=3)
    assert score.pass_mark == 61  # 60.6
    assert dict(score.lines[4].inputs) == {"needed": 13}  # 12.6


@pytest.mark.clause("S3.2")
def test_policy_can_ask_for_the_full_week_always():
    always = requirement(short_weeks_ask_less=False)
    assert score_week(Tally(), NOTHING, always, due_days=3).pass_mark == 100
    assert score_week(Tally(), NOTHING, always, due_days=0).pass_mark == 0  # nothing is owed in a week off


@pytest.mark.clause("S3.2")
def test_meeting_every_minimum_is_not_a_pass_and_the_lines_say_so():
    last = score_day(MINIMA, AS_WRITTEN).lines[-1]
    assert (last.label, last.result, last.inputs) == ("All minima together", None, (("points", 16),))
    week = score_week(Tally(250, (15, 5, 15, 20)), (15, 5, 30, 40), AS_WRITTEN, due_days=5)
    assert (week.points, week.quota_met, week.score_pass) == (90, True, False)
    assert (week.lines[-1].label, week.lines[-1].inputs) == ("All minima together", (("points", 90),))


@pytest.mark.clause("S3.b")
def test_a_number_already_known_does_not_score_again():
    known = [Entry(Kind.PROSPECT, "a", KnownAs.COLLEAGUE), Entry(Kind.PROSPECT, "b", KnownAs.CLIENT)]
    score = score_day([*known, Entry(Kind.PROSPECT, "c")], AS_WRITTEN)
    assert score.points == 1
    assert "Numbers already known" in [line.label for line in score.lines]


@pytest.mark.clause("S3.d")
def test_a_known_number_that_brought_nothing_still_counts_as_a_call():
    entries = [Entry(Kind.PROSPECT, "a", KnownAs.OWN), Entry(Kind.PROSPECT_CALL, "a", KnownAs.OWN)]
    assert standings(entries, AS_WRITTEN) == [EntryStanding.KNOWN, EntryStanding.COUNTS]


@pytest.mark.clause("S3.b", "S3.c", "S3.d")
def test_a_contact_counts_once_a_day_under_one_kind():
    entries = [Entry(kind, "a") for kind in (Kind.PROSPECT, Kind.APPOINTMENT, Kind.PROSPECT_CALL)]
    assert standings(entries, AS_WRITTEN) == [EntryStanding.REPEATED, EntryStanding.REPEATED, EntryStanding.COUNTS]
    assert score_day(entries, AS_WRITTEN).points == 2
    assert standings(entries[:2], AS_WRITTEN) == [EntryStanding.COUNTS, EntryStanding.REPEATED], (
        "equal points: the first named"
    )


@pytest.mark.clause("S3.e")
def test_a_cap_for_a_kind_holds_only_where_it_is_set():
    assert score_day(day(client_calls=10), AS_WRITTEN).points == 20
    capped = score_day(day(client_calls=10), requirement(cap_client_call=8))
    assert capped.points == 8
    assert capped.score_pass is False


@pytest.mark.clause("S3.2")
def test_on_a_day_without_duty_nothing_is_asked_but_points_are_kept():
    score = score_day(day(prospects=2), AS_WRITTEN, due=False)
    assert (score.points, score.pass_mark, score.passed, score.unmet) == (2, 0, True, ())


@pytest.mark.clause("S3.2")
def test_a_late_log_brings_nothing_only_where_the_rule_says_so():
    score = score_day(day(50, 3, 1, 5, 3), AS_WRITTEN, forfeited=True)
    assert (score.points, score.score_pass, score.quota_met) == (0, False, True)
    assert score.lines[5].label == "Handed in late"


@pytest.mark.clause("S3.g")
def test_the_lines_name_the_layer_that_raised_a_value():
    score = score_day(day(50, 3, 1, 5, 3), requirement(day_prospect=5, day_pass_mark=25))
    assert not score.score_pass and score.unmet == (Kind.PROSPECT,)
    line = lines_as_json(score.lines)[1]
    assert line["rule"]["layer"] == "人民路营业部"
    assert line["rule"]["since"] == "2026-07-01"
    assert line["clause"] == "S3.b"


entries = st.lists(
    st.one_of(
        st.builds(Entry, st.sampled_from(CONTACT_KINDS), st.integers(0, 6), st.sampled_from(KnownAs)),
        st.builds(Entry, st.just(Kind.BROCHURES), quantity=st.integers(0, 80)),
    ),
    max_size=25,
)
requirements = st.sampled_from(
    [AS_WRITTEN, requirement(cap_client_call=6, cap_prospect=2), requirement(day_prospect=9, pass_rule="both")]
)


@pytest.mark.clause("S3.2")
@given(entries, entries)
def test_writing_more_never_lowers_the_score(first, more):
    before, after = score_day(first, AS_WRITTEN), score_day([*first, *more], AS_WRITTEN)
    assert after.points >= before.points
    assert after.score_pass >= before.score_pass


@pytest.mark.clause("S3.2", "S3.b", "S3.c", "S3.d", "S3.e")
@given(st.data(), entries, requirements)
def test_the_order_of_entries_makes_no_difference(data, written, asked):
    assert score_day(data.draw(st.permutations(written)), asked) == score_day(written, asked)


@pytest.mark.clause("S3.2")
@given(entries, requirements, st.booleans(), st.booleans())
def test_the_column_of_points_adds_up_and_holds_nothing_that_was_only_counted(written, asked, due, forfeited):
    score = score_tally(tally(written, asked), asked, due=due, forfeited=forfeited)
    (total,) = [line for line in score.lines if line.total]
    assert adds_up(score.lines) and total.result == score.points
    earned = points_by_kind(tally(written, asked), asked)
    week = score_week(tally(written, asked), earned, asked, due_days=3)
    assert adds_up(week.lines) and [line.result for line in week.lines if line.total] == [sum(earned)]


def test_clients_not_found_stand_in_no_column_of_points():
    calls = [Entry(Kind.CLIENT_CALL, n, is_found=n > 2) for n in range(10)]
    lines = {line.label: line for line in score_day(calls, AS_WRITTEN).lines}
    assert (lines["Clients not found in CRM"].counted, lines["Clients not found in CRM"].result) == (3, None)
    assert (lines["Calls to existing clients"].counted, lines["Points of the day"].result) == (10, 20)


@pytest.mark.clause("S3.2")
@given(entries, st.integers(0, 25), st.sampled_from(CONTACT_KINDS), requirements)
def test_an_entry_put_in_anywhere_never_lowers_the_number_of_counted_contacts(first, place, kind, asked):
    more = [*first[:place], Entry(kind, "somebody else"), *first[place:]]
    assert score_day(more, asked).points >= score_day(first, asked).points


@given(entries, requirements)
def test_the_way_to_the_pass_mark_leads_there(first, asked):
    before = score_day(first, asked)
    missing = still_missing(counted := tally(first, asked), asked, before)
    assert (missing.points == 0) == before.score_pass
    if missing.way:
        kind, n = missing.way
        reached = Tally(
            counted.brochures, tuple(c + n * (k == kind) for k, c in zip(CONTACT_KINDS, counted.contacts, strict=True))
        )
        assert score_tally(reached, asked).score_pass


def test_what_is_missing_is_said_in_the_fewest_contacts():
    missing = still_missing(tally(MINIMA, AS_WRITTEN), AS_WRITTEN, score_day(MINIMA, AS_WRITTEN))
    assert (missing.points, missing.way, missing.quotas) == (4, (Kind.PROSPECT_CALL, 2), ())


@pytest.mark.clause("S3.2")
def test_a_log_is_late_after_the_cut_off_of_its_own_day():
    on = date(2026, 11, 18)
    at = partial(datetime, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert not is_late(at(2026, 11, 18, 22, 0), on, AS_WRITTEN)
    assert is_late(at(2026, 11, 18, 22, 0, 1), on, AS_WRITTEN)
    assert is_late(at(2026, 11, 19, 8, 0), on, AS_WRITTEN)


@pytest.mark.clause("S3.2")
def test_a_log_is_free_until_answered_then_corrected_then_closed():
    today, noon = date(2026, 11, 18), datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert window(today, noon, AS_WRITTEN, replied=False) == Window.OPEN
    assert window(today, noon, AS_WRITTEN, replied=True) == Window.OPEN, "the day lasts until its cut-off"
    assert window(today, noon.replace(hour=23), AS_WRITTEN, replied=True) == Window.BY_CORRECTION
    assert window(date(2026, 11, 15), noon, AS_WRITTEN, replied=False) == Window.OPEN
    assert window(date(2026, 11, 14), noon, AS_WRITTEN, replied=False) == Window.BY_CORRECTION
    assert window(date(2026, 10, 17), noon, AS_WRITTEN, replied=False) == Window.CLOSED
    assert window(date(2026, 11, 19), noon, AS_WRITTEN, replied=False) == Window.FUTURE


@pytest.mark.clause("S3.b")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13912345678", "13912345678"),
        ("１３９ 1234 5678", "13912345678"),
        ("+86 139-1234-5678", "13912345678"),
        ("0086 13912345678", "13912345678"),
        ("021-88886666", "02188886666"),
        ("（０２１）８８８８６６６６", "02188886666"),
        ("0512-6888 8888", "051268888888"),
        ("0571-8888666", "05718888666"),
        ("021-88886666-801", "02188886666-801"),
        ("02188886666转801", "02188886666-801"),
        ("+86 21 8888 6666", "02188886666"),
        ("+86 (0)21 8888 6666", "02188886666"),
    ],
)
def test_a_number_has_one_form_however_it_is_typed(typed, kept):
    assert normalised_phone(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "12345", "12912345678", "1391234567", "139123456789", "88886666", "010-1234567", "abc", "4008001234",
              "139 1234 567x", "13912345678-1", "021-18886666", "１３９1234567八"]
)  # fmt: skip
def test_what_is_no_mainland_number_is_refused(typed):
    with pytest.raises(NotAPhoneNumber):
        normalised_phone(typed)


@given(st.text(max_size=40))
@pytest.mark.budget(3)
def test_a_kept_number_keeps_its_form(text):
    try:
        kept = normalised_phone(text)
    except NotAPhoneNumber:
        return
    assert normalised_phone(kept) == kept
    assert kept.replace("-", "").isascii() and kept.replace("-", "").isdigit()


def test_what_an_earlier_edition_stored_puts_no_count_among_the_points():
    day = [
        {"label": LABELS[Kind.PROSPECT], "result": 20, "inputs": [["counted", 20], ["points each", 1]]},
        {"label": "Clients not found in CRM", "result": 3},
        {"label": "Points of the day", "result": 20},
    ]
    week = [
        {"label": "Days due", "result": 5},
        {"label": LABELS[Kind.PROSPECT], "result": 15, "inputs": [["needed", 15]]},
        {"label": "Points of the week", "result": 30, "inputs": [["needed", 100]]},
    ]
    assert [(line["result"], line.get("counted")) for line in told_apart(day)] == [(20, None), (None, 3), (20, None)]
    assert [(line["result"], line.get("counted")) for line in told_apart(week)] == [(None, 5), (None, 15), (30, None)]
    kept = [{"label": "Points of the day", "result": 1, "total": True}]
    assert told_apart(kept) == kept
