"""The engine's twelve rules on a toy subject (D4.b–c)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from approvals.models import Assignment, Request, Round
from approvals.routes import Route, RouteStage, Whom
from approvals.rules.names import Placing, Quorum
from approvals.rules.verbs import Verb
from approvals.services.deciding import give_back, recall
from approvals.services.looking_after import look_after_requests
from approvals.services.moving import STEPPED_UP
from approvals.services.questions import answer, ask_author, remind
from approvals.services.refusals import (
    AskedAlready,
    DecidedElsewhere,
    Finished,
    HasSpoken,
    NobodyNamed,
    NoQuestion,
    NotAsked,
    NothingBefore,
    NotOnThisRoute,
    NotYourTurn,
    OwnRequest,
    QuestionOpen,
    RemindedAlready,
    RequestChanged,
    UnderDecision,
    WithAuthor,
)
from approvals.services.requests import submit, withdraw
from approvals.services.seating import add_signer, delegate, remove_signer, transfer
from approvals.tests.toys import COUNTERSIGN, LINE, NAME, NOW, SIGNED, Toys, engage, later, of_people, say, waiting
from core.refusals import NotYours, ReasonMissing
from messaging.models import Message
from teams.models import Posting, Role

pytestmark = pytest.mark.clause("D4.c")
THREE = ("counter1", "counter2", "counter3")


def told(user: User, text: str) -> int:
    return Message.objects.filter(recipient=user, rule__startswith=f"approvals.{text}:").count()


def ends(request: Request) -> dict[str, str]:
    """How each one's last assignment ended."""
    found = Assignment.objects.filter(round__request=request).order_by("pk")
    return {one.name: one.outcome for one in found}


