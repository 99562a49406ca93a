"""The calendar's page: everybody sees it, the company's market department settles it."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from attendance.models import CalendarDay, SettledYear
from attendance.selectors import calendar_for
from core.periods import Day
from tests.opened import opened

pytestmark = pytest.mark.django_db
CALENDAR, SET, CLEAR, SETTLE, IMPORT = (
    reverse(f"attendance:{name}") for name in ("calendar", "set_day", "clear_day", "settle_year", "import_days")
)
TYPHOON = {"on": "2026-11-20", "name": "台风停工"}


@pytest.fixture(autouse=True)
def english(cast):
    type(cast.cm).objects.update(language="en")


@pytest.fixture
def officer(cast, signed_in):
    return signed_in(cast.market)


def upload(client, text: str, name: str = "days.csv", encoding: str = "utf-8"):
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, text.encode(encoding))})


def test_everybody_sees_the_year_and_its_make_up_days(cast, signed_in):
    text = signed_in(cast.cm).get(CALENDAR).content.decode()
    assert "国庆节" in text and "make-up workday, no trading" in text
    assert "Settle the day" not in text and "Provisional" not in text
    assert "Settle the day" not in signed_in(cast.cm).get(CALENDAR + "?day=2026-11-20").content.decode()


def test_a_year_not_announced_says_that_it_is_provisional(officer):
    assert "Provisional" in officer.get(CALENDAR + "?year=2031").content.decode()
    officer.post(SETTLE, {"year": "2031", "source": "国办发明电〔2030〕7号"})
    text = officer.get(CALENDAR + "?year=2031").content.decode()
    assert "Provisional" not in text and "国办发明电〔2030〕7号" in text
    assert officer.post(SETTLE, {"year": "2032", "source": ""}).status_code == 422
    assert [year.year for year in SettledYear.objects.all()] == [2031]


def test_a_day_is_settled_and_follows_the_announcement_again(officer):
    on = date(2026, 11, 20)
    assert officer.post(SET, TYPHOON).status_code == 302
    assert not calendar_for(Day(on)).is_workday(on)
    assert "台风停工" in officer.get(CALENDAR).content.decode()
    page = officer.get(CALENDAR + "?day=2026-11-20")
    officer.post(CLEAR, {"on": "2026-11-20", "opened": opened(page)})
    assert calendar_for(Day(on)).is_workday(on)


def test_a_weekend_cannot_be_traded_on(officer):
    answer = officer.post(SET, {"on": "2026-11-21", "is_workday": "on", "is_trading_day": "on"})
    assert answer.status_code == 422
    assert "Only a workday from Monday to Friday" in answer.content.decode()
    assert not CalendarDay.objects.exists()


def test_a_name_too_long_is_refused_at_its_field_and_kept(officer):
    answer = officer.post(SET, {**TYPHOON, "name": "长" * 65})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "长" * 65 in text and "at most 64 characters" in text
    assert not CalendarDay.objects.exists()


def test_a_file_of_days_is_taken_whole(officer):
    rows = "date,is_workday,is_trading_day,name\n2031-01-01,no,no,元旦\n2031-01-04,yes,,补班\n2031-01-06,是,,\n"
    assert upload(officer, rows).status_code == 302
    assert list(CalendarDay.objects.values_list("on", "is_workday", "is_trading_day", "name")) == [
        (date(2031, 1, 1), False, False, "元旦"),
        (date(2031, 1, 4), True, False, "补班"),
        (date(2031, 1, 6), True, True, ""),
    ]
    upload(officer, rows)
    assert "Days: 0 new, 0 changed, 3 as before." in officer.get(CALENDAR).content.decode()
    assert CalendarDay.objects.count() == 3
    chinese = "日期,工作日,交易日,名称\n2031年1月1日,否,否,元旦\n"
    assert upload(officer, chinese, encoding="gb18030").status_code == 302


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("date,is_workday\n2031-13-01,no\n", "2031-13-01"),
        ("date,is_workday\n2031-01-01,perhaps\n", "perhaps"),
        ("date,is_workday,is_trading_day\n2031-01-04,yes,yes\n", "is_trading_day"),
        ("date,is_workday,is_trading_day\n2031-01-06,no,yes\n", "is_trading_day"),
        ("date,is_workday\n2031-01-01,no\n2031-01-01,yes\n", "2031-01-01"),
        ("date,name\n2031-01-01,元旦\n", "is_workday"),
        ("\n", ""),
    ],
)
def test_one_bad_row_refuses_the_file_and_is_named(officer, rows, said):
    answer = upload(officer, rows)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not CalendarDay.objects.exists()


def test_what_is_no_table_is_refused(officer):
    for name, content in (("days.xlsx", b"PK\x03\x04junk"), ("days.csv", b"\x89PNG\r\n\x1a\n"), ("days.csv", b"")):
        answer = officer.post(IMPORT, {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422
    assert officer.post(IMPORT).status_code == 422
    assert not CalendarDay.objects.exists()


def test_nobody_else_settles_anything(cast, signed_in):
    from teams.models import Posting, Role

    Posting.objects.create(
        person=cast.person("tradeadmin"), unit=cast.unit["B1"], role=Role.ATTENDANCE_RECORDER, from_on=date(2026, 1, 1)
    )
    for user in (cast.cm, cast.manager, cast.auditor, cast.tradeadmin):
        client = signed_in(user)
        assert client.post(SET, TYPHOON).status_code == 403
        assert client.post(CLEAR, {"on": "2026-11-20"}).status_code == 403
        assert client.post(SETTLE, {"year": "2031", "source": "x"}).status_code == 403
        assert upload(client, "date,is_workday\n2031-01-01,no\n").status_code == 403
    assert not CalendarDay.objects.exists() and not SettledYear.objects.exists()


def test_addresses_without_a_day_do_not_exist(officer):
    for query in ("?year=1900", "?year=abc", "?day=2026-02-30"):
        assert officer.get(CALENDAR + query).status_code == 404
    assert officer.post(SET, {"on": "soon"}).status_code == 404


def test_a_year_costs_few_queries(officer, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        officer.get(CALENDAR)


def test_a_day_or_year_without_a_calendar_is_not_settled(officer):
    for on in ("0001-01-01", "2004-12-31", "9999-12-31"):
        assert officer.post(SET, {"on": on, "is_workday": "on"}).status_code == 404
        assert officer.post(CLEAR, {"on": on}).status_code == 404
    assert officer.post(SETTLE, {"year": "2100", "source": "x"}).status_code == 422
    assert "lies outside the years" in upload(officer, "date,is_workday\n1999-01-04,no\n").content.decode()
    assert not CalendarDay.objects.exists() and not SettledYear.objects.exists()


@pytest.mark.parametrize("address", [SET, CLEAR])
def test_an_older_page_changes_no_day_that_somebody_settled_meanwhile(officer, address):
    older = opened(officer.get(CALENDAR + "?day=2026-11-20"))
    officer.post(SET, {**TYPHOON, "opened": older})
    answer = officer.post(address, {"on": "2026-11-20", "is_workday": "on", "name": "mine", "opened": older})
    assert answer.status_code == 409
    assert "There now" in answer.content.decode() and "mine" in answer.content.decode()
    assert CalendarDay.objects.get().name == TYPHOON["name"]
    knowing = {"on": "2026-11-20", "is_workday": "on", "name": "mine", "opened": opened(answer)}
    assert officer.post(address, knowing).status_code == 302
    assert CalendarDay.objects.filter(name="mine").exists() == (address == SET)


def test_an_older_page_changes_no_year_that_somebody_settled_meanwhile(officer):
    older = opened(officer.get(CALENDAR + "?year=2031"))
    assert officer.post(SETTLE, {"year": "2031", "source": "国办发明电", "opened": older}).status_code == 302
    answer = officer.post(SETTLE, {"year": "2031", "source": "通知", "opened": older})
    assert answer.status_code == 409 and "国办发明电" in answer.content.decode()
    assert SettledYear.objects.get().source == "国办发明电"
