"""What it costs does not grow with how many requests there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from approvals.models import Assignment, Request, Round
from approvals.rules.names import Quorum
from approvals.services.looking_after import look_after_requests
from approvals.tests.toys import NOW, Toys, of_people

MANY = 400


def many_more(request: Request) -> None:
    """The same request many times over, open and asked, written by statement."""
    said = {"named", "id", "public_id", "number", "about_id"}
    like: dict[str, Any] = {
        f.attname: getattr(request, f.attname) for f in Request._meta.concrete_fields if f.name not in said
    }
    requests = Request.objects.bulk_create(
        Request(**like, number=f"X-{n}", about_id=10**6 + n) for n in range(MANY)
    )  # fmt: skip
    one, task = request.rounds.get(), Assignment.objects.get()
    rounds = Round.objects.bulk_create(
        Round(request=each, number=1, stage=0, opened_at=NOW, due_at=one.due_at, looked_on=NOW.date())
        for each in requests
    )
    Assignment.objects.bulk_create(
        Assignment(round=each, seat=0, user=task.user, name=task.name, opened_at=NOW, turn=True) for each in rounds
    )


@pytest.mark.budget(2)
@pytest.mark.clause("D4.c")
def test_inbox_and_schedule_cost_the_same_with_many(toys: Toys, signed_in: Callable[[User], Client]) -> None:
    request = toys.brought(of_people(toys.cast, Quorum.ALL, "counter1"))
    look_after_requests(now=NOW)
    client, found = signed_in(toys.cast.counter1), []
    for _size in range(2):
        with CaptureQueriesContext(connection) as tick:
            look_after_requests(now=NOW)
        with CaptureQueriesContext(connection) as page:
            answer = client.get(reverse("approvals:waiting"))
        found.append((len(tick), len(page), len(answer.content) < 100_000))
        if not _size:
            many_more(request)
    assert found[0] == found[1] and found[1][2], found
    assert found[0][0] == 1, "a tick with nothing due asks once"
