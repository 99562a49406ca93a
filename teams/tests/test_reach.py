"""Out of sight is 404, in sight without the power is 403, in one place."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from teams.authority import Power
from teams.models import Person, Posting, Unit
from teams.reach import needs, reach

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(rf, cast):
    def request(key: str):
        one = rf.get("/")
        one.user = cast.user[key]
        return one

    return request


def test_a_row_is_reached_in_sight_and_with_the_power_over_its_unit(cast, as_):
    posting = cast.person("am").postings.get()
    postings = Posting.objects.select_related("unit")
    assert reach(as_("mm"), postings, posting.public_id, Power.APPOINT_STAND_IN) == posting
    with pytest.raises(PermissionDenied):
        reach(as_("deputy"), postings, posting.public_id, Power.APPOINT_STAND_IN)
    with pytest.raises(Http404):
        reach(as_("sibling_mm"), postings, posting.public_id, Power.APPOINT_STAND_IN)


def test_without_powers_sight_is_enough_and_the_row_may_be_the_unit(cast, as_):
    assert reach(as_("cm"), Person, cast.person("cm").public_id) == cast.person("cm")
    unit = cast.unit["B1M1"]
    assert reach(as_("mm"), Unit, unit.pk, Power.SET_POLICY, at="") == unit
    assert reach(as_("mm"), Unit, "B1M1", at="", by="code") == unit
    with pytest.raises(PermissionDenied):
        reach(as_("am"), Unit, unit.pk, Power.SET_POLICY, at="")


def test_a_page_may_need_a_power_held_anywhere(as_):
    @needs(Power.DRAFT_PAY, Power.SIGN_PAY_1)
    def page(request, word: str) -> HttpResponse:
        return HttpResponse(word)

    assert page(as_("accountant"), word="seen").content == b"seen"
    with pytest.raises(PermissionDenied):
        page(as_("cm"), word="seen")
