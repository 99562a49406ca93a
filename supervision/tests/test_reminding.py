from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from accounts.models import User
from core.periods import Day, Week
from crm.models import Import, UnitResult
from crm.services.importing import reasons_to_keep
from messaging.models import Channel, Message, State
from supervision.models import LaggardEntry, Reminder, ReminderRule, ReminderRun
from supervision.services import reminding
from supervision.services.reminding import NotYetBegun, Status, run_due
from supervision.tests.facts import know, moment, open_accounts
from teams.models import Posting, Role
from tests.cast import TODAY, Cast

MONDAY = TODAY - timedelta(days=2)
FRIDAY = TODAY + timedelta(days=2)
WEEK = Week(TODAY)


@pytest.fixture
def opened(cast: Cast) -> Cast:
    """Wednesday: B1 has four, B2 one, B9 nothing; everything since October is known."""
    know(cast, date(2026, 10, 1), FRIDAY)
    open_accounts(cast, {("cm", TODAY): 2, ("cm_m2", TODAY): 2, ("sibling_cm", TODAY): 1})
    return cast


def remind(period, **options):
    return reminding.remind(period=period, now=moment(TODAY), **options)


def entries(code: str, scope: str = "HX") -> dict[str, tuple[int, int, str]]:
    rows = LaggardEntry.objects.filter(run__code=code, run__scope__code=scope).select_related("unit", "person__user")
    return {
        (row.person.employee_no if row.person else row.unit.code): (row.rank, row.of, ";".join(row.reasons))
        for row in rows
    }


def told(code: str) -> set[tuple[str, str]]:
    rows = Message.objects.filter(rule__startswith=f"{code}/")
    return set(rows.values_list("recipient__name", "channel"))


@pytest.mark.clause("S7.1")
def test_a_day_lists_the_branches_at_zero_and_among_the_last(opened: Cast) -> None:
    result = remind(Day(TODAY))
    assert result.status == Status.DONE
    assert entries("S7.1") == {"B9": (3, 3, "zero;bottom")}


@pytest.mark.clause("S7.1")
def test_the_branch_manager_is_told_where_there_is_no_market_manager(opened: Cast) -> None:
    remind(Day(TODAY))
    assert told("S7.1") == {("潘岳", "sms"), ("潘岳", "in_app")}


@pytest.mark.clause("S7.1")
def test_every_market_manager_of_the_branch_is_told(cast: Cast) -> None:
    know(cast, TODAY, TODAY)
    open_accounts(cast, {("sibling_cm", TODAY): 3, ("outsider_cm", TODAY): 2})
    remind(Day(TODAY))
    assert told("S7.1") == {("郑国强", "sms"), ("郑国强", "in_app"), ("高洁", "sms"), ("高洁", "in_app")}
    sms = Message.objects.get(recipient=cast.mm, channel=Channel.SMS, rule="S7.1/HX")
    assert "人民路营业部" in sms.body and sms.state == "waiting"


@pytest.mark.clause("S7.1")
def test_a_second_time_changes_nothing(opened: Cast) -> None:
    remind(Day(TODAY))
    before = (Message.objects.count(), Reminder.objects.count(), LaggardEntry.objects.count())
    again = remind(Day(TODAY))
    assert (again.status, sum(again.messages.values())) == (Status.ALREADY_DONE, 0)
    assert (Message.objects.count(), Reminder.objects.count(), LaggardEntry.objects.count()) == before


@pytest.mark.clause("S7.1")
def test_all_at_zero_is_one_digest(cast: Cast) -> None:
    know(cast, TODAY, TODAY)
    remind(Day(TODAY))
    assert set(entries("S7.1").values()) == {(1, 3, "zero")}
    assert told("S7.1") == {("贾思远", "sms"), ("贾思远", "in_app")}


@pytest.mark.clause("S7.1")
def test_nobody_is_reminded_of_a_day_whose_data_has_not_come(cast: Cast) -> None:
    know(cast, date(2026, 10, 1), TODAY - timedelta(days=1))
    result = remind(Day(TODAY))
    assert result.status == Status.NOT_KNOWN
    assert ReminderRun.objects.get(code="S7.1").missing == [TODAY]
    assert set(Message.objects.values_list("recipient__name", "text")) == {
        ("贾思远", "supervision.data_missing"),
        ("蔡明月", "supervision.data_missing"),
    }


