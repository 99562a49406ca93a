"""What the shared components need from templates: texts, values and the geometry of small pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import get_language, gettext

from core.periods import Period
from core.said import days_in_words

register = template.Library()

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


@register.filter
def translated(message: str | None) -> str:
    """A stored message id in the reader's language."""
    return gettext(message) if message else ""


@register.filter
def shown(value: Any) -> str:
    """A value of a judgement as people read it: yes and no, dates, numbers with separators."""
    value = read(value)
    match value:
        case None | "":
            text = "–"
        case bool():
            text = gettext("yes") if value else gettext("no")
        case datetime():
            moment = timezone.localtime(value) if timezone.is_aware(value) else value
            text = date_format(moment, "SHORT_DATETIME_FORMAT")
        case date():
            text = date_format(value, "SHORT_DATE_FORMAT")
        case int() | Decimal():
            text = number_format(tidy(value), use_l10n=True, force_grouping=True)
        case _:
            text = gettext(str(value))
    return text


def tidy(value: int | Decimal) -> int | Decimal:
    """Money keeps its cents; of a rate or coefficient with more places idle zeros go: 0.9500 is 0.95."""
    if isinstance(value, int) or value.as_tuple().exponent >= -2:  # type: ignore[operator]
        return value
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def read(value: Any) -> Any:
    """The value behind its form in JSON."""
    if not isinstance(value, str):
        return value
    if ISO_MOMENT.match(value):
        return datetime.fromisoformat(value)
    if ISO_DATE.fullmatch(value):
        return date.fromisoformat(value)
    return Decimal(value) if NUMBER.fullmatch(value) else value


@register.filter
def filled(line: Mapping[str, Any]) -> str:
    """The note of a line, translated, with its values in it."""
    note = gettext(line.get("note", "")) if line.get("note") else ""
    values = {name: shown(value) for name, value in line.get("values", [])}
    return note % values if values else note


