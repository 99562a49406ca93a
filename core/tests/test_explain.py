"""Explain panels: what is counted and what it brings stand apart and add up; clauses are folded; yes and no are words."""

from __future__ import annotations

import re

from django.template.loader import render_to_string
from django.utils import translation

from core.explain import Line, RuleValue, adds_up, lines_as_json

DAY = (
    Line("Interviews", 12, "S3.c", (("points each", 4),), counted=3),
    Line("Clients not found in CRM", None, "S3.e", rule=RuleValue("only_found", True), counted=3),
    Line("Points of the day", 12, "S3.2", met=False, total=True),
)


def panel(lines, **more) -> str:
    with translation.override("zh-hans"):
        html = render_to_string("components/explain.html", {"lines": lines, "bare": True, **more})
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def cells(lines) -> list[list[str]]:
    with translation.override("zh-hans"):
        html = render_to_string("components/explain.html", {"lines": lines, "bare": True})
    rows = re.findall(r"<tr.*?</tr>", html[html.index("<tbody>") :], re.S)
    return [re.findall(r'<td class="num[^"]*">(.*?)</td>', row) for row in rows]


def test_what_is_counted_and_what_it_brings_are_two_columns():
    assert cells(lines_as_json(DAY)) == [["3", "12"], ["3", ""], ["", "12"]]


def test_a_line_stored_before_the_columns_were_told_apart_is_shown_in_both():
    (old,) = lines_as_json([Line("Interviews", 12, "S3.c", (("counted", 3), ("points each", 4)))])
    assert cells([old]) == [["3", "12"]]


def test_a_panel_adds_up_or_says_it_does_not():
    assert adds_up(DAY)
    assert not adds_up((*DAY[:1], Line("Clients not found in CRM", 3), DAY[-1]))


def test_yes_and_no_are_words_and_clauses_stand_behind_one_fold():
    text = panel(lines_as_json((*DAY, Line("Nothing opened", True))))
    assert "True" not in text and "规则 是" in text
    before, _, clauses = text.partition("判定依据")
    assert "S3" not in before and {"S3.c", "S3.e", "S3.2"} <= set(clauses.split())


def test_what_was_stored_before_stays_as_it_was():
    assert lines_as_json([Line("Rank", 3)]) == [{"label": "Rank", "result": 3}]
