"""Business detail per person: prepared from the CRM's figures, reviewed by finance (D15.a)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from compensation import parameters
from compensation.models import BusinessDetail, PayRun
from compensation.models.runs import UNDER_DECISION
from compensation.selectors.facts import Business, MonthFacts, month_facts
from compensation.selectors.people import PaidPerson
from compensation.services import notices
from compensation.services.refusals import ContentChanged, SamePerson, open_month
from compensation.services.voiding import fall_back
from core.explain import N_, Line, as_said, digest_of, lines_as_json, plain
from core.periods import Month
from core.refusals import given
from core.said import Said
from teams.authority import Power
from teams.models import Unit
from teams.reach import must_hold

DETAIL_SENT_BACK = N_("the business detail of %(name)s was sent back: %(reason)s")
FIGURES = (
    "accounts",
    "gross_commission",
    "pass_through",
    "net_commission",
    "openings",
    "valid_openings",
    "new_assets",
    "end_assets",
    "product_sales",
)


@transaction.atomic
def build_detail(*, branch: Unit, month: Month, now: datetime, actor: User | None = None) -> int:
    """Prepare or refresh the business detail of the branch's month; how many people's figures are new or changed.

    What changed after a review waits for another one. Raises `PayMonthClosed`.
    """
    open_month(branch, month)
    facts = month_facts(branch, month)
    return write_detail(facts, now=now, actor=actor)


def write_detail(facts: MonthFacts, *, now: datetime, actor: User | None) -> int:
    """Bring the month's details in line with `facts`, within the caller's transaction."""
    there = {
        detail.person_id: detail
        for detail in BusinessDetail.objects.filter(branch=facts.branch, month=facts.month.first)
    }
    before = {
        detail.person_id: detail
        for detail in BusinessDetail.objects.filter(branch=facts.branch, month=facts.month.previous().first)
    }
    new, changed = [], []
    for person, who in facts.people.items():
        if not facts.has_business(person):
            continue
        business = facts.business(person)
        values = _values(facts, who, business, before.get(person))
        detail = there.pop(person, None)
        if detail is None:
            fresh = BusinessDetail(branch=facts.branch, month=facts.month.first, person_id=person, **values)
            fresh.prepared_at, fresh.prepared_by = now, actor
            new.append(fresh)
        elif detail.digest != values["digest"]:
            for name, value in values.items():
                setattr(detail, name, value)
            detail.prepared_at, detail.prepared_by = now, actor
            detail.state, detail.reason = BusinessDetail.State.WAITING, ""
            detail.reviewed_by = detail.reviewed_at = None
            changed.append(detail)
    BusinessDetail.objects.bulk_create(new)
    if changed:
        review = ("prepared_at", "prepared_by", "state", "reason", "reviewed_by", "reviewed_at")
        BusinessDetail.objects.bulk_update(changed, [*FIGURES, "by_relation", "unusual", "digest", *review])
    if there:
        BusinessDetail.objects.filter(pk__in=[detail.pk for detail in there.values()]).delete()
    return len(new) + len(changed) + len(there)


def _values(facts: MonthFacts, who: PaidPerson, business: Business, before: BusinessDetail | None) -> dict[str, Any]:
    figures = {name: getattr(business, name) for name in FIGURES}
    relations = [[name, count, plain(gross)] for name, count, gross in business.by_relation]
    unusual = lines_as_json(_unusual(facts, who, business, before))
    digest = digest_of([figures, relations, as_said(unusual)])
    return {**figures, "by_relation": relations, "unusual": unusual, "digest": digest}


def _unusual(facts: MonthFacts, who: PaidPerson, business: Business, before: BusinessDetail | None) -> list[Line]:
    """What a reviewer should look at, as lines."""
    sums = facts.accounts.get(who.person_id, [])
    found = []
    if before and before.gross_commission:
        change = (business.gross_commission - before.gross_commission) / abs(before.gross_commission)
        if abs(change) > facts.number(parameters.UNUSUAL_CHANGE):
            inputs = ((N_("last month"), before.gross_commission), (N_("this month"), business.gross_commission))
            share = (change * 100).quantize(1)
            rule = facts.values[parameters.UNUSUAL_CHANGE]
            found.append(
                Line(
                    N_("Commission differs much from last month"), f"{share:+}%", "D15.a", inputs, rule, rows="accounts"
                )
            )
    if negative := sum(one.negative for one in sums):
        found.append(Line(N_("Accounts with negative commission"), negative, "D15.a", rows="accounts"))
    if above := sum(one.net_above_gross for one in sums):
        found.append(Line(N_("Accounts with more net than gross commission"), above, "D15.a", rows="accounts"))
    if business.openings and not sums:
        found.append(Line(N_("Openings, but no account figures"), business.openings, "D15.a", rows="openings"))
    if who.licence_until and who.licence_until < facts.month.last and sums:
        found.append(Line(N_("Licence ended"), who.licence_until, "D15.a"))
    return found


@transaction.atomic
def accept_details(*, details: Sequence[BusinessDetail], actor: User, now: datetime) -> int:
    """Accept details with the figures they hold in memory; how many.

    Raises `SamePerson` for what one prepared oneself, and `ContentChanged` when one is not as it was seen.
    """
    for detail in details:
        _not_own_work(detail, actor)
    for branch in Unit.objects.filter(pk__in={detail.branch_id for detail in details}):
        must_hold(actor, Power.REVIEW_DETAIL, branch)
    there = BusinessDetail.objects.filter(pk__in=[detail.pk for detail in details])
    digests = dict(there.order_by("pk").select_for_update().values_list("pk", "digest"))
    if any(digests.get(detail.pk) != detail.digest for detail in details):
        raise ContentChanged
    there.exclude(state=BusinessDetail.State.ACCEPTED).update(
        state=BusinessDetail.State.ACCEPTED, reason="", reviewed_by=actor, reviewed_at=now
    )
    return len(details)


@transaction.atomic
def send_back_detail(*, detail: BusinessDetail, reason: str, actor: User, now: datetime) -> BusinessDetail:
    """Send a detail back with a reason; the run cannot be reviewed until its figures changed or it is accepted.

    What was reviewed and signed on it is void (D15.b).
    """
    must_hold(actor, Power.REVIEW_DETAIL, detail.branch)
    _not_own_work(detail, actor)
    if (detail.state, detail.reviewed_by_id, detail.reason) == (
        BusinessDetail.State.SENT_BACK,
        actor.pk,
        given(reason),
    ):
        return detail  # done already
    detail.state, detail.reason = BusinessDetail.State.SENT_BACK, given(reason)
    detail.reviewed_by, detail.reviewed_at = actor, now
    detail.save(update_fields=["state", "reason", "reviewed_by", "reviewed_at"])
    notices.detail_is_sent_back(detail, actor, now)
    built_on = PayRun.objects.filter(branch=detail.branch, month=detail.month, state__in=UNDER_DECISION)
    if run := built_on.filter(slips__person=detail.person_id).select_related("branch").first():
        why = Said(DETAIL_SENT_BACK, {"name": detail.person.name, "reason": detail.reason})
        fall_back(run, why, now, actor)
    return detail


def _not_own_work(detail: BusinessDetail, actor: User) -> None:
    if detail.prepared_by_id == actor.pk:
        raise SamePerson
    open_month(detail.branch, Month(detail.month))
