"""A customer manager's day: what she writes, what it scores at once, what is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from core.periods import Week
from crm.models import Import, Opening
from policies.models import ParameterValue
from teams.models import Outlet, PartnerBank, Posting, Role
from tests.cast import TODAY, Cast
from worklogs.models import Contact, Correction, DayScore, LogEntry, WeekScore, WorkLog
from worklogs.rules.kinds import Kind
from worklogs.services import judging
from worklogs.services.entering import edit_entry, remove_entry, save_entry, say_yes
from worklogs.services.opened import (
    AlreadyEntered,
    BadNumber,
    InTheFuture,
    LogRefused,
    NameNeeded,
    NoNumber,
    NoPhone,
    NotAProspect,
    NothingWritten,
    NotPosted,
    NotThatMany,
    ReasonNeeded,
    WindowClosed,
)
from worklogs.services.rejudging import judge_what_is_due
from worklogs.services.writing import set_brochures, submit_log

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
LATER = count()  # who writes later in a test does so at a later moment


def at(hour: int, minute: int = 0, on: date = TODAY) -> datetime:
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=SHANGHAI)


def write(user, kind=Kind.PROSPECT, phone="13900000001", name="王女士", *, on=TODAY, now=None, **more):
    return save_entry(
        person=user.person,
        on=on,
        kind=kind,
        name=name,
        phone=phone,
        actor=user,
        now=now or at(12) + timedelta(microseconds=next(LATER)),
        **more,
    )


def in_crm(cast: Cast, client_no: str) -> None:
    """The CRM has brought an account opened under this number."""
    source = Import.objects.create(
        kind="openings", unit=cast.unit["B1"], state="checked", file_name="openings.csv", checked_at=at(9)
    )
    Opening.objects.create(
        open_date=date(2026, 9, 1), branch=cast.unit["B1"], client_no=client_no, fund_account=f"8{client_no}",
        developer=cast.person("cm2"), share=1, unit=cast.unit["B1M1A1"], source=source,
    )  # fmt: skip


def score(user, on=TODAY) -> DayScore:
    return DayScore.objects.get(person=user.person, on=on)


@pytest.mark.clause("S3.2", "S3.b")
def test_an_entry_is_judged_as_it_is_saved(cast):
    entry = write(cast.cm, phone="１３９ 0000 0001")
    assert entry.contact.phone == "13900000001"
    assert entry.log.unit == cast.unit["B1M1A1"]
    day, week = score(cast.cm), WeekScore.objects.get(person=cast.person("cm"))
    assert (day.points, day.due, day.score_pass, day.unit) == (1, True, False, cast.unit["B1M1A1"])
    assert (week.week, week.points, week.due_days, week.pass_mark) == (date(2026, 11, 16), 1, 5, 100)


@pytest.mark.clause("S3.2", "S3.a", "S3.b", "S3.c", "S3.d", "S3.e")
def test_a_full_day_passes_and_meets_its_quotas(cast):
    for kind, n in ((Kind.PROSPECT, 3), (Kind.APPOINTMENT, 1), (Kind.PROSPECT_CALL, 5), (Kind.CLIENT_CALL, 3)):
        for i in range(n):
            write(cast.cm, kind, f"13{len(kind) % 10}0000{n}00{i}", f"客户{i}")
    set_brochures(person=cast.person("cm"), on=TODAY, quantity=50, actor=cast.cm, now=at(16))
    day = score(cast.cm)
    assert (day.points, day.score_pass, day.quota_met, day.passed, day.unmet) == (20, True, True, True, [])
    assert [line["clause"] for line in day.lines[:5]] == ["S3.a", "S3.b", "S3.c", "S3.d", "S3.e"]


@pytest.mark.clause("S3.b")
def test_a_number_a_colleague_knows_is_kept_but_does_not_score(cast):
    write(cast.cm2, name="王女士")
    entry = write(cast.cm, name="王姐")
    assert (entry.known_as, entry.name, entry.contact.owner) == ("colleague", "王姐", cast.person("cm2"))
    assert score(cast.cm).points == 0
    assert score(cast.cm2).points == 1
    assert write(cast.outsider_cm).known_as == "colleague"  # the register is the whole firm's


@pytest.mark.clause("S3.b", "S3.e")
def test_an_existing_client_is_recognised_by_either_number(cast):
    in_crm(cast, "A100")
    with pytest.raises(LogRefused, match="A100"):
        write(cast.cm, Kind.CLIENT_CALL, phone="13900000001", client_no="a100")
    assert not write(cast.cm, Kind.CLIENT_CALL, phone="13900000001", client_no="Ａ 100").not_in_crm
    assert Contact.objects.get().client_no == "A100"
    assert write(cast.cm, Kind.PROSPECT, phone="13900000001").known_as == "client"
    assert write(cast.cm2, Kind.CLIENT_CALL, phone="", client_no="A100").known_as == "client"
    assert Contact.objects.count() == 1
    assert score(cast.cm).points == 2


@pytest.mark.clause("S3.e")
def test_a_made_up_client_is_marked_and_does_not_become_one(cast):
    first = write(cast.cm, Kind.CLIENT_CALL, phone="13900000001", client_no="A100")
    assert first.not_in_crm and not first.contact.is_client
    assert score(cast.cm).points == 2, "as the clause is written it scores"
    assert write(cast.cm2, Kind.CLIENT_CALL, phone="13900000001").not_in_crm
    assert write(cast.cm_west, Kind.PROSPECT, phone="13900000001").known_as == "colleague"
    (line,) = [line for line in score(cast.cm).lines if line["label"] == "Clients not found in CRM"]
    assert (line["counted"], line["note"]) == (1, "They count, and are marked.") and "result" not in line


@pytest.mark.clause("S3.e", "S3.g")
def test_a_department_may_give_points_only_for_clients_that_the_crm_knows(cast):
    ParameterValue.objects.create(
        code="worklogs.clients_not_found_score", unit=cast.unit["B1M1"], value="no", from_on=TODAY, source="市场部",
        set_by=cast.mm,
    )  # fmt: skip
    write(cast.cm, Kind.CLIENT_CALL, phone="13900000001", client_no="A100")
    assert (score(cast.cm).points, "client_call" in score(cast.cm).unmet) == (0, True)
    in_crm(cast, "A100")
    judge_what_is_due(today=TODAY)
    assert not LogEntry.objects.get().not_in_crm and Contact.objects.get().is_client
    assert score(cast.cm).points == 2, "the data came after the call"


@pytest.mark.clause("S3.2", "S3.g")
def test_where_late_logs_bring_nothing_one_that_is_never_handed_in_brings_nothing_either(cast, signed_in):
    ParameterValue.objects.create(
        code="worklogs.late_scores_nothing", unit=cast.unit["B1M1"], value="yes", from_on=date(2026, 11, 1),
        source="市场部", set_by=cast.mm,
    )  # fmt: skip
    yesterday = date(2026, 11, 17)
    write(cast.cm, on=yesterday, now=at(12, on=yesterday))
    assert score(cast.cm, yesterday).points == 1, "as long as the day lasts it may still be handed in"
    judge_what_is_due(today=TODAY)
    assert score(cast.cm, yesterday).points == 0
    assert signed_in(cast.cm).get(f"/logs/day/{yesterday}/").context["page"].score.points == 0
    write(cast.cm)
    submit_log(person=cast.person("cm"), on=TODAY, now=at(23))
    assert signed_in(cast.cm).get("/").context["day"].judged.score.points == 0, "the first screen says the same"


@pytest.mark.clause("S3.b")
def test_her_own_number_of_another_day_does_not_score_again_but_a_call_does(cast):
    write(cast.cm, on=date(2026, 11, 17), now=at(12))
    assert write(cast.cm).known_as == "own"
    assert score(cast.cm).points == 0
    write(cast.cm, Kind.PROSPECT_CALL)
    assert score(cast.cm).points == 2


def test_the_same_contact_cannot_stand_twice_under_one_kind(cast):
    write(cast.cm)
    with pytest.raises(AlreadyEntered):
        write(cast.cm, name="王太太")
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"phone": "12345"}, BadNumber),
        ({"phone": " "}, NoPhone),
        ({"phone": " ", "kind": Kind.CLIENT_CALL}, NoNumber),
        ({"name": "  "}, NameNeeded),
        ({"on": date(2026, 11, 19)}, InTheFuture),
        ({"on": date(2026, 11, 13)}, WindowClosed),
        ({"on": date(2024, 12, 31)}, NotPosted),
    ],
)
def test_what_cannot_be_taken_is_refused_and_changes_nothing(cast, fields, refusal):
    with pytest.raises(refusal):
        write(cast.cm, **fields)
    assert not WorkLog.objects.exists() and not Contact.objects.exists() and not DayScore.objects.exists()


@pytest.mark.clause("S3.2")
def test_a_leader_writes_no_log(cast):
    with pytest.raises(NotPosted):
        write(cast.am)


@pytest.mark.clause("S3.2")
def test_a_log_handed_in_after_the_cut_off_is_marked_late(cast):
    for user, phone, now in ((cast.cm, "13900000001", at(22)), (cast.cm2, "13900000002", at(22, 1))):
        write(user, phone=phone)
        submit_log(person=user.person, on=TODAY, now=now)
    logs = dict(WorkLog.objects.values_list("person__user__employee_no", "late"))
    assert logs == {"1001": False, "1002": True}


@pytest.mark.clause("S3.2")
def test_what_is_changed_after_the_cut_off_marks_a_submitted_log_late(cast):
    write(cast.cm)
    submit_log(person=cast.person("cm"), on=TODAY, now=at(18))
    write(cast.cm, phone="13900000002", now=at(21))
    assert not WorkLog.objects.get().late
    write(cast.cm, phone="13900000003", now=at(9, on=date(2026, 11, 19)))
    assert WorkLog.objects.get().late


def test_an_empty_log_is_not_handed_in(cast):
    with pytest.raises(NothingWritten):
        submit_log(person=cast.person("cm"), on=TODAY, now=at(18))


@pytest.mark.clause("S3.2")
def test_after_an_answer_a_change_is_a_correction_with_its_reason(cast):
    entry = write(cast.cm)
    submit_log(person=cast.person("cm"), on=TODAY, now=at(18))
    WorkLog.objects.update(replied=True)
    with pytest.raises(ReasonNeeded):
        remove_entry(entry=entry, actor=cast.cm, now=at(22, 30))
    assert LogEntry.objects.count() == 1 and score(cast.cm).points == 1
    remove_entry(entry=entry, reason="号码记错", actor=cast.cm, now=at(23))
    correction = Correction.objects.get()
    assert (correction.what, correction.old, correction.reason) == ("entry_removed", "prospect 王女士", "号码记错")
    assert score(cast.cm).points == 0
    assert not WorkLog.objects.get().late  # a correction is marked as such, not as late


def test_a_number_entered_by_mistake_leaves_the_register(cast):
    remove_entry(entry=write(cast.cm), actor=cast.cm, now=at(13))
    assert not Contact.objects.exists()
    assert write(cast.cm2).known_as == ""


@pytest.mark.clause("S3.b")
def test_a_number_its_first_owner_takes_back_scores_for_who_entered_it_next(cast):
    entry = write(cast.cm)
    assert write(cast.cm2).known_as == "colleague" and score(cast.cm2).points == 0
    assert write(cast.cm_west).known_as == "colleague"
    remove_entry(entry=entry, actor=cast.cm, now=at(13))
    assert Contact.objects.get().owner == cast.person("cm2")
    assert (score(cast.cm).points, score(cast.cm2).points, score(cast.cm_west).points) == (0, 1, 0)


def test_a_number_others_have_entered_meanwhile_stays(cast):
    entry = write(cast.cm)
    write(cast.cm2, Kind.PROSPECT_CALL)
    remove_entry(entry=entry, actor=cast.cm, now=at(13))
    assert Contact.objects.count() == 1


def test_on_the_day_of_a_transfer_the_log_belongs_to_the_new_unit(cast):
    Posting.objects.filter(person=cast.person("cm")).update(to_on=TODAY)
    Posting.objects.create(
        person=cast.person("cm"), unit=cast.unit["B1M1A2"], role=Role.CUSTOMER_MANAGER, from_on=TODAY
    )
    assert write(cast.cm).log.unit == cast.unit["B1M1A2"]
    assert write(cast.cm, phone="13900000002", on=date(2026, 11, 17)).log.unit == cast.unit["B1M1A1"]
    visible = WorkLog.objects.visible_to(cast.am).values_list("on", flat=True)
    assert list(visible) == [date(2026, 11, 17)]  # the old leader keeps the time before


@pytest.mark.parametrize("quantity", [-1, 100_001])
def test_impossible_brochures_are_refused(cast, quantity):
    with pytest.raises(NotThatMany):
        set_brochures(person=cast.person("cm"), on=TODAY, quantity=quantity, actor=cast.cm, now=at(12))
    assert not WorkLog.objects.exists()


@pytest.mark.clause("S3.b")
def test_a_number_of_a_closed_month_stays_whose_it_is(cast, monkeypatch):
    earlier, later = date(2026, 11, 16), date(2026, 11, 17)
    closed = Week(earlier)
    write(cast.cm2, on=later, now=at(12, on=later))
    paths = [cast.unit["B1M1A1"].path]
    monkeypatch.setattr(judging, "_closings", [lambda week: paths if week == closed else []])
    assert write(cast.cm_west, on=earlier).known_as == "colleague"
    assert Contact.objects.get().owner == cast.person("cm2")
    monkeypatch.setattr(judging, "_closings", [])
    assert write(cast.cm, on=earlier, now=at(13)).known_as == "colleague", "earlier is who entered it first"
    assert Contact.objects.get().owner == cast.person("cm_west"), "once nothing is closed the earlier log has it"


@pytest.mark.clause("S3.2", "S3.b")
def test_what_was_typed_without_a_line_counts_by_its_first_moment(cast):
    write(cast.cm2, now=at(14))
    submit_log(person=cast.person("cm"), on=TODAY, note="雨天", now=at(21))
    entry = write(cast.cm, typed_at=at(13), now=at(23))
    assert (entry.at, entry.arrived_at, entry.known_as) == (at(13), at(23), "")
    assert (score(cast.cm).points, score(cast.cm2).points) == (1, 0)
    assert not entry.log.late, "typed before the cut-off"
    write(cast.cm, phone="13900000002", typed_at=at(22, 30), now=at(23))
    assert WorkLog.objects.get(person=cast.person("cm")).late


@pytest.mark.clause("S3.2", "S3.b")
def test_what_arrives_more_than_a_day_later_counts_once_the_leader_says_yes(cast):
    yesterday = date(2026, 11, 17)
    write(cast.cm2, on=yesterday, now=at(14, on=yesterday))
    entry = write(cast.cm, on=yesterday, typed_at=at(9, on=yesterday), now=at(10))
    assert entry.awaits_yes
    assert (score(cast.cm, yesterday).points, score(cast.cm2, yesterday).points) == (0, 1)
    assert not say_yes(entry=entry, actor=cast.cm, now=at(11)), "nobody says it to herself"
    assert say_yes(entry=entry, actor=cast.am, now=at(11))
    assert (score(cast.cm, yesterday).points, score(cast.cm2, yesterday).points) == (1, 0)
    assert not say_yes(entry=entry, actor=cast.am, now=at(12))


@pytest.mark.clause("S3.b")
@pytest.mark.parametrize("of", ["colleague", "outlet", "head", "firm"])
def test_numbers_of_the_firm_are_no_prospects(cast, of):
    number = "02188886666"
    if of == "colleague":
        type(cast.cm2).objects.filter(pk=cast.cm2.pk).update(phone=number)
    elif of == "firm":
        ParameterValue.objects.create(
            code="worklogs.firm_numbers", unit=cast.unit["HX"], value="95500、021-8888 6666", from_on=date(2026, 1, 1),
            source="公司市场部", set_by=cast.market,
        )  # fmt: skip
    else:
        bank = PartnerBank.objects.create(code="K1", name="工行", head_phone=number if of == "head" else "")
        Outlet.objects.create(
            code="K1-1", name="人民路支行", bank=bank, unit=cast.unit["B1"], phone=number if of == "outlet" else ""
        )
    with pytest.raises(NotAProspect):
        write(cast.cm, phone="021-88886666")
    assert not Contact.objects.exists()
    assert write(cast.cm, Kind.CLIENT_CALL, phone="021-88886666")


def test_an_early_answer_does_not_close_the_day_before_its_cut_off(cast):
    write(cast.cm)
    submit_log(person=cast.person("cm"), on=TODAY, now=at(14))
    WorkLog.objects.update(replied=True)
    write(cast.cm, phone="13900000002", now=at(21, 59))
    assert not Correction.objects.exists() and score(cast.cm).points == 2
    with pytest.raises(ReasonNeeded):
        write(cast.cm, phone="13900000003", now=at(22, 1))


@pytest.mark.clause("S3.b")
def test_a_contact_is_changed_and_its_number_with_it(cast):
    entry = write(cast.cm)
    write(cast.cm2, phone="13900000001", name="王姐")
    changed = edit_entry(entry=entry, name="李先生", phone="13900000002", actor=cast.cm, now=at(15))
    assert (changed.name, changed.contact.phone, changed.known_as, changed.at) == ("李先生", "13900000002", "", at(15))
    assert Contact.objects.get(phone="13900000001").owner == cast.person("cm2")
    assert (score(cast.cm).points, score(cast.cm2).points) == (1, 1)
    same = edit_entry(entry=changed, name="李总", phone="13900000002", note="柜台", actor=cast.cm, now=at(16))
    assert (same.name, same.note, same.at) == ("李总", "柜台", at(15))
    assert Contact.objects.count() == 2


@pytest.mark.clause("S3.e", "S3.2")
def test_neither_the_crm_nor_a_yes_touches_a_week_that_a_closed_month_has_counted(cast, monkeypatch):
    monday = date(2026, 11, 16)
    call = write(cast.cm, Kind.CLIENT_CALL, client_no="A100", on=monday, now=at(12, on=monday))
    theirs = write(cast.cm_west, Kind.CLIENT_CALL, phone="13900000007", client_no="A200", on=monday)
    late = write(cast.cm, phone="13900000002", on=monday, typed_at=at(12, on=monday), now=at(12))
    in_crm(cast, "A100")
    in_crm(cast, "A200")
    paths = [cast.unit["B1M1A1"].path]
    monkeypatch.setattr(judging, "_closings", [lambda week: paths if week == Week(monday) else []])
    judge_what_is_due(today=TODAY)
    marks = dict(LogEntry.objects.filter(kind="client_call").values_list("pk", "not_in_crm"))
    assert marks == {call.pk: True, theirs.pk: False}
    with pytest.raises(LogRefused):
        say_yes(entry=late, actor=cast.am, now=at(13))