@pytest.mark.story
@pytest.mark.budget(2)
@pytest.mark.clause("S7.1")
def test_late_data_is_judged_when_it_comes_once_and_marked_late(cast: Cast) -> None:
    know(cast, date(2026, 10, 1), TODAY - timedelta(days=1))
    tomorrow = TODAY + timedelta(days=1)
    run_due(now=moment(TODAY, time(18, 1)))
    assert not ReminderRun.objects.filter(business_on=TODAY).exists()
    run_due(now=moment(tomorrow, time(10, 1)))
    run_due(now=moment(tomorrow, time(10, 2)))
    assert ReminderRun.objects.get(code="S7.1", business_on=TODAY).state == ReminderRun.State.NOT_KNOWN
    know(cast, TODAY, TODAY)
    open_accounts(cast, {("cm", TODAY): 1, ("sibling_cm", TODAY): 2})
    run_due(now=moment(tomorrow, time(15)))
    run = ReminderRun.objects.get(code="S7.1", business_on=TODAY)
    assert (run.state, run.is_late, run.missing) == (ReminderRun.State.DONE, True, [])
    assert Message.objects.filter(text="supervision.data_missing", recipient=cast.market).count() == 1
    assert Message.objects.filter(rule="S7.1/HX", business_date=TODAY, channel=Channel.SMS).count() == 1


@pytest.mark.story
@pytest.mark.budget(2)
@pytest.mark.clause("S7.1")
def test_a_list_that_waits_is_made_when_its_data_comes_however_late(cast: Cast) -> None:
    know(cast, date(2026, 10, 1), TODAY - timedelta(days=1))
    run_due(now=moment(TODAY + timedelta(days=1), time(10, 1)))
    months_later = TODAY + timedelta(days=60)
    run_due(now=moment(months_later, time(9)))
    waiting = ReminderRun.objects.filter(code="S7.1", business_on=TODAY)
    assert waiting.get().state == ReminderRun.State.NOT_KNOWN
    late = know(cast, TODAY, TODAY)
    Import.objects.filter(pk=late.pk).update(taken_at=moment(months_later, time(9, 30)))
    open_accounts(cast, {("cm", TODAY): 1, ("sibling_cm", TODAY): 2})
    run_due(now=moment(months_later, time(10)))
    assert (waiting.get().state, waiting.get().is_late) == (ReminderRun.State.DONE, True)
    sent = Message.objects.filter(rule="S7.1/HX", business_date=TODAY)
    assert set(sent.values_list("recipient__name", "channel")) == {("潘岳", "sms"), ("潘岳", "in_app")}
    before = Message.objects.count()
    run_due(now=moment(months_later, time(10, 1)))
    assert Message.objects.count() == before


@pytest.mark.clause("S7.1")
def test_a_day_without_trading_is_not_judged(opened: Cast) -> None:
    saturday = Day(FRIDAY + timedelta(days=1))
    result = reminding.remind(period=saturday, now=moment(saturday.first))
    assert (result.status, result.outcomes) == (Status.NOT_A_TRADING_DAY, [])


@pytest.mark.clause("S7.1")
def test_units_in_preparation_are_shown_and_not_ranked(opened: Cast) -> None:
    unit = opened.unit["B9"]
    unit.started_on = None
    unit.save()
    remind(Day(TODAY))
    run = ReminderRun.objects.get(code="S7.1")
    assert (run.considered, [one["code"] for one in run.exempt]) == (2, ["B9"])
    assert entries("S7.1") == {"B2": (2, 2, "bottom")}


@pytest.mark.clause("S7.2")
def test_a_week_is_a_call_for_the_company_and_mail_to_both_heads(opened: Cast) -> None:
    open_accounts_of_b9_only_behind_b2 = {("outsider_cm", MONDAY): 1, ("sibling_cm", MONDAY): 1}
    open_accounts(opened, {})
    UnitResult.objects.filter(unit=opened.unit["B2"]).update(openings=0, running=0)
    assert open_accounts_of_b9_only_behind_b2
    reminding.remind(period=WEEK, now=moment(WEEK.end, time(9)))
    assert set(entries("S7.2")) == {"B2", "B9"}
    assert told("S7.2") == {
        ("贾思远", "phone_task"),
        ("董明", "email"),
        ("潘岳", "email"),
        ("蒋文涛", "email"),
    }
    calls = Message.objects.filter(channel=Channel.PHONE_TASK, rule__startswith="S7.2/")
    assert sorted(calls.values_list("rule", flat=True)) == ["S7.2/HX/B2", "S7.2/HX/B9"]


