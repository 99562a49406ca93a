"""Rules 4 and 7: deadlines in working time, empty posts, leavers and those who are never asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.models import Request, Round
from approvals.rules.names import Placing, Quorum
from approvals.selectors.signers import signers_of
from approvals.services.deciding import recall
from approvals.services.looking_after import look_after_requests
from approvals.services.moving import STEPPED_UP, WRONG_DAY
from approvals.services.questions import answer, ask_author, remind
from approvals.services.refusals import (
    NoQuestion,
    NotOnThisRoute,
    OwnRequest,
    QuestionOpen,
    RemindedAlready,
    RequestChanged,
)
from approvals.services.requests import submit, withdraw
from approvals.services.seating import add_signer, transfer
from approvals.tests.toys import LINE, NAME, NOW, SIGNED, THREE, Toys, engage, later, of_people, say, told, waiting
from core.refusals import NotDone, NotYours
from policies.models import ParameterValue
from teams.models import Posting, Role

pytestmark = pytest.mark.clause("D4.c")


def test_an_author_is_never_asked_herself(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(LINE, by="mm")
    # 高洁 leads the other market department of the branch
    assert waiting(request) == ["高洁"]
    Posting.objects.filter(person=cast.person("mm2")).update(to_on=NOW.date())
    look_after_requests(now=NOW)
    assert waiting(request) == ["唐建国"], "one level up, with a word in the timeline"
    with pytest.raises(OwnRequest):
        transfer(request=request, whom=cast.mm, actor=cast.manager, now=NOW)
    with pytest.raises(OwnRequest):
        say(request, cast.mm)


def test_an_empty_post_goes_one_level_up(toys: Toys) -> None:
    Posting.objects.filter(role=Role.MARKET_MANAGER).update(to_on=NOW.date())
    request = toys.brought(LINE, by="am")
    assert waiting(request) == ["唐建国"]
    assert request.steps.order_by("-pk")[0].text == STEPPED_UP


def test_on_a_fixed_route_an_empty_post_waits_for_its_stand_in(toys: Toys) -> None:
    cast = toys.cast
    held = Posting.objects.get(role=Role.CHIEF_ACCOUNTANT, unit=cast.unit["B1"])
    Posting.objects.filter(pk=held.pk).update(to_on=NOW.date())
    request = toys.brought(SIGNED)
    assert waiting(request) == []
    for days in range(5):
        look_after_requests(now=later(days=days))
    assert waiting(request) == [] and Request.objects.get().state == "open"
    engage(cast, "stand_in", "1099", "代会计", "B1", Role.CHIEF_ACCOUNTANT)
    say(request, cast.user["stand_in"], at=later(days=6))
    assert waiting(request) == ["韩冰"]
    for call in (
        lambda: transfer(request=request, whom=cast.office, actor=cast.deputy, now=NOW),
        lambda: add_signer(request=request, whom=cast.office, place=Placing.BESIDE, actor=cast.deputy, now=NOW),
        lambda: recall(request=request, actor=cast.user["stand_in"], now=NOW),
    ):
        with pytest.raises(NotOnThisRoute):
            call()


def test_on_a_fixed_route_a_changed_content_goes_back_to_its_author(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(SIGNED)
    say(request, cast.accountant)
    toys.changed("别的")
    with pytest.raises(RequestChanged):
        say(request, cast.deputy)
    request.refresh_from_db()
    assert (request.state, toys.done) == ("with_author", ["returned"])
    submit(name=NAME, thing=toys.thing, actor=cast.clerk, now=NOW)
    assert waiting(request) == ["宋玉梅"]


def test_a_reminder_at_most_once_an_hour(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1"))
    remind(request=request, actor=cast.clerk, now=NOW)
    with pytest.raises(RemindedAlready):
        remind(request=request, actor=cast.clerk, now=later(minutes=59))
    remind(request=request, actor=cast.clerk, now=later(minutes=60))
    assert told(cast.counter1, "reminder") == 2
    with pytest.raises(NotYours):
        remind(request=request, actor=cast.cm, now=later(hours=3))


def test_past_its_deadline_it_is_reminded_of_then_goes_up_and_never_says_yes_itself(toys: Toys) -> None:
    """18 hours from Wednesday 10:00 are Friday 10:00; nine more Monday 10:00."""
    cast = toys.cast
    request = toys.brought(LINE, by="am")
    friday = later(days=2)
    assert Round.objects.get().due_at == friday
    look_after_requests(now=friday - timedelta(seconds=1))
    assert told(cast.mm, "reminder") == 0
    look_after_requests(now=friday)
    look_after_requests(now=friday + timedelta(hours=1))
    assert told(cast.mm, "reminder") == 1, "once a day"
    look_after_requests(now=later(days=4))
    assert waiting(request) == ["郑国强"]
    look_after_requests(now=later(days=5))
    assert waiting(request) == ["唐建国"]
    assert Round.objects.get().due_at == later(days=7), "armed anew"
    assert Request.objects.get().state == "open"


def test_the_clock_stands_while_a_question_lies_with_the_author(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(LINE, by="am")
    asked_at = later(hours=3)  # 15 hours left
    ask_author(request=request, actor=cast.mm, remark="哪家网点？", now=asked_at)
    with pytest.raises(QuestionOpen):
        ask_author(request=request, actor=cast.mm, remark="还有", now=asked_at)
    look_after_requests(now=later(days=20))
    assert told(cast.mm, "reminder") == 0
    with pytest.raises(NotYours):
        answer(request=request, actor=cast.cm, remark="人民路", now=later(days=20))
    answer(request=request, actor=cast.am, remark="人民路", now=later(days=20, hours=-1))  # Tuesday 9:00
    assert Round.objects.get().due_at == later(days=21, hours=5)
    with pytest.raises(NoQuestion):
        answer(request=request, actor=cast.am, remark="人民路", now=later(days=20))


def test_a_leaver_is_replaced_by_the_next_above(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1"))
    transfer(request=request, whom=cast.mm, actor=cast.counter1, now=NOW)
    person = cast.person("mm")
    person.left_on = NOW.date()
    person.save()
    look_after_requests(now=NOW)
    assert waiting(request) == ["唐建国"], "above the post she was asked for"


def test_of_a_leaving_author_the_leader_of_her_unit_may_go_on(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1"))
    person = cast.person("clerk")
    person.left_on = NOW.date()
    person.save()
    withdraw(request=request, actor=cast.manager, now=NOW)
    assert Request.objects.get().state == "withdrawn"


def test_of_any_that_is_late_one_above_is_asked_and_the_others_stay(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ANY, *THREE))
    for days in (5, 6):
        look_after_requests(now=later(days=days))
    assert waiting(request) == ["唐建国", "会签2", "会签3"]


def test_whom_the_subject_shuts_out_is_not_asked_though_nobody_wrote_it(toys: Toys) -> None:
    request = toys.brought(of_people(toys.cast, Quorum.ALL, "counter1", "counter2"))
    Request.objects.filter(pk=request.pk).update(author=None)
    toys.out = {toys.cast.counter1.pk}
    asked = signers_of(Request.objects.get(pk=request.pk), request.stage, NOW.date())
    assert toys.cast.counter1 not in [signer.user for signer in asked]


def test_a_working_day_that_ends_before_it_begins_is_said_so(toys: Toys) -> None:
    ParameterValue.objects.create(
        code="approvals.cut_off", unit=toys.cast.unit["HX"], value="08:00", from_on=NOW.date(), set_by=toys.cast.market,
        source="x",
    )  # fmt: skip
    with pytest.raises(NotDone, match=str(WRONG_DAY)):
        toys.brought(of_people(toys.cast, Quorum.ALL, "counter1"))
