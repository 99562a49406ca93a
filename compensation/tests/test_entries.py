"""What finance enters for a person and month, with two at it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import User
from compensation.models import PersonMonth
from compensation.services.entries import record_person_month
from compensation.tests.month import NOW, PayOf, october
from core.editing import ChangedMeanwhile, Seen
from tests.cast import build_cast
from tests.opened import opened

MONEY = dict.fromkeys(("client_cost", "attendance_deduction", "social_insurance", "income_tax"), "0")
OF = ["B1", "2026-10", "1001"]


@pytest.mark.clause("D15.a")
def test_of_two_clerks_at_one_entry_the_older_page_overwrites_nothing(pay_of: PayOf, signed_in, time_machine) -> None:
    pay_of.drafted()
    client, address = signed_in(pay_of.cast.clerk), reverse("compensation:record_entry", args=OF)
    both = opened(client.get(reverse("compensation:entry", args=OF)))
    assert client.post(address, {**MONEY, "complaints": "3", "opened": both}).status_code == 302
    later = {**MONEY, "complaints": "0", "income_tax": "81.20", "remark": "个税已核", "opened": both}
    answer = client.post(address, later)
    shown = answer.content.decode()
    assert answer.status_code == 409 and PersonMonth.objects.get().complaints == 3
    assert "您的内容" in shown and "现有内容" in shown
    assert 'name="complaints" value="3"' in shown, "she had not touched the complaints"
    assert 'value="81.20"' in shown and "个税已核" in shown, "what she typed is still there"
    again = {**later, "complaints": "3", "opened": opened(answer)}
    assert client.post(address, again).status_code == 302
    entry = PersonMonth.objects.get()
    assert (entry.complaints, str(entry.income_tax)) == (3, "81.20")
    time_machine.shift(60)
    once_more = client.post(address, again, follow=True)
    assert "保存过相同的内容" in once_more.content.decode(), (
        "sent again it clashes not with itself, and says when it was saved"
    )


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_the_same_moment_one_wins_and_the_other_is_told() -> None:
    pay_of = october(build_cast())
    pay_of.drafted()
    start = threading.Barrier(2)
    results: list[str] = []
    blank: dict[str, Any] = {"complaints": 0, "remark": ""}
    actor: User = pay_of.user("clerk")

    def save(**values: Any) -> None:
        try:
            start.wait(10)
            record_person_month(
                branch=pay_of.branch, month=pay_of.month, person=pay_of.cast.person("cm"), actor=actor, now=NOW,
                seen=Seen({"complaints": "0", "remark": ""}), **(blank | values),
            )  # fmt: skip
            results.append("saved")
        except ChangedMeanwhile:
            results.append("told")
        finally:
            connection.close()

    both: list[dict[str, Any]] = [{"complaints": 3}, {"remark": "later"}]
    threads = [threading.Thread(target=save, kwargs=values) for values in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results) == ["saved", "told"]