@pytest.mark.clause("S7.2")
def test_a_week_waits_for_every_trading_day(cast: Cast) -> None:
    know(cast, MONDAY, FRIDAY - timedelta(days=1))
    result = reminding.remind(period=WEEK, now=moment(WEEK.end))
    assert result.status == Status.NOT_KNOWN
    assert ReminderRun.objects.get(code="S7.2").missing == [FRIDAY]


@pytest.mark.clause("S8.1")
def test_each_region_is_ranked_by_itself_and_the_company_stands_in(opened: Cast) -> None:
    remind(Day(TODAY))
    assert entries("S8.1", "R1") == {"B2M1": (3, 3, "bottom")}
    assert entries("S8.1", "HX") == {"B9M1": (1, 1, "zero")}
    assert told("S8.1") == {(name, channel) for name in ("彭飞", "潘岳") for channel in ("sms", "in_app")}


@pytest.mark.clause("S8.1")
def test_equals_at_the_cut_who_are_most_of_a_region_are_left_out_and_the_list_says_so(cast: Cast) -> None:
    know(cast, TODAY, TODAY)
    open_accounts(cast, {("cm", TODAY): 2, ("cm_m2", TODAY): 1, ("sibling_cm", TODAY): 1})
    remind(Day(TODAY))
    assert entries("S8.1", "R1") == {}
    lines = ReminderRun.objects.get(code="S8.1", scope__code="R1").lines
    assert (lines[-1]["counted"], lines[-1]["inputs"], lines[-1]["rule"]["value"]) == (
        2,
        [["accounts opened by each", "1"]],
        "leave_out",
    )


@pytest.mark.clause("S7.1")
def test_equals_on_a_list_are_told_as_one(cast: Cast) -> None:
    know(cast, TODAY, TODAY)
    open_accounts(cast, {("cm", TODAY): 5})
    remind(Day(TODAY))
    run = ReminderRun.objects.get(code="S7.1")
    b2, _ = LaggardEntry.objects.filter(run=run)
    assert (b2.rank, b2.of, b2.tied, b2.reasons) == (2, 3, 2, ["zero"])
    sms = Message.objects.get(rule="S7.1/HX", recipient__name="潘岳", channel=Channel.SMS)
    assert "并列第 2–3/3，同为 0 户，零开户" in sms.body and "S7.1" not in sms.body


@pytest.mark.clause("S7.2")
def test_a_rule_that_finds_nobody_to_tell_says_so(opened: Cast) -> None:
    Posting.objects.filter(role=Role.MARKET_OFFICER).delete()
    Posting.objects.filter(unit=opened.unit["B9"], role=Role.BRANCH_MANAGER).delete()
    reminding.remind(period=WEEK, now=moment(WEEK.end, time(9)))
    run = ReminderRun.objects.get(code="S7.2")
    assert [(one["who"], one["codes"]) for one in run.untold] == [("in_charge", ["B9"]), ("branch_heads", ["B9"])]


@pytest.mark.clause("S7.1")
def test_an_sms_to_somebody_without_a_phone_is_counted_as_not_possible(opened: Cast) -> None:
    User.objects.filter(name="潘岳").update(phone="")
    result = remind(Day(TODAY))
    assert result.messages[State.IMPOSSIBLE] == 2
    assert set(Message.objects.filter(recipient__name="潘岳", channel=Channel.SMS).values_list("state", flat=True)) == {
        State.IMPOSSIBLE
    }


@pytest.mark.clause("S8.2")
def test_a_week_gives_the_region_its_calls(opened: Cast) -> None:
    reminding.remind(period=WEEK, now=moment(WEEK.end))
    assert told("S8.2") == {("蔡明月", "phone_task"), ("贾思远", "phone_task")}


@pytest.mark.clause("S10.1")
def test_leaders_watch_members_without_openings_for_days(opened: Cast) -> None:
    remind(Day(TODAY))
    assert set(entries("S10.1", "B1M1")) == {"1002", "1003"}
    assert told("S10.1") >= {("何雅琴", "in_app"), ("马骏", "in_app"), ("郑国强", "in_app")}
    own = Reminder.objects.filter(run__code="S10.1", run__scope=opened.unit["B1M1"])
    assert set(own.filter(recipient=opened.am_west).values_list("entry__person__user__name", flat=True)) == {"周敏"}


@pytest.mark.clause("S10.2")
def test_members_at_zero_are_reminded_and_leaders_get_the_list(opened: Cast) -> None:
    reminding.remind(period=WEEK, now=moment(WEEK.end))
    assert set(entries("S10.2", "B1M1")) == {"1002", "1003"}
    assert {("陈大文", "in_app"), ("周敏", "in_app"), ("何雅琴", "in_app"), ("高洁", "in_app")} <= told("S10.2")
    assert ("林小雨", "in_app") not in told("S10.2")


