"""The trade administrator's first screen: what is incomplete within her branch, each with where it is solved."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from crm.models import Import, ImportKind
from teams.models import Outlet, OutletPosting, PartnerBank, Person
from tests.cast import Cast
from worklogs.tests.desk import noon


def test_the_queue_holds_what_is_incomplete_and_leads_to_where_it_is_solved(cast: Cast, signed_in):
    bank = PartnerBank.objects.create(code="ICBC", name="工商银行")
    for code, unit in (("N1", "B1M1A1"), ("N2", "B1M1A1"), ("N3", "B2M1A1")):
        Outlet.objects.create(code=code, name=f"网点{code}", bank=bank, unit=cast.unit[unit])
    OutletPosting.objects.create(person=cast.person("cm"), outlet=Outlet.objects.get(code="N2"), from_on=cast.today)
    Person.objects.update(licence_no="S1", licence_until=cast.today + timedelta(days=400))
    Person.objects.filter(pk=cast.person("cm").pk).update(licence_no="")
    Person.objects.filter(pk=cast.person("cm2").pk).update(licence_until=cast.today + timedelta(days=10))
    Person.objects.filter(pk=cast.person("sibling_cm").pk).update(licence_no="")
    cast.cm2.set_unusable_password()
    cast.cm2.save()
    for unit in ("B1", "B2"):
        Import.objects.create(
            kind=ImportKind.OPENINGS, unit=cast.unit[unit], state="checked", file_name=f"{unit}.xlsx", file_sha256="0",
            checked_at=noon(cast.today),
        )  # fmt: skip
    client = signed_in(cast.user["tradeadmin"])
    response = client.get("/")
    queue, text = response.context["queue"], response.content.decode()
    assert [outlet.code for outlet in queue.outlets.rows] == ["N1"]
    assert [one.employee_no for one in queue.licences.rows] == ["1001", "1002"]
    assert "1002" in [one.employee_no for one in queue.passwords.rows]
    assert [one.file_name for one in queue.files.rows] == ["B1.xlsx"]
    assert queue.count == sum(len(part.rows) for part in (queue.passwords, queue.licences, queue.outlets, queue.files))
    links = {unescape(url) for url in re.findall(r'href="(/[^"#]*)"', text) if not url.startswith("/static/")}
    assert {url: status for url in links if (status := client.get(url).status_code) >= 400} == {}
