"""The auditor's pages: the trail in words by person, thing and day, paged by key; verification as a job."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import services
from core.audit import acting
from core.models import AuditEntry, Verification
from portal.selectors import trail
from portal.texts import CHECKS
from teams.models import Person
from tests.cast import Cast


def rename(cast: Cast, key: str, value: str, by: str = "tradeadmin") -> None:
    with acting(actor_id=cast.user[by].pk, source="web"):
        Person.objects.filter(pk=cast.person(key).pk).update(licence_no=value)


def found(client, **asked):
    return client.get("/audit/", asked).context["page"].rows


def test_the_trail_says_in_words_who_did_what_to_which_row(cast: Cast, signed_in):
    rename(cast, "cm", "S1")
    rename(cast, "cm", "S2")
    client = signed_in(cast.auditor)
    today = timezone.localdate(AuditEntry.objects.latest("pk").at)
    row = found(client, who=cast.user["tradeadmin"].employee_no, on=today)[0]
    assert row.entry.actor == cast.user["tradeadmin"] and row.name == f"{cast.cm.name} 1001"
    assert [(one.old, one.new) for one in row.changes] == [("S1", "S2")]
    page = client.get("/audit/", {"table": "teams_person", "row": str(cast.person("cm").pk), "on": ""}).content.decode()
    assert "<del>S1</del>" in page and "<b>S2</b>" in page and "执业证书" in page
    assert found(client, who="0000", on=today) == ()


def test_the_trail_shows_no_data_of_the_program_and_offers_only_what_it_holds(cast: Cast, signed_in):
    many = {f"figure {n}": n for n in range(30)}
    AuditEntry.objects.create(
        table="crm_import",
        row="1",
        operation="U",
        old={"notes": {}},
        new={"notes": many},
        at=timezone.now(),
        source="x",
    )
    page = signed_in(cast.auditor).get("/audit/", {"table": "crm_import", "row": "1", "on": ""})
    (change,) = page.context["page"].rows[0].changes
    assert (change.label, change.old, change.new) == ("文件情况", "", "30 项")
    assert not [name for _table, name in trail.tables() if name.isascii()]


def test_the_trail_is_paged_by_key_and_no_entry_is_lost_or_shown_twice(cast: Cast, signed_in, monkeypatch):
    monkeypatch.setattr(trail, "A_PAGE", 3)
    for n in range(8):
        rename(cast, "cm", f"S{n}")
    client, asked = signed_in(cast.auditor), {"table": "teams_person", "row": str(cast.person("cm").pk)}
    seen, before = [], ""
    while True:
        page = client.get("/audit/", {**asked, "before": before}).context["page"]
        seen += [row.entry.pk for row in page.rows]
        if not (before := page.after):
            break
    entries = AuditEntry.objects.filter(table="teams_person", row=asked["row"]).order_by("-at", "-pk")
    assert seen == list(entries.values_list("pk", flat=True))


def test_a_page_of_the_trail_is_read_from_an_index(cast: Cast, signed_in):
    client = signed_in(cast.auditor)
    for asked in ({}, {"who": "1001"}, {"table": "teams_person", "row": "1"}):
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/audit/", asked).status_code == 200
        assert len(queries) <= 12
        (sql,) = [one["sql"] for one in queries.captured_queries if 'FROM "core_auditentry"' in one["sql"]]
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Seq Scan on core_auditentry" not in plan


def test_only_who_audits_the_company_reads_the_trail(cast: Cast, signed_in):
    for key in ("manager", "market", "clerk", "tradeadmin", "cm"):
        for address in ("/audit/", "/audit/verification/"):
            assert signed_in(cast.user[key]).get(address).status_code == 403


@pytest.mark.budget(3)
def test_a_verification_is_asked_for_once_done_by_a_worker_and_shown(cast: Cast, signed_in):
    client = signed_in(cast.auditor)
    for _ in range(2):
        assert client.post("/audit/verify/").status_code == 302
    assert Verification.objects.get().state == "asked"
    now = timezone.now()
    done = services.verify_when_asked(now=now, clock=timezone.now)
    assert services.verify_when_asked(now=now, clock=timezone.now) is None
    page = client.get("/audit/verification/")
    assert done is not None and page.context["last"] == done
    assert {name for name, one in page.context["rows"] if one is None} == set()
    assert {name for name, _one in page.context["rows"]} == set(CHECKS), "every check has a name that people read"
    assert done.state == ("sound" if not any(one["bad"] for one in done.checks) else "unsound")


def test_a_verification_whose_worker_died_is_taken_up_again_and_breaks_off_in_the_end(cast: Cast, monkeypatch):
    def dies() -> dict[str, list[object]]:
        raise KeyboardInterrupt

    monkeypatch.setattr(services, "findings_of_all", dies)
    now = timezone.now()
    services.ask_to_verify(actor_id=cast.user["auditor"].pk, now=now)
    for n in range(3):
        with pytest.raises(KeyboardInterrupt):
            services.verify_when_asked(now=now + n * timedelta(hours=2), clock=timezone.now)
        assert services.verify_when_asked(now=now + n * timedelta(hours=2), clock=timezone.now) is None
    services.verify_when_asked(now=now + timedelta(hours=9), clock=timezone.now)
    assert Verification.objects.get().state == "broken"
