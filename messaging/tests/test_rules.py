"""When a message may go out, in how many parts, and when it is tried again."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from messaging import rules

NIGHT, MORNING = time(21), time(8)


def test_a_text_is_filled_once():
    text = "%(name)s: %(sum)s"
    assert rules.placeholders(text) == {"name", "sum"}
    assert rules.filled(text, {"name": "%(sum)s", "sum": "3"}) == "%(sum)s: 3"


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("开户 3 户", True),
        ("完成率 99.50%", True),
        ("编号 12345678901234", True),
        ("编号 123456789012345", False),
        ("11010519491231002x", False),
        ("￥3", False),
        ("cny 5", False),
        ("3,000元", False),
        ("3000.00", False),
    ],
)
def test_amounts_and_numbers_of_people_never_go_by_sms(text, may):
    assert rules.may_go_by_sms(text) is may


@pytest.mark.parametrize(
    ("text", "length", "segments"),
    [
        ("", 0, 1),
        ("开" * 70, 70, 1),
        ("开" * 71, 71, 2),
        ("开" * 134, 134, 2),
        ("开" * 135, 135, 3),
        ("😀" * 35, 70, 1),
        ("😀" * 36, 72, 2),
    ],
)
def test_a_gateway_counts_seventy_or_parts_of_sixty_seven(text, length, segments):
    assert (rules.sms_length(text), rules.sms_segments(text)) == (length, segments)


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("开" * 70, 1, "开" * 70),
        ("开" * 71, 1, "开" * 69 + "…"),
        ("开" * 134, 2, "开" * 134),
        ("开" * 135, 2, "开" * 133 + "…"),
        ("开  户\n一", 1, "开 户 一"),
        ("开" * 34 + "。" + "户" * 40, 1, "开" * 34 + "。…"),
        ("开" * 33 + "。" + "户" * 40, 1, "开" * 33 + "。" + "户" * 35 + "…"),
        ("开" * 40 + "，" + "户" * 40, 1, "开" * 40 + "…"),
        ("😀" * 36, 1, "😀" * 34 + "…"),
    ],
)
def test_a_long_text_is_cut_between_words_where_that_keeps_half(text, most, cut):
    assert rules.as_sms(text, most) == cut


@pytest.mark.parametrize(
    ("at", "begin", "end", "goes"),
    [
        ("17 20:59", NIGHT, MORNING, "17 20:59"),
        ("17 21:00", NIGHT, MORNING, "18 08:00"),
        ("17 07:59", NIGHT, MORNING, "17 08:00"),
        ("17 08:00", NIGHT, MORNING, "17 08:00"),
        ("17 11:59", time(12), time(14, 30), "17 11:59"),
        ("17 12:00", time(12), time(14, 30), "17 14:30"),
        ("17 14:30", time(12), time(14, 30), "17 14:30"),
        ("17 12:00", time(12), time(12), "17 12:00"),
    ],
)
def test_nothing_rings_in_the_quiet_hours(at, begin, end, goes):
    def moment(text: str) -> datetime:
        return datetime.strptime(f"2026-11-{text}+0800", "%Y-%m-%d %H:%M%z")

    assert rules.after_quiet_hours(moment(at), begin, end) == moment(goes)


def test_the_end_of_the_quiet_hours_is_a_full_minute():
    late = datetime.fromisoformat("2026-11-17T07:30:15.000005+08:00")
    assert rules.after_quiet_hours(late, NIGHT, MORNING) == datetime.fromisoformat("2026-11-17T08:00:00+08:00")


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (8, 60)])
def test_each_wait_is_twice_as_long_up_to_an_hour(attempts, minutes):
    assert rules.pause_before_retry(attempts, 0.5) == timedelta(minutes=minutes)
    assert rules.pause_before_retry(attempts, 0) == timedelta(minutes=minutes) * 0.75
