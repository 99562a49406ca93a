"""Handing a market report in, commenting it, and reminding of it (S3.f)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import day_of
from core.editing import Seen
from core.periods import Month
from core.refusals import MovedOn, NotDone, NotYours
from documents.services import keep_upload
from messaging.services import post
from messaging.telling import of_rule, tell
from teams.authority import Power
from teams.models import Person, Posting, Role, Unit
from worklogs.kinds import MARKET_PHOTO
from worklogs.models import MarketReport
from worklogs.selectors.market_reports import to_remind

MOST_PHOTOS = 6
REMINDED_BEFORE = 2  # days
FIELDS = ("surroundings", "competitors", "ideas")


@transaction.atomic
def hand_in_market_report(
    *, person: Person, month: Month, photos: Sequence[UploadedFile[bytes]] = (), seen: Seen | None = None, actor: User,
    now: datetime, **texts: str,
) -> MarketReport:  # fmt: skip
    """Write or rewrite one's report of a month, until it is commented. Raises `NotDone` and `ChangedMeanwhile`."""
    today = day_of(now)
    if person.user_id != actor.pk:
        raise NotYours
    if month.first > today or month.first < Month(today).previous().first:
        raise NotDone(_("The report of this month and of the last one can be written."))
    unit = _unit_in(person, month)
    one = MarketReport.objects.select_for_update(of=("self",)).filter(person=person, month=month.first).first()
    if one is None:
        one = MarketReport.objects.create(person=person, unit=unit, month=month.first, handed_in_at=now, **texts)
    elif one.commented_at:
        raise MovedOn(_("Your leader has read this report; what is new goes into the next one."))
    else:
        (seen or Seen()).must_hold(one, wanted=texts)
        MarketReport.objects.filter(pk=one.pk).update(**texts)
    if one.photos.count() + len(photos) > MOST_PHOTOS:
        raise NotDone(_("A report holds %(most)s photos at most."), field="photos", most=MOST_PHOTOS)
    for photo in photos:
        keep_upload(kind=MARKET_PHOTO, about=one, unit=unit, upload=photo, name=photo.name or "", actor=actor, now=now)
    return one


def _unit_in(person: Person, month: Month) -> Unit:
    posted = Posting.objects.during(month.first, month.end).filter(person=person, role=Role.CUSTOMER_MANAGER)
    last = posted.order_by("-from_on").select_related("unit").first()
    if last is None:
        raise NotDone(_("You were no customer manager in that month."))
    return last.unit


@transaction.atomic
def comment_market_report(*, report: MarketReport, comment: str, actor: User, now: datetime) -> None:
    """What the leader says to it; told to the writer. Raises `NotYours` and `MovedOn`."""
    if report.person.user_id == actor.pk or not actor.authority.may(Power.REPLY_TO_LOGS, report.unit.path):
        raise NotYours
    commented = MarketReport.objects.filter(pk=report.pk, commented_at=None)
    if not commented.update(comment=comment.strip(), commented_by=actor, commented_at=now):
        raise MovedOn(_("The report was commented meanwhile."))
    tell(
        [report.person.user_id], "worklogs.market_report_commented", about=report, on=report.month, now=now,
        link=reverse("worklogs:market_report", args=[report.public_id]),
        leader=actor.name, month=report.period.code, text=comment.strip(),
    )  # fmt: skip


def remind_of_market_reports(*, today: date, now: datetime) -> int:
    """Tell those whose report is missing shortly before it is due, once a month; how many."""
    drafts = [
        of_rule(
            f"worklogs.market_report_due:{month.code}", one.person.user_id, "worklogs.market_report_due", on=due,
            link=f"{reverse('worklogs:write_market_report')}?month={month.code}", due_on=due, month=month.code, due=due,
        )
        for one, month, due in to_remind(today, REMINDED_BEFORE)
    ]  # fmt: skip
    return post(drafts, now=now)