@pytest.mark.clause("D4.b")
def test_the_route_of_a_branch_request_from_its_departments_to_the_returned_opinion(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(COUNTERSIGN, named=["HX-LAW", "HX-FIN"])
    assert (request.number, request.title) == ("B1-2026-0001", "人民路营业部")
    assert waiting(request) == ["贾思远"]
    say(request, cast.market)
    assert waiting(request) == ["会签2", "会签1"], "in parallel"
    say(request, cast.counter2, remark="注意费用")
    assert waiting(request) == ["会签1"]
    say(request, cast.counter1)
    assert waiting(request) == ["秦副总"]
    say(request, cast.vice)
    say(request, cast.office)
    request.refresh_from_db()
    assert (request.state, toys.done) == ("agreed", ["agreed"])
    assert ends(request)["会签2"] == "remarked"
    assert told(cast.clerk, "finished") == 1
    assert not Assignment.objects.open().exists()


def test_who_must_countersign_is_named(toys: Toys) -> None:
    with pytest.raises(NobodyNamed):
        toys.brought(COUNTERSIGN)
    assert not Request.objects.exists()
    assert toys.brought(COUNTERSIGN, named=["HX-LAW"]).number == "B1-2026-0001", "the refused one took no number"


def test_the_first_refusal_among_countersigners_ends_the_countersigning(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(COUNTERSIGN, named=["HX-LAW", "HX-FIN", "HX-HR"])
    say(request, cast.market)
    say(request, cast.counter1)
    with pytest.raises(ReasonMissing):
        say(request, cast.counter2, Verb.REFUSE, remark=" ")
    say(request, cast.counter2, Verb.REFUSE, remark="超出预算")
    request.refresh_from_db()
    assert (request.state, toys.done) == ("refused", ["refused"])
    assert ends(request)["会签1"] == "agreed" and ends(request)["会签3"] == "not_needed"
    assert Message.objects.get(recipient=cast.clerk, rule__startswith="approvals.finished").body.count("超出预算") == 1
    with pytest.raises(Finished):
        say(request, cast.counter3)


def test_a_share_is_decided_as_soon_as_arithmetic_decides_it(toys: Toys) -> None:
    request = toys.brought(of_people(toys.cast, Quorum.SHARE, *THREE, share="2/3"))
    say(request, toys.cast.counter3)
    say(request, toys.cast.counter1)
    request.refresh_from_db()
    assert request.state == "agreed"
    assert ends(request) == {"会签1": "agreed", "会签2": "not_needed", "会签3": "agreed"}


def test_of_any_the_first_decides_and_nobody_else_has(toys: Toys) -> None:
    request = toys.brought(of_people(toys.cast, Quorum.ANY, *THREE))
    say(request, toys.cast.counter2)
    assert ends(request) == {"会签1": "not_needed", "会签2": "agreed", "会签3": "not_needed"}
    with pytest.raises(Finished):
        say(request, toys.cast.counter1)


def test_in_order_one_is_asked_after_the_other(toys: Toys) -> None:
    request = toys.brought(of_people(toys.cast, Quorum.IN_ORDER, *THREE))
    assert waiting(request) == ["会签1"] and told(toys.cast.counter2, "waits") == 0
    with pytest.raises(NotYourTurn):
        say(request, toys.cast.counter2)
    say(request, toys.cast.counter1)
    assert waiting(request) == ["会签2"] and told(toys.cast.counter2, "waits") == 1


def test_two_returns_step_back_one_stage_each_and_ask_all_anew(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(COUNTERSIGN, named=["HX-LAW", "HX-FIN"])
    say(request, cast.market)
    say(request, cast.counter1)
    say(request, cast.counter2)
    give_back(request=request, actor=cast.vice, remark="再议", now=NOW, to_author=False)
    assert waiting(request) == ["会签2", "会签1"], "all of them anew"
    give_back(request=request, actor=cast.counter1, remark="再议", now=NOW, to_author=False)
    assert waiting(request) == ["贾思远"]
    assert not Assignment.objects.open().filter(user=cast.counter2.pk).exists()
    with pytest.raises(NothingBefore):
        give_back(request=request, actor=cast.market, remark="再议", now=NOW, to_author=False)
    rounds = [(one.number, one.stage, one.result) for one in Round.objects.order_by("number")]
    assert rounds == [(1, 0, "agreed"), (2, 1, "agreed"), (3, 2, "returned"), (4, 1, "returned"), (5, 0, "")]


def test_what_was_returned_to_the_author_comes_again_with_its_number(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(LINE, by="am")
    with pytest.raises(UnderDecision):
        submit(name=NAME, thing=toys.thing, actor=cast.am, now=NOW)
    give_back(request=request, actor=cast.mm, remark="缺附件", now=NOW)
    request.refresh_from_db()
    assert (request.state, toys.done) == ("with_author", ["returned"])
    assert told(cast.am, "returned") == 1
    for verb in (Verb.AGREE, Verb.REFUSE):
        with pytest.raises(WithAuthor):
            say(request, cast.mm, verb)
    with pytest.raises(NotYours):
        submit(name=NAME, thing=toys.thing, actor=cast.cm, now=NOW)
    toys.changed("人民路证券营业部")
    again = submit(name=NAME, thing=toys.thing, actor=cast.am, now=NOW)
    assert (again.pk, again.number, again.version) == (request.pk, "B1-2026-0001", 2)
    assert waiting(again) == ["郑国强"]


def test_a_changed_content_asks_again_and_keeps_what_was_said_on_the_old_one(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(COUNTERSIGN, named=["HX-LAW"])
    say(request, cast.market)
    seen = Request.objects.get(pk=request.pk).digest
    toys.changed("另一个名字")
    with pytest.raises(RequestChanged):
        say(request, cast.counter1, seen=seen)
    request.refresh_from_db()
    assert (request.version, waiting(request)) == (2, ["贾思远"])
    old = Assignment.objects.get(said="agreed")
    assert (old.version, old.digest, old.outcome) == (1, seen, "agreed")
    assert told(cast.market, "changed") == told(cast.counter1, "changed") == 1
    say(request, cast.market)
    assert waiting(request) == ["会签1"]
    with pytest.raises(RequestChanged):
        say(request, cast.counter1, seen=seen)
    assert not Assignment.objects.filter(user=cast.counter1.pk, said="agreed").exists()


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


def test_different_stages_are_different_people(toys: Toys) -> None:
    cast = toys.cast
    for role in (Role.CHIEF_ACCOUNTANT, Role.DEPUTY_BRANCH_MANAGER):
        Posting.objects.create(person=cast.person("tradeadmin"), unit=cast.unit["B1"], role=role, from_on=NOW.date())
    request = toys.brought(SIGNED)
    assert waiting(request) == ["宋玉梅", "冯丽"]
    say(request, cast.tradeadmin)
    assert waiting(request) == ["韩冰"], "who has signed is not asked again"
    toys.out = {cast.deputy.pk}
    with pytest.raises(DecidedElsewhere):
        say(request, cast.deputy)


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


@pytest.mark.clause("D7")
def test_a_delegate_decides_for_a_time_and_the_sheet_says_for_whom(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1", "counter2"))
    tomorrow = later(days=1)
    delegate(giver=cast.counter1, taker=cast.counter3, from_on=tomorrow.date(), to_on=later(days=3).date(), actor=cast.counter1, now=NOW)  # fmt: skip
    delegate(giver=cast.counter2, taker=cast.clerk, from_on=NOW.date(), to_on=None, actor=cast.counter2, now=NOW)
    look_after_requests(now=NOW)
    assert waiting(request) == ["会签1", "会签2"], "not yet, and never to the author"
    look_after_requests(now=tomorrow)
    assert waiting(request) == ["会签3", "会签2"]
    word = say(request, cast.counter3, at=tomorrow)
    assert (word.name, word.behalf) == ("会签3", cast.counter1)
    with pytest.raises(NotAsked):
        say(request, cast.counter1, at=tomorrow)


def test_a_delegation_of_one_subject_is_for_no_other(toys: Toys) -> None:
    cast = toys.cast
    delegate(giver=cast.counter1, taker=cast.counter3, from_on=NOW.date(), to_on=None, actor=cast.counter1, now=NOW, subject="other")  # fmt: skip
    assert waiting(toys.brought(of_people(cast, Quorum.ALL, "counter1"))) == ["会签1"]


def test_a_signer_added_before_is_asked_first_and_her_refusal_stands(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1"))
    add_signer(request=request, whom=cast.counter2, place=Placing.BEFORE, actor=cast.counter1, now=NOW)
    assert waiting(request) == ["会签2"]
    with pytest.raises(NotYourTurn):  # handing over after asking somebody first
        transfer(request=request, whom=cast.counter3, actor=cast.counter1, now=NOW)
    say(request, cast.counter2, Verb.REFUSE)
    request.refresh_from_db()
    assert (request.state, ends(request)) == ("refused", {"会签1": "not_needed", "会签2": "refused"})


def test_a_signer_added_after_comes_after_and_one_beside_has_a_vote_of_her_own(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1"))
    add_signer(request=request, whom=cast.counter2, place=Placing.AFTER, actor=cast.counter1, now=NOW)
    add_signer(request=request, whom=cast.counter3, place=Placing.BESIDE, actor=cast.counter1, now=NOW)
    assert waiting(request) == ["会签1", "会签3"]
    with pytest.raises(AskedAlready):
        add_signer(request=request, whom=cast.counter3, place=Placing.BESIDE, actor=cast.counter1, now=NOW)
    say(request, cast.counter1)
    assert waiting(request) == ["会签2", "会签3"]
    say(request, cast.counter3)
    say(request, cast.counter2)
    assert Request.objects.get().state == "agreed"


def test_who_was_added_and_has_not_spoken_can_be_removed(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1"))
    for key in ("counter2", "counter3"):
        add_signer(request=request, whom=cast.user[key], place=Placing.BEFORE, actor=cast.counter1, now=NOW)
        if key == "counter2":
            say(request, cast.counter2)
    with pytest.raises(HasSpoken):
        remove_signer(request=request, whom=cast.counter2, actor=cast.counter1, now=NOW)
    with pytest.raises(NotYours):
        remove_signer(request=request, whom=cast.counter3, actor=cast.counter2, now=NOW)
    remove_signer(request=request, whom=cast.counter3, actor=cast.counter1, now=NOW)
    assert waiting(request) == ["会签1"] and told(cast.counter3, "not_needed") == 1


def test_a_transfer_names_the_new_one(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1", "counter2"))
    with pytest.raises(AskedAlready):
        transfer(request=request, whom=cast.counter2, actor=cast.counter1, now=NOW)
    transfer(request=request, whom=cast.counter3, actor=cast.counter1, now=NOW)
    assert waiting(request) == ["会签3", "会签2"] and told(cast.counter3, "waits") == 1
    with pytest.raises(NotAsked):
        say(request, cast.counter1)


def test_withdrawn_by_its_author_while_undecided(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, *THREE))
    say(request, cast.counter1)
    with pytest.raises(NotYours):
        withdraw(request=request, actor=cast.counter2, now=NOW)
    withdraw(request=request, actor=cast.clerk, now=NOW, remark="重写")
    assert ends(request) == {"会签1": "agreed", "会签2": "withdrawn", "会签3": "withdrawn"}
    assert toys.done == ["withdrawn"] and told(cast.counter2, "not_needed") == 1
    assert toys.brought(LINE, by="am").number == "B1-2026-0002"


def test_an_opinion_is_taken_back_while_nobody_after_it_has_spoken(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(COUNTERSIGN, named=["HX-LAW", "HX-FIN"])
    say(request, cast.market, at=NOW)
    recall(request=request, actor=cast.market, now=later(minutes=1))
    assert waiting(request) == ["贾思远"], "the countersigning it opened is closed again"
    say(request, cast.market, at=later(minutes=2))
    say(request, cast.counter1, at=later(minutes=3))
    with pytest.raises(HasSpoken):
        recall(request=request, actor=cast.market, now=later(minutes=4))
    recall(request=request, actor=cast.counter1, now=later(minutes=5))
    assert waiting(request) == ["会签2", "会签1"]
    kept = Assignment.objects.filter(user=cast.counter1.pk, outcome="withdrawn").get()
    assert kept.said == "agreed", "it stays on the sheet"


def test_of_any_a_word_taken_back_asks_the_others_again(toys: Toys) -> None:
    cast = toys.cast
    route = of_people(cast, Quorum.ANY, *THREE)
    two = type(route)(route.key, route.label, (*route.stages, *LINE.stages[1:]))
    request = toys.brought(two)
    say(request, cast.counter1, at=NOW)
    recall(request=request, actor=cast.counter1, now=later(minutes=1))
    assert sorted(waiting(request)) == ["会签1", "会签2", "会签3"]


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


def test_the_same_word_twice_is_one_word(toys: Toys) -> None:
    request = toys.brought(of_people(toys.cast, Quorum.ALL, "counter1", "counter2"))
    assert say(request, toys.cast.counter1) == say(request, toys.cast.counter1)
    with pytest.raises(NotAsked):
        say(request, toys.cast.counter1, Verb.REFUSE)


def test_numbers_have_no_gaps_and_start_anew_each_year(toys: Toys) -> None:
    numbers = []
    for year in (2026, 2026, 2027):
        request = toys.brought(LINE, by="am") if year == 2026 else submit(name=NAME, thing=toys.thing, actor=toys.cast.am, now=NOW.replace(year=2027))  # fmt: skip
        numbers.append(request.number)
        withdraw(request=request, actor=toys.cast.am, now=NOW)
    assert numbers == ["B1-2026-0001", "B1-2026-0002", "B1-2027-0001"]


def test_seen_by_those_who_take_part_and_by_the_subjects_power(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1"))
    seers = [key for key in cast.user if Request.objects.visible_to(cast.user[key]).filter(pk=request.pk).exists()]
    assert seers == ["clerk", "auditor", "counter1"]


def test_who_is_asked_at_two_stages_speaks_at_each(toys: Toys) -> None:
    people = Whom(people=(toys.cast.counter1.pk,))
    route = Route("toy.twice", "Twice", (RouteStage("a", "a", people), RouteStage("b", "b", people)))
    request = toys.brought(route)
    first = say(request, toys.cast.counter1)
    assert say(request, toys.cast.counter1) != first
    assert Request.objects.get().state == "agreed"


@pytest.mark.parametrize(
    "change",
    [
        {"said": "refused", "remark": "x"}, {"remark": "anders"}, {"digest": "0" * 64}, {"name": "别人"}, {"outcome": "refused"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_the_database_keeps_what_was_said(toys: Toys, change: dict[str, str]) -> None:
    request = toys.brought(of_people(toys.cast, Quorum.ALL, "counter1"))
    say(request, toys.cast.counter1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.update(**change)
    for rows in (Assignment, Request):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.objects.all()._raw_delete("default")
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.update(state="refused")


def test_a_delegate_who_is_asked_already_is_not_asked_twice(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1"))
    add_signer(request=request, whom=cast.counter2, place=Placing.BEFORE, actor=cast.counter1, now=NOW)
    delegate(giver=cast.counter1, taker=cast.counter2, from_on=NOW.date(), to_on=None, actor=cast.counter1, now=NOW)
    look_after_requests(now=NOW)
    assert waiting(request) == ["会签2"]
    say(request, cast.counter2)
    look_after_requests(now=NOW)
    assert waiting(request) == ["会签2"], "now for the one who delegated"
    assert say(request, cast.counter2).behalf == cast.counter1


def test_an_opinion_on_an_older_version_is_not_taken_back(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1", "counter2"))
    say(request, cast.counter1)
    toys.changed("别的")
    with pytest.raises(RequestChanged):
        say(request, cast.counter2)
    with pytest.raises(NotYours):
        recall(request=request, actor=cast.counter1, now=NOW)
    assert sorted(waiting(request)) == ["会签1", "会签2"]


def test_who_decides_for_her_living_finds_what_waits_on_her_first_screen(toys: Toys, signed_in) -> None:
    request = toys.brought(of_people(toys.cast, Quorum.ALL, "counter1", "office"))
    for key, there in (("counter1", True), ("office", True), ("vice", False), ("clerk", False)):
        page = signed_in(toys.cast.user[key]).get("/").content.decode()
        assert (reverse("approvals:request", args=[request.public_id]) in page) is there, key


def test_who_is_asked_once_more_in_the_round_does_not_take_her_first_word_back(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1"))
    add_signer(request=request, whom=cast.counter2, place=Placing.BEFORE, actor=cast.counter1, now=NOW)
    say(request, cast.counter2)
    transfer(request=request, whom=cast.counter2, actor=cast.counter1, now=NOW)
    with pytest.raises(AskedAlready):
        recall(request=request, actor=cast.counter2, now=NOW)
    assert waiting(request) == ["会签2"]