@register.filter
def as_panel(lines: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    """Stored lines as the panel shows them: which columns it needs, and the clauses they rest on, each once.

    Lines stored before the columns were told apart name what they counted among their inputs.
    """
    rows = []
    grounds: dict[str, list[str]] = {}
    for line in lines or ():
        inputs = [tuple(pair) for pair in line.get("inputs", [])]
        counted = line.get("counted", next((value for name, value in inputs if name == COUNTED), None))
        rows.append({**line, "counted": counted, "inputs": [pair for pair in inputs if pair[0] != COUNTED]})
        if line.get("clause"):
            grounds.setdefault(line["clause"], []).append(translated(line["label"]))
    return {
        "rows": rows,
        "counts": any(row["counted"] is not None for row in rows),
        "earns": any(row.get("result") is not None for row in rows),
        "grounds": [(clause, list(dict.fromkeys(labels))) for clause, labels in grounds.items()],
    }


COUNTED = "counted"


def number(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except (InvalidOperation, ValueError):
        return Decimal(0)


@register.filter
def share_of(value: Any, whole: Any) -> str:
    """`value` in hundredths of `whole`, between 0 and 100, for lengths in pictures."""
    if not number(whole):
        return "0"
    return format(min(max(number(value) * 100 / number(whole), Decimal(0)), Decimal(100)).quantize(Decimal("0.1")), "f")


@register.filter
def rest_of(value: Any, whole: Any) -> str:
    """What is left of 100 above `share_of`: where a bar that grows upwards begins."""
    return format(Decimal(100) - Decimal(share_of(value, whole)), "f")


@register.filter
def turned(value: Any, whole: Any) -> str:
    """`value` of `whole` as degrees of a circle."""
    return format((Decimal(share_of(value, whole)) * Decimal("3.6")).quantize(Decimal("0.1")), "f")


@register.filter
def top_of(values: Sequence[Any], top: Any = None) -> Decimal:
    """How high a picture of these values reaches: to `top` where that is given, else to the highest."""
    known = [number(value) for value in values if value is not None]
    return number(top) or max(known, default=Decimal(0)) or Decimal(1)


@register.filter
def points_of(values: Sequence[Any], top: Any = None) -> str:
    """Points of a polyline in a 100 × 100 box; values not known (None) are left out."""
    whole = top_of(values, top)
    step = Decimal(100) / max(len(values) - 1, 1)
    return " ".join(
        f"{step * n:.1f},{Decimal(rest_of(value, whole)):.1f}" for n, value in enumerate(values) if value is not None
    )


@register.filter
def turned_over(values: Sequence[Any], top: Any) -> list[Any]:
    """Ranks as heights: the first place stands highest."""
    return [None if value is None else number(top) + 1 - number(value) for value in values]


@register.filter
def initials(name: str | None) -> str:
    """What a round picture of a person shows: the last two characters of a Chinese name, else the first letters."""
    name = (name or "").strip()
    if name.isascii():
        return "".join(part[0] for part in name.split()[:2]).upper()
    return name[-2:]


BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def device(user_agent: str | None) -> str:
    """Browser and system in two words, as far as a browser says."""
    names = (next((name for mark, name in known if mark in (user_agent or "")), "") for known in (BROWSERS, SYSTEMS))
    return " · ".join(name for name in names if name) or "–"


@register.filter
def at(mapping: Any, key: Any) -> Any:
    """The item of a mapping or a list under a key that is not known when the template is written."""
    try:
        return mapping[key]
    except (KeyError, IndexError, TypeError):
        return None


@register.filter
def weekday(on: date) -> str:
    """The short name of a day of the week: 周三, Wed."""
    name = date_format(on, "D")
    return name.replace("星期", "周" if get_language() == "zh-hans" else "週")


@register.simple_block_tag
def notice(content: str, level: str, *, icon: str = "", among: str = "notices") -> str:
    """`components/notice.html` around what the block says; `among` is the class of the frame that keeps its distance."""
    said = render_to_string("components/notice.html", {"content": content, "level": level, "icon": icon})
    return format_html('<div class="{}">{}</div>', among, said)


@register.simple_block_tag
def section(content: str, name: str, title: str) -> str:
    """`components/section.html` around what the block says."""
    return render_to_string("components/section.html", {"content": content, "name": name, "title": title})


@register.simple_tag(takes_context=True)
def page_query(context: template.Context, name: str, value: Any) -> str:
    """The query of this page with one parameter set anew."""
    query = context["request"].GET.copy()
    query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def money(amount: Decimal | None) -> str:
    """With separators and cents; a dash where there is none."""
    return "–" if amount is None else number_format(amount, 2, use_l10n=True, force_grouping=True)


@register.filter
def plainly(value: Any) -> str:
    """A count or coefficient without idle zeros: 2.0000 as 2, 0.9500 as 0.95."""
    if value in (None, ""):
        return "–"
    shown = Decimal(value).normalize()
    return number_format(format(shown, "f"), use_l10n=True, force_grouping=True)


@register.filter
def percent(value: Any, whole: Any) -> str:
    """`value` of `whole` in whole hundredths; above 100 where it is more."""
    return str(round(number(value) * 100 / number(whole))) if number(whole) else "–"


@register.filter
def counted(value: Any) -> str:
    """A count that may be a share: 3.0000 as 3, 2.5000 as 2.5."""
    if value is None:
        return shown(None)
    count = number(value)
    return shown(count.quantize(Decimal(1)) if count == count.to_integral_value() else count.normalize())


@register.filter
def signed(value: Any) -> str:
    """An amount with its sign, for changes."""
    text = shown(value)
    return f"+{text}" if number(value) > 0 else text.replace("-", "−", 1)


@register.filter
def week_name(week: Period) -> str:
    """A week by its days: 2026年11月23–29日."""
    return days_in_words(week)


@register.filter
def days_name(span: Period) -> str:
    """A day or a week without its year, where there is little room: 11月29日, 11月23–29日."""
    return (
        str(date_format(span.first, "MONTH_DAY_FORMAT"))
        if span.first == span.last
        else days_in_words(span, with_year=False)
    )


@register.filter
def month_name(value: Any) -> str:
    """A month given as a day of it or as `2026-11-01`: 2026年11月."""
    day = read(value)
    return date_format(day, "YEAR_MONTH_FORMAT") if isinstance(day, date) else ""
