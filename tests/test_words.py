"""The words of the house: what no text in Chinese says, ours or a library's, and which language a command speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.contrib import admin
from django.utils import translation
from django.utils.translation import gettext, ngettext, npgettext, pgettext

from core.commands import language_of_terminal

ROOT = Path(settings.BASE_DIR)
NEVER = {
    "你": "您",
    "上榜": "列入名单",
    "往前|往后|往後": "上一期、下一期",
    "系数影响|係數影響": "考核增减",
    "注销|註銷|登出": "退出登录（销户除外）",
    "无可选的|無可選的": "没有可选项",
    r"第 ?%\(week\)s ?[周週]|第 ?\{\{? ?week ?\}?\} ?[周週]": "11月23–29日",
    "达标分|合格项|合格項": "合格分、达标项",
    "己经|帐号|帐户": "已经、账号、账户",
}
# 登出 is what Taiwan and Hong Kong say on this button.
SAID_THERE = {"zh_Hant": {"登出"}}
LIBRARIES = (
    "django/conf", "django/contrib/admin", "django/contrib/auth", "allauth", "import_export", "django_filters",
    "django_tables2",
)  # fmt: skip


def catalogues(language: str) -> Iterator[tuple[str, str, str]]:
    """Every text of the house with its translation, and the room it stands in."""
    for path in sorted(ROOT.glob(f"*/locale/{language}/LC_MESSAGES/*.po")):
        for entry in polib.pofile(str(path)):
            for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
                yield path.parts[-5], entry.msgid, text


def forbidden(text: str, language: str = "zh_Hans") -> list[str]:
    found = [match[0] for pattern in NEVER for match in re.finditer(pattern, text)]
    return [word for word in found if word not in SAID_THERE.get(language, ())]


@pytest.mark.budget(3)
@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant"])
def test_no_text_of_the_house_says_what_it_never_says(language: str) -> None:
    said = [(room, text, words) for room, _, text in catalogues(language) if (words := forbidden(text, language))]
    assert said == []


@pytest.mark.budget(3)
def test_a_score_passes_and_an_item_is_met() -> None:
    """合格 is said of a score, 达标 of an item's minimum; no text says one for the other."""
    of_scores = re.compile(r"\bpass(es|ed)?\b|\bscore reached\b|^short$", re.IGNORECASE)
    wrong = [
        (room, english, text)
        for room, english, text in catalogues("zh_Hans")
        if "达标" in text and of_scores.search(english) and "合格" not in text
    ]
    assert wrong == []


@pytest.mark.budget(4)
def test_no_library_says_what_the_house_never_says() -> None:
    import django

    places = Path(django.__file__).parents[1]
    wrong = []
    with translation.override("zh-hans"):
        for library in LIBRARIES:
            for path in sorted(places.joinpath(library).glob("locale/zh_*/LC_MESSAGES/django.po")):
                for entry in polib.pofile(str(path)):
                    if entry.msgid.strip() and (words := forbidden(as_said(entry))):
                        wrong.append((library, entry.msgid, words))
    assert wrong == []


def as_said(entry: polib.POEntry) -> str:
    if entry.msgid_plural:
        plural = entry.msgid, entry.msgid_plural, 1
        return npgettext(entry.msgctxt, *plural) if entry.msgctxt else ngettext(*plural)
    return pgettext(entry.msgctxt, entry.msgid) if entry.msgctxt else gettext(entry.msgid)


def test_scripts_of_the_console_are_polite(rf) -> None:
    with translation.override("zh-hans"):
        said = admin.site.i18n_javascript(rf.get("/")).content.decode()
    assert "\\u60a8\\u5c1a\\u672a\\u4fdd\\u5b58" in said  # 您尚未保存
    assert "\\u4f60" not in said and "你" not in said


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_SG"}, "zh-hans"),
        ({"LANG": "zh_TW.UTF-8"}, "zh-hant"),
        ({"LANG": "zh_HK.UTF-8"}, "zh-hant"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "zh_CN.UTF-8", "LC_ALL": ""}, "zh-hans"),
    ],
)
def test_the_terminal_says_in_which_language_it_is_spoken_to(environment, language) -> None:
    assert language_of_terminal(environment) == language
