"""The market reports of the month that is over: most handed in, one with a photo, some late, some missing, some read."""

from __future__ import annotations

import io
from datetime import datetime, time, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from accounts.models import User
from core import clock
from core.periods import Month
from portal.demonstration.company import HOME, Company
from teams.authority import authority_of
from teams.models import Unit
from teams.selectors.posts import leaders_of
from worklogs.models import MarketReport
from worklogs.selectors.market_reports import writers
from worklogs.services.market_reports import comment_market_report, hand_in_market_report

SEEN = (
    ("网点对面新开了一家城商行，开业送米面，上午客流被分走近一半。", "城商行存款利率高 0.1%，理财起点一万元。", "周三上午与网点合办一次开户咨询。"),
    ("附近写字楼入驻两家物流公司，午间来办工资卡的年轻人明显增多。", "两家券商在写字楼大堂设摊，佣金报万二。", "午间在大厅放开户二维码，准备一页纸的费用对比。"),
    ("小区老客户多，问新股和国债逆回购的多，开户意愿一般。", "", "请网点客户经理一起做一场逆回购小课。"),
    ("网点装修，柜台只开两个，等候时间长，倒是方便交流。", "隔壁农商行的客户经理也在排队区发单页。", ""),
    ("月底发薪日客流最大，贵宾区有三位客户明确想转户。", "竞争券商承诺两融利率 5.2%。", "请营业部确认两融利率能谈到多少。"),
)  # fmt: skip
COMMENTS = ("写得具体。转户的三位这周约见，费率我来问。", "午间设点可以试两周，数字报上来。")
EVERY_MISSING, EVERY_LATE, EVERY_READ = 6, 7, 3


def reports(company: Company, now: datetime) -> None:
    """Of the home branch, for the last month that is over."""
    branch, month = Unit.objects.get(code=HOME), company.months[-2]
    at_home = [one for one in writers(month) if one.unit.path.startswith(branch.path)]
    for n, one in enumerate(sorted(at_home, key=lambda one: (one.unit.path, one.person.employee_no))):
        if n % EVERY_MISSING == EVERY_MISSING - 1:
            continue
        late = timedelta(days=9) if n % EVERY_LATE == EVERY_LATE - 1 else timedelta(0)
        at = min(clock.at(month.last - timedelta(days=n % 4), time(16, 40)) + late, now)
        around, rivals, ideas = SEEN[n % len(SEEN)]
        report = hand_in_market_report(
            person=one.person, month=month, actor=one.person.user, now=at, photos=[photo()] if n == 0 else [],
            surroundings=around, competitors=rivals, ideas=ideas,
        )  # fmt: skip
        if n % EVERY_READ == 0:
            read(report, one.unit, month, n, now)


def read(report: MarketReport, unit: Unit, month: Month, n: int, now: datetime) -> None:
    """The leader comments it on the days after the month, where she leads somebody else than herself."""
    at = min(clock.at(month.end, time(17)) + timedelta(days=n % 3), now)
    for user in leaders_of(unit, clock.day_of(at)):
        if user.pk != report.person.user_id:
            comment_market_report(report=report, comment=COMMENTS[n % 2], actor=as_of(user, at), now=at)
            return


def as_of(user: User, at: datetime) -> User:
    user.authority = authority_of(user, clock.day_of(at))
    return user


def photo() -> SimpleUploadedFile:
    """A street with a shop front, as drawn by somebody without a camera."""
    picture = Image.new("RGB", (640, 420), "#bcd3e0")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 320, 640, 420), fill="#8d8f92")
    for x, colour in ((20, "#d9c9a8"), (230, "#c7d4c0"), (440, "#d8b9b0")):
        draw.rectangle((x, 110, x + 180, 320), fill=colour)
        draw.rectangle((x, 110, x + 180, 150), fill="#0e5a61")
        draw.rectangle((x + 20, 180, x + 90, 260), fill="#eef4f6")
        draw.rectangle((x + 110, 200, x + 160, 320), fill="#6d5a44")
    into = io.BytesIO()
    picture.save(into, "JPEG", quality=70)
    return SimpleUploadedFile("网点对面.jpg", into.getvalue(), content_type="image/jpeg")
