from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.http import QueryDict

from core.editing import ChangedMeanwhile, EditForm, Seen


class RateForm(EditForm):
    name = forms.CharField(label="name", required=False)
    rate = forms.DecimalField(label="rate", required=False)
    on = forms.DateField(label="on", required=False)
    is_open = forms.BooleanField(label="is open", required=False)


ROW = {"name": "a", "rate": Decimal("1.50"), "on": date(2026, 11, 2), "is_open": True}
TYPED = {"name": "a", "rate": "1.5", "on": "2026-11-02", "is_open": "on"}


def sent(**typed: str) -> RateForm:
    """The form of a page opened on ROW, with something else typed into it; "" for a box no longer ticked."""
    data = QueryDict(mutable=True)
    data.update({"opened": RateForm(initial=ROW).opened, **TYPED, **typed})
    if not data["is_open"]:
        del data["is_open"]
    form = RateForm(data)
    assert form.is_valid()
    return form


def clash(form: RateForm, there: dict[str, object]) -> EditForm | None:
    try:
        form.seen.must_hold(there, wanted=form.cleaned_data)
    except ChangedMeanwhile as changed:
        form.meet(changed)
        return form
    return None


def test_a_row_that_is_as_it_was_seen_may_be_changed_however_its_values_are_written():
    assert clash(sent(name="b", rate="2"), {**ROW, "rate": Decimal("1.5000")}) is None
    assert clash(sent(name="b"), {**ROW, "name": "a "}) is None


def test_a_row_that_is_already_as_wanted_is_no_clash():
    assert clash(sent(name="b"), {**ROW, "name": "b"}) is None


def test_both_stand_side_by_side_and_what_was_not_touched_takes_the_newer_value():
    form = clash(sent(name="mine", is_open=""), {**ROW, "name": "theirs", "rate": Decimal("1.75")})
    assert form is not None
    assert [(one.name, one.mine, one.there, one.is_taken_over) for one in form.beside] == [
        ("name", "mine", "theirs", False),
        ("rate", "1.5", "1.75", True),
        ("is_open", "否", "是", False),
    ]
    assert (form["name"].value(), form["rate"].value(), form["is_open"].value()) == ("mine", "1.75", False)
    again = RateForm(form.data)
    assert again.is_valid()
    assert clash(again, {**ROW, "name": "theirs", "rate": Decimal("1.75")}) is None, "saved again, knowingly"


@pytest.mark.parametrize("opened", ["", "[]", "{", "9" * 5000, "[" * 5000, '{"name": 3}'])
def test_a_page_that_does_not_say_what_it_saw_overwrites_nothing(opened: str):
    form = sent(name="b", opened=opened)
    assert clash(form, ROW) is not None
    Seen().must_hold(None, wanted={"name": "b"})  # where nothing is, nothing is lost
