"""Rules 5, 8 and 9: handing over, adding and removing signers, delegating, taking a word back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from approvals.models import Assignment, Request
from approvals.rules.names import Placing, Quorum
from approvals.rules.verbs import Verb
from approvals.services.deciding import recall
from approvals.services.looking_after import look_after_requests
from approvals.services.refusals import AskedAlready, HasSpoken, NotAsked, NotYourTurn, RequestChanged
from approvals.services.seating import add_signer, delegate, remove_signer, transfer
from approvals.tests.toys import COUNTERSIGN, LINE, NOW, THREE, Toys, later, of_people, say, told, waiting
from core.refusals import NotYours

pytestmark = pytest.mark.clause("D4.c")


def ends(request: Request) -> dict[str, str]:
    """How each one's last assignment ended."""
    found = Assignment.objects.filter(round__request=request).order_by("pk")
    return {one.name: one.outcome for one in found}


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


def test_of_any_who_hands_over_is_not_asked_by_her_post_again(toys: Toys) -> None:
    cast = toys.cast
    request = toys.brought(of_people(cast, Quorum.ANY, "counter1", "counter2"))
    transfer(request=request, whom=cast.counter3, actor=cast.counter1, now=NOW)
    look_after_requests(now=later(days=1))
    assert waiting(request) == ["会签3", "会签2"]
