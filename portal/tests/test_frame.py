"""The frame around every page and the shared components."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from core.explain import N_, Line, RuleValue, lines_as_json
from core.templatetags.components import initials, points_of, rest_of, share_of, shown
from portal.navigation import GROUPS, Section, navigation

LINES = lines_as_json(
    [
        Line(
            label=N_("Home"),
            result=Decimal("72.5"),
            clause="S3.2",
            inputs=((N_("Home"), 3),),
            rule=RuleValue("x.y", Decimal(60), "人民路营业部", date(2026, 1, 1)),
            met=True,
            note=N_("%(missing)s more"),
            values=(("missing", 2),),
        ),
        Line(label=N_("Home"), result=False, met=False),
    ]
)
CONTEXTS: dict[str, dict[str, Any]] = {
    "empty.html": {"title": "t", "text": "x", "action_url": "/", "action_label": "go"},
    "explain.html": {"lines": LINES},
    "figure.html": {"label": "l", "value": 3, "unit": "u", "note": "n", "state": "bad", "trend": [1, None, 3]},
    "filter_bar.html": {"quick": [{"label": "a", "query": "x=1", "is_current": True, "count": 0}]},
    "heat_map.html": {
        "title": "t", "corner": "c", "columns": ["a"], "legend": [(1, "low")],
        "rows": [{"label": "r", "href": "/", "cells": [{"text": "5", "level": 5, "href": "/", "hint": "h"}]}],
    },
    "line_chart.html": {"title": "t", "labels": ["a", "b"], "values": [1, 2]},
    "meter.html": {"value": 1, "of": 3},
    "person_line.html": {"name": "林小雨", "employee_no": "1001", "href": "/"},
    "ring.html": {"value": 72, "of": 100, "mark": 60, "state": "good"},
    "sparkline.html": {"values": [1, 2]},
    "state.html": {"state": True},
    "status_bar.html": {"stages": [{"label": "a", "state": "done", "by": "b", "at": datetime(2026, 11, 18, 4, tzinfo=UTC)}]},
    "timeline.html": {"events": [{"at": datetime(2026, 11, 18, 4, tzinfo=UTC), "who": "w", "text": "t", "old": 1, "new": 2}]},
    "week_bars.html": {"days": [{"label": "Mon", "value": 50, "state": "bad", "is_today": True, "href": "/"}], "mark": 60},
}  # fmt: skip


@pytest.mark.parametrize("name", CONTEXTS)
def test_a_component_draws_what_it_is_given(name):
    with translation.override("en"):
        html = render_to_string(f"components/{name}", CONTEXTS[name])
    assert "style=" not in html and "onclick" not in html
    assert "None" not in html


def test_an_explanation_shows_rule_layer_date_and_note():
    with translation.override("en"):
        html = render_to_string("components/explain.html", {"lines": LINES})
    for part in ("S3.2", "72.5", "60", "人民路营业部", "2026-01-01", "2 more", "not fulfilled"):
        assert part in html


@pytest.mark.parametrize(
    "value, text",
    [
        (None, "–"),
        (True, "yes"),
        ("2026-11-18", "2026-11-18"),
        ("1234567.50", "1,234,567.50"),
        ("2026-11-18T04:00:00+00:00", "2026-11-18 12:00"),
        (datetime(2026, 11, 18, 4, tzinfo=UTC), "2026-11-18 12:00"),
        ("人民路", "人民路"),
    ],
)
def test_a_value_is_shown_as_people_read_it(value, text):
    with translation.override("en"):
        assert shown(value) == text


def test_pictures_keep_within_their_frame():
    assert share_of(150, 100) == "100.0" and share_of(-5, 100) == "0.0" and share_of(1, 0) == "0"
    assert rest_of(25, 100) == "75.0"
    assert points_of([0, None, 4]) == "0.0,100.0 100.0,0.0"


def test_a_line_says_on_its_axis_how_high_it_reaches():
    drawn = render_to_string("components/line_chart.html", {"labels": ["a", "b"], "values": [1, None, 12], "top": 20})
    assert re.findall(r"<text[^>]*>(.*?)</text>", drawn) == ["20", "0"]
    ranks = render_to_string(
        "components/line_chart.html", {"labels": ["a"], "values": [2], "top": 6, "downwards": True}
    )
    assert re.findall(r'y="([\d.]+)%?">(.*?)</text>', ranks) == [("0", "1"), ("83.3", "6")]


def test_initials_are_the_given_name_of_a_chinese_name():
    assert [initials("林小雨"), initials("Ann Lee"), initials(None)] == ["小雨", "AL", ""]


def test_paging_keeps_the_filters(rf: RequestFactory):
    request = rf.get("/x/?state=late&page=2")
    html = Template("{% page_query 'page' 3 %}").render(Context({"request": request}))
    assert html == "?state=late&amp;page=3"


def test_everyone_signed_in_has_a_home_and_a_menu(cast, signed_in):
    for key in ("cm", "am", "mm", "manager", "clerk", "regional", "market", "office", "auditor"):
        client = signed_in(cast.user[key])
        assert client.get("/").status_code == 200
        assert client.get("/menu/").status_code == 200


def test_a_section_is_shown_to_who_may_use_it(cast):
    def names(key):
        return {link.url_name for group in navigation(cast.user[key], "/") for link in group.links}

    assert "portal:home" in names("cm")
    for group in GROUPS:
        for section in group.sections:
            assert isinstance(section, Section)
    assert "admin:index" not in names("cm") | names("manager") | names("auditor")
    assert "admin:index" in names("clerk") & names("tradeadmin") & names("market")


def test_the_current_section_is_marked_once(cast):
    marked = [link for group in navigation(cast.cm, "/") for link in group.links if link.is_current]
    assert [link.url_name for link in marked] == ["portal:home"]
