"""Past weeks are judged anew when the calendar or the rules they rest on have changed; the database knows which."""

from __future__ import annotations

from datetime import date

from core.periods import Period, Week
from worklogs.models import FollowedFact
from worklogs.selectors.owed import facts_to_follow, weeks_touched
from worklogs.services.judging import Judged, judge


def judge_what_is_due(*, today: date) -> Judged:
    """Judge this week and the one before, and every older week that a fact not yet followed bears on.

    A fact counts as followed once all of its weeks are judged: whoever is interrupted begins again, and the same fact
    followed twice changes nothing.
    """
    facts = facts_to_follow()
    recent = Week(today).previous().first
    judged = judge(period=Period.between(recent, today), until=today)
    for week in weeks_touched(facts, before=recent):
        judged.add(judge(period=week, until=today))
    FollowedFact.objects.bulk_create(
        (FollowedFact(source=fact.source, fact_id=fact.pk) for fact in facts), ignore_conflicts=True
    )
    return judged
