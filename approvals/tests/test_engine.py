"""Rules 1 to 3, 6, 9 and 10 of the engine on a toy subject: rounds, words, content, numbers (D4.b–c)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from approvals.models import Assignment, Request, RequestQuerySet, Round
from approvals.routes import Route, RouteStage, Whom
from approvals.rules.names import Quorum
from approvals.rules.verbs import Verb
from approvals.services.deciding import give_back
from approvals.services.refusals import (
    DecidedElsewhere,
    Finished,
    NobodyNamed,
    NotAsked,
    NothingBefore,
    NotYourTurn,
    RequestChanged,
    UnderDecision,
    WithAuthor,
)
from approvals.services.requests import submit, withdraw
from approvals.tests.toys import COUNTERSIGN, LINE, NAME, NOW, SIGNED, THREE, Toys, of_people, say, told, waiting
from core.refusals import NotYours, ReasonMissing
from messaging.models import Message
from teams.models import Posting, Role

pytestmark = pytest.mark.clause("D4.c")


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


def test_a_word_of_a_pass_that_was_begun_again_is_no_word_any_more(toys: Toys) -> None:
    """冯丽 stands in as accountant and as deputy: what she signed before the return shuts her out of nothing after it."""
    cast = toys.cast
    for role in (Role.CHIEF_ACCOUNTANT, Role.DEPUTY_BRANCH_MANAGER):
        Posting.objects.create(person=cast.person("tradeadmin"), unit=cast.unit["B1"], role=role, from_on=NOW.date())
    request = toys.brought(SIGNED)
    say(request, cast.tradeadmin)
    say(request, cast.deputy)
    give_back(request=request, actor=cast.manager, remark="再核", now=NOW)
    submit(name=NAME, thing=toys.thing, actor=cast.clerk, now=NOW)
    with pytest.raises(NotAsked):
        say(request, cast.deputy)  # on the same content, but not her turn
    say(request, cast.accountant)
    assert waiting(request) == ["韩冰", "冯丽"]
    assert say(request, cast.tradeadmin).round.stage == 1


def test_what_was_withdrawn_meanwhile_is_not_submitted_again(toys: Toys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both saw it with its author; the withdrawal was quicker."""
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ALL, "counter1"))
    give_back(request=request, actor=cast.counter1, remark="x", now=NOW)
    stale = Request.objects.get(pk=request.pk)
    withdraw(request=request, actor=cast.clerk, now=NOW)
    monkeypatch.setattr(RequestQuerySet, "undecided", lambda rows: rows.model.objects.filter(pk=stale.pk))
    with pytest.raises(Finished):
        submit(name=NAME, thing=toys.thing, actor=cast.clerk, now=NOW)
