"""The monthly market report on the outlet and its surroundings (S3.f)."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from core.periods import Month
from core.refusals import MovedOn, NotDone, NotYours
from messaging.models import Message
from worklogs.models import MarketReport
from worklogs.rules.market_reports import Standing, due_on, standing_of
from worklogs.selectors.market_reports import market_reports
from worklogs.services.market_reports import (
    comment_market_report,
    hand_in_market_report,
    remind_of_market_reports,
)

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
OCTOBER = Month(date(2026, 10, 1))


def photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(out, "JPEG")
    return SimpleUploadedFile("柜台.jpg", out.getvalue())


def handed_in(cast, key: str = "cm", now: datetime = NOW, **more) -> MarketReport:
    sent = {"surroundings": "隔壁新开了一家银行。", "competitors": "", "ideas": ""} | more
    return hand_in_market_report(person=cast.person(key), month=OCTOBER, actor=cast.as_of(key), now=now, **sent)


@pytest.mark.parametrize(
    ("handed_in_on", "today", "standing"),
    [
        (date(2026, 11, 3), date(2026, 11, 9), Standing.DONE),
        (date(2026, 11, 4), date(2026, 11, 9), Standing.LATE),
        (None, date(2026, 11, 3), Standing.DUE),
        (None, date(2026, 11, 4), Standing.MISSED),
    ],
)
def test_a_report_is_done_late_due_or_missed_by_its_day(handed_in_on, today, standing):
    assert standing_of(handed_in_on, due_on(OCTOBER, 3), today) == standing


@pytest.mark.clause("S3.f")
@pytest.mark.django_db
def test_it_is_written_with_photos_read_and_commented(cast, signed_in, time_machine):
    browser = signed_in(cast.cm)
    time_machine.move_to(NOW)
    sent = {"month": "2026-10", "surroundings": "隔壁新开了一家银行。", "photos": [photo(), photo()]}
    assert browser.post(reverse("worklogs:hand_in_market_report"), sent).status_code == 302
    report = MarketReport.objects.get()
    assert (report.unit.code, report.photos.count()) == ("B1M1A1", 2)

    address = reverse("worklogs:market_report", args=[report.public_id])
    leader = signed_in(cast.am)
    assert "隔壁新开了一家银行" in leader.get(address).content.decode()
    assert leader.get(reverse("documents:download", args=[report.photos.first().public_id])).status_code == 200
    commented = reverse("worklogs:comment_market_report", args=[report.public_id])
    assert leader.post(commented, {"comment": "请约他们行长。"}).status_code == 302
    assert leader.post(commented, {"comment": "再说一遍。"}).status_code == 409
    told = Message.objects.get(text="worklogs.market_report_commented")
    assert (told.recipient, "请约他们行长" in told.body) == (cast.cm, True)
    assert "请约他们行长" in browser.get(address).content.decode()


@pytest.mark.clause("S3.f")
@pytest.mark.django_db
def test_leaders_see_what_is_missing_first_and_only_their_own(cast):
    handed_in(cast)
    rows = market_reports(cast.as_of("am"), OCTOBER, date(2026, 11, 9))
    assert [(row.person.name, row.standing) for row in rows] == [("陈大文", "missed"), ("林小雨", "done")]
    assert market_reports(cast.as_of("cm"), OCTOBER, date(2026, 11, 9)) == []
    assert len(market_reports(cast.as_of("market"), OCTOBER, date(2026, 11, 9))) == 6


@pytest.mark.django_db
def test_what_cannot_be_written_is_refused_in_words(cast):
    report = handed_in(cast)
    with pytest.raises(NotYours):
        hand_in_market_report(
            person=cast.person("cm"), month=OCTOBER, actor=cast.as_of("cm2"), now=NOW, surroundings="x"
        )
    with pytest.raises(NotDone, match="本月和上月"):
        handed_in(cast, now=datetime(2026, 12, 2, 4, tzinfo=UTC))
    with pytest.raises(NotDone, match="不是客户经理"):
        handed_in(cast, "am")
    with pytest.raises(NotDone, match="6 张"):
        handed_in(cast, photos=[photo() for _ in range(7)])
    with pytest.raises(NotYours):
        comment_market_report(report=report, comment="x", actor=cast.as_of("deputy"), now=NOW)
    comment_market_report(report=report, comment="x", actor=cast.as_of("am"), now=NOW)
    with pytest.raises(MovedOn):
        handed_in(cast, surroundings="别的")


@pytest.mark.clause("S3.f")
@pytest.mark.django_db
def test_who_has_not_written_is_reminded_once_before_it_is_due(cast):
    handed_in(cast)
    told = [remind_of_market_reports(today=date(2026, 11, day), now=NOW) for day in (1, 2, 3, 4)]
    assert told == [5, 0, 0, 0]
    assert not Message.objects.filter(text="worklogs.market_report_due", recipient=cast.cm).exists()
    assert remind_of_market_reports(today=date(2026, 11, 30), now=NOW) == 0, "the month is not over"
