"""A verb's answer: done once and told, or the page again with the refusal where it belongs."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse

from core.answers import carried_out
from core.editing import ChangedMeanwhile, EditForm
from core.refusals import MovedOn, NotDone, NotYours, ReasonMissing, given


class Plan(EditForm):
    due_on = forms.CharField()
    note = forms.CharField(required=False)


class TooLate(NotDone):
    text, field = "The plan is due on %(day)s.", "due_on"


@pytest.fixture
def request_(rf):
    request = rf.post("/")
    request._messages = CookieStorage(request)
    return request


def answered(request: HttpRequest, sent: dict[str, str], do) -> tuple[int, dict[str, list[str]], list[str]]:
    """Status, what stands at which field, and what is said above."""
    form = Plan(sent)
    shown: dict[str, list[str]] = {}

    def again(form: forms.Form, status: int) -> HttpResponse:
        shown.update({field: [str(one) for one in errors] for field, errors in form.errors.items()})
        return HttpResponse(status=status)

    answer = carried_out(request, form, do, again=again, then=("portal:home",), says=lambda done: f"Done: {done}")
    return answer.status_code, shown, [str(one) for one in get_messages(request)]


def refuse(refusal: Exception):
    def do(sent: dict[str, str]) -> None:
        raise refusal

    return do


def test_done_is_told_and_leads_on(request_):
    assert answered(request_, {"due_on": "x"}, lambda sent: sent["due_on"]) == (302, {}, ["Done: x"])


def test_what_cannot_be_read_is_never_done(request_):
    status, shown, said = answered(request_, {}, refuse(AssertionError()))
    assert (status, list(shown), said) == (422, ["due_on"], [])


@pytest.mark.parametrize(
    ("refusal", "status", "field", "text"),
    [
        (TooLate(day="Monday"), 422, "due_on", "The plan is due on Monday."),
        (MovedOn("Somebody was quicker."), 409, "__all__", "Somebody was quicker."),
        (NotYours("Hers."), 403, "__all__", "Hers."),
        (NotDone("No such field.", field="elsewhere"), 422, "__all__", "No such field."),
    ],
)
def test_a_refusal_stands_at_its_field_with_its_status(request_, refusal, status, field, text):
    assert answered(request_, {"due_on": "x"}, refuse(refusal)) == (status, {field: [text]}, [])


def test_a_newer_row_is_shown_beside_what_was_typed(request_):
    form = Plan({"due_on": "mine", "opened": '{"due_on": "old"}'})
    page = carried_out(
        request_,
        form,
        refuse(ChangedMeanwhile({"due_on": "theirs"})),
        again=lambda form, status: HttpResponse(f"{form.beside[0].mine} {form.beside[0].there}", status=status),
        then=("portal:home",),
    )
    assert (page.status_code, page.content.decode()) == (409, "mine theirs")


def test_without_a_form_the_page_gets_the_sentence(request_):
    page = carried_out(
        request_,
        None,
        refuse(MovedOn("Filed meanwhile.")),
        again=lambda error, status: HttpResponse(error, status=status),
        then=("portal:home",),
    )
    assert (page.status_code, page.content.decode()) == (409, "Filed meanwhile.")


def test_a_reason_is_asked_for():
    assert given("  because ") == "because"
    with pytest.raises(ReasonMissing) as missing:
        given(" ")
    assert missing.value.field == "reason"
