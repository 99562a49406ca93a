"""What an earlier release wrote stands after the upgrade: two months filed, one signed twice (SOURCE.md tells how it was made)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from approvals.models import Assignment, Request
from approvals.services.looking_after import look_after_requests
from archives.models import Document
from compensation.models import PayLine, PayRun, Signature, Stage
from compensation.models.plans import PAY_PLAN
from compensation.models.runs import PAY_REPORT
from core.models import AuditEntry, AuditSeal
from core.services import seal_audit_trail
from core.verification import findings_of_all
from documents.models import StoredFile
from teams.models import Posting, Role
from tests.upgrade.restored import HERE, restored
from worklogs.models import DayScore

RELEASE = "c16d7ba"
WRITTEN = json.loads((HERE / f"{RELEASE}.json").read_text())
TOLD_AT = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
SIGNERS = {
    Stage.CHIEF_ACCOUNTANT: Role.CHIEF_ACCOUNTANT,
    Stage.DEPUTY_MANAGER: Role.DEPUTY_BRANCH_MANAGER,
    Stage.MANAGER: Role.BRANCH_MANAGER,
}
pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("upgrade")]


@pytest.fixture(scope="module", autouse=True)
def upgraded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    with django_db_blocker.unblock(), restored(RELEASE, tmp_path_factory.mktemp(RELEASE)):
        yield


@pytest.fixture(autouse=True)
def then(time_machine: Any) -> None:
    time_machine.move_to(TOLD_AT + timedelta(hours=1), tick=False)


def browser_of(role: Role) -> Client:
    posting = Posting.objects.on(date(2026, 11, 18)).filter(role=role, acting_for=None).order_by("pk")[0]
    client = Client()
    client.force_login(posting.person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def plain(rows: Any) -> list[list[Any]]:
    """Rows as the file beside the dump holds them."""
    return [[as_written(value) for value in row] for row in rows]


def as_written(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if value is None or isinstance(value, (int, str)) else str(value)


def there() -> dict[str, list[list[Any]]]:
    """The same of the database as it is now."""
    person = "slip__person__user__employee_no"
    runs = PayRun.objects.order_by("month").values_list("branch__code", "month", "state", "version", "total", "digest")
    signatures = Signature.objects.order_by("signed_at").values_list(
        "run__month", "stage", "signer_name", "version", "digest", "signed_at", "voided_at"
    )
    lines = PayLine.objects.order_by("run__month", person, "position").values_list(
        "run__month", person, "component", "basis", "rate", "amount", "clause", "for_month"
    )
    files = StoredFile.objects.order_by("file_name").values_list("file_name", "format", "sha256", "size", "created_at")
    seals = AuditSeal.objects.order_by("to_transaction").values_list(
        "digest", "previous", "from_transaction", "to_transaction", "entries"
    )
    days = DayScore.objects.order_by("person__user__employee_no", "on")
    return {
        "runs": plain(runs),
        "signatures": plain(signatures),
        "lines": plain(lines),
        "files": plain(files),
        "seals": plain(seals),
        "days": plain(days.values_list("person__user__employee_no", "on", "points", "passed")),
    }


@pytest.mark.parametrize("what", sorted(set(WRITTEN) - {"entries"}))
def test_what_was_judged_signed_filed_and_sealed_is_the_same_after_the_upgrade(what: str) -> None:
    assert there()[what] == WRITTEN[what]


def test_the_trail_holds_the_same_entries_and_goes_on() -> None:
    number, digests = WRITTEN["entries"][0]
    kept = AuditEntry.objects.order_by("transaction", "id").values_list("digest", flat=True)[:number]
    assert sha256("".join(kept).encode()).hexdigest() == digests
    before = AuditSeal.objects.count()
    seal_audit_trail(now=timezone.now())
    assert AuditSeal.objects.count() == before + 1, "what came after the last seal, and the upgrade itself"


def test_all_of_it_verifies() -> None:
    assert {name: found for name, found in findings_of_all().items() if found} == {}


def test_what_was_signed_are_opinions_of_requests_and_goes_on_from_there() -> None:
    found = {}
    for request in Request.objects.filter(subject=PAY_REPORT).order_by("number"):
        said = Assignment.objects.filter(round__request=request).order_by("round__number")
        month = PayRun.objects.get(pk=request.about_id).month
        found[month] = (request.state, request.at_stage, [(one.name, one.digest, one.ended_at) for one in said])
    signed = Signature.objects.standing().order_by("stage")
    for month, (_state, _stage, words) in found.items():
        kept = [(one.signer_name, one.digest, one.signed_at) for one in signed.filter(run__month=month)]
        assert words == kept
    assert [(state, stage) for state, stage, _ in found.values()] == [("agreed", 2), ("agreed", 2), ("open", 2)]
    plan = Request.objects.get(subject=PAY_PLAN)
    assert (plan.state, plan.ended_on, bool(plan.paper_ref)) == ("agreed", None, True)
    look_after_requests(now=TOLD_AT)
    assert Assignment.objects.get(round__request__state="open", turn=True).role == Role.BRANCH_MANAGER


def test_what_was_filed_opens_as_it_was_filed() -> None:
    office = browser_of(Role.OFFICE_CLERK)
    for document in Document.objects.all():
        assert office.get(reverse("archives:document", args=[document.public_id])).status_code == HTTPStatus.OK
        for stored in document.files.all():
            answer = office.get(reverse("documents:download", args=[stored.public_id]))
            assert sha256(b"".join(answer)).hexdigest() == stored.sha256


@pytest.mark.parametrize("month", ["2026-08-01", "2026-09-01", "2026-10-01"])
def test_the_pages_of_a_month_open(month: str) -> None:
    run = PayRun.objects.get(month=month)
    clerk = browser_of(Role.FINANCE_CLERK)
    pages: list[tuple[str, list[Any]]] = [("run", [run.public_id]), ("detail", [run.branch.code, run.period.code])]
    pages += [("slip", [slip.public_id]) for slip in run.slips.all()[:2]]
    for name, arguments in pages:
        assert clerk.get(reverse(f"compensation:{name}", args=arguments)).status_code == HTTPStatus.OK, name


@pytest.mark.parametrize("role", [Role.CUSTOMER_MANAGER, Role.AREA_MANAGER, Role.MARKET_MANAGER, Role.BRANCH_MANAGER])
def test_its_people_find_their_first_page(role: Role) -> None:
    assert browser_of(role).get("/").status_code == HTTPStatus.OK


def test_the_run_signed_twice_is_signed_on_to_its_file() -> None:
    """Leaders' shares are read otherwise since (reading 45): the next signature is refused, and says which amounts moved."""
    run = PayRun.objects.get(month="2026-10-01")
    by = {stage: browser_of(role) for stage, role in SIGNERS.items()}
    sign, sent = reverse("compensation:sign", args=[run.public_id]), {"stage": 3, "seen_digest": run.digest}
    assert by[Stage.MANAGER].post(sign, sent).status_code == HTTPStatus.CONFLICT
    assert {change["component"] for change in run.events.get(kind="voided").changes} == {"team_share"}
    run.refresh_from_db()
    clerk = browser_of(Role.FINANCE_CLERK)
    clerk.post(reverse("compensation:review", args=[run.public_id]), {"seen_digest": run.digest})
    for stage, browser in by.items():
        assert browser.post(sign, {"stage": stage, "seen_digest": run.digest}).status_code == HTTPStatus.FOUND
    clerk.post(reverse("archives:file_run", args=[run.public_id]))
    run.refresh_from_db()
    assert run.is_filed
    assert set(run.documents.get().files.values_list("format", flat=True)) == {"xlsx", "pdf"}
    test_all_of_it_verifies()
