"""The seven days of a week as bars: points, what each day asks, whether it is passed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.periods import Week
from core.templatetags.components import weekday
from worklogs.models import DayScore
from worklogs.rules.scoring import JudgedDay


def bars_of(
    week: Week,
    scores: Mapping[date, DayScore | JudgedDay],
    *,
    today: date,
    shown: date,
    link: Callable[[date], str],
) -> list[dict[str, Any]]:
    """What `components/week_bars.html` wants. Nothing is bad before its day is over; a day off asks for nothing."""
    bars = []
    for on in week.days():
        score = scores.get(on)
        is_judged = score is not None and (on <= today or score.points > 0)
        state = ""
        if score and score.due:
            state = "good" if score.passed else "bad" if on < today else "running" if on == today else ""
        bars.append(
            {
                "label": weekday(on),
                "value": score.points if score and is_judged else None,
                "text": "" if is_judged else "–",
                "mark": score.pass_mark if score and score.due else 0,
                "state": state,
                "state_text": {"good": _("passed"), "bad": _("not passed"), "running": _("not over yet")}.get(
                    state, ""
                ),
                "is_today": on == shown,
                "href": link(on),
            }
        )
    return bars


def bars_top(bars: Sequence[Mapping[str, Any]]) -> int:
    """How high the bars go: a third above what is asked, or the highest of them."""
    return max(1, *(int(max(bar["value"] or 0, bar["mark"] * 4 // 3)) for bar in bars))


def points_of_bars(bars: Sequence[Mapping[str, Any]]) -> int:
    return sum(bar["value"] or 0 for bar in bars)