@pytest.mark.clause("S7.1", "S8.1")
def test_an_acting_leader_is_told(cast: Cast) -> None:
    know(cast, TODAY, TODAY)
    open_accounts(cast, {("cm", TODAY): 2, ("sibling_cm", TODAY): 1})
    Posting.objects.create(
        person=cast.person("cm_m2"),
        unit=cast.unit["B1M2"],
        role=Role.MARKET_MANAGER,
        from_on=TODAY,
        acting_for=Posting.objects.get(person=cast.person("mm2")),
    )
    remind(Day(TODAY))
    assert ("吴昊", "sms") in told("S8.1")


@pytest.mark.budget(2)
def test_the_tick_makes_up_for_an_interruption(cast: Cast) -> None:
    know(cast, date(2026, 10, 1), FRIDAY)
    open_accounts(cast, {("cm", TODAY): 2, ("sibling_cm", TODAY): 1})
    run_due(now=moment(WEEK.end, time(9, 30)))
    days = ReminderRun.objects.filter(code="S7.1", business_on__gte=MONDAY).order_by("business_on")
    assert [(run.business_on, run.is_late) for run in days] == [(MONDAY + timedelta(days=n), n < 4) for n in range(5)]
    assert ReminderRun.objects.filter(code="S7.2", business_on=WEEK.last, is_late=False).count() == 1
    before = Message.objects.count()
    run_due(now=moment(WEEK.end, time(9, 31)))
    assert Message.objects.count() == before


def test_a_rule_switched_off_from_a_day_on_is_not_run(opened: Cast) -> None:
    old = ReminderRule.objects.get(code="S7.1")
    ReminderRule.objects.create(
        code="S7.1", from_on=TODAY, is_active=False, clause="S7.1", period="day", scope="company", ranked="branch",
        how=old.how, parameter=old.parameter, addressees=old.addressees,
    )  # fmt: skip
    remind(Day(TODAY))
    assert not ReminderRun.objects.filter(code="S7.1").exists()


def test_a_day_to_come_is_not_judged(opened: Cast) -> None:
    with pytest.raises(NotYetBegun):
        remind(Day(TODAY + timedelta(days=1)))


@pytest.mark.budget(2)
def test_the_task_of_the_schedule_ticks_in_its_own_name(opened: Cast, time_machine) -> None:
    from core.models import AuditEntry
    from supervision.tasks import run_due_reminders

    time_machine.move_to(moment(TODAY, time(18, 5)), tick=False)
    run_due_reminders()
    assert ReminderRun.objects.filter(code="S7.1", business_on=TODAY, is_late=False).count() == 1
    entry = AuditEntry.objects.filter(table="supervision_reminderrun").first()
    assert entry is not None and entry.source == "task:run_due_reminders"


def test_an_import_on_whose_days_lists_were_made_is_not_reverted(opened: Cast) -> None:
    imported = Import.objects.get()
    assert reasons_to_keep(imported) == []
    remind(Day(TODAY))
    assert "S7.1 2026年11月18日 和信证券" in reasons_to_keep(imported)


@pytest.mark.clause("S7.2", "S10.2")
def test_who_holds_two_posts_is_told_of_each_once(opened: Cast) -> None:
    """She heads a branch and the region above it; a member at zero stands in for the leader of her team."""
    both, member = opened.person("sibling_manager"), opened.person("cm_west")
    region, team = opened.unit["R1"], opened.unit["B1M1A2"]
    Posting.objects.create(person=both, unit=region, role=Role.REGIONAL_MANAGER, from_on=MONDAY)
    Posting.objects.create(person=member, unit=team, role=Role.AREA_MANAGER, from_on=MONDAY)
    UnitResult.objects.filter(unit=opened.unit["B2"]).update(openings=0, running=0)
    reminding.remind(period=WEEK, now=moment(WEEK.end, time(9)))
    listed = LaggardEntry.objects.filter(run__code="S7.2", unit=opened.unit["B2"]).get()
    assert Reminder.objects.filter(entry=listed, recipient=both.user, channel="email").count() == 1
    own = LaggardEntry.objects.get(run__code="S10.2", person=member)
    assert Reminder.objects.filter(entry=own, recipient=member.user).count() == 1
    texts = Message.objects.filter(rule__startswith="S10.2/", recipient=member.user).values_list("text", flat=True)
    assert sorted(texts) == ["supervision.member_at_zero", "supervision.week_members"]
