"""Past weeks are judged anew when calendar, rules or postings they rest on have changed; the database knows which."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from core.periods import Period, Week
from crm.selectors import client_numbers_known
from worklogs.models import Contact, FollowedFact, LogEntry
from worklogs.selectors.owed import facts_to_follow, weeks_missed, weeks_touched
from worklogs.services.judging import Judged, closed_units, judge

WEEK = FollowedFact.Source.WEEK


def judge_what_is_due(*, today: date) -> Judged:
    """Look once more for clients, judge this week and the one before, every older week that a fact not yet followed bears
    on, and those that passed while nothing ran.

    A fact counts as followed once all of its weeks are judged: whoever is interrupted begins again, and the same fact
    followed twice changes nothing.
    """
    facts = facts_to_follow()
    recent = Week(today).previous().first
    find_clients(Period.between(recent, today))
    judged = judge(period=Period.between(recent, today), until=today)
    missed = weeks_missed(before=recent)
    touched = weeks_touched(facts, before=recent) | dict.fromkeys(missed)
    for week, people in touched.items():
        judged.add(judge(period=week, until=today, people=people))
    followed = [FollowedFact(source=fact.source, fact_id=fact.pk) for fact in facts]
    over = (FollowedFact(source=WEEK, fact_id=week.first.toordinal()) for week in (*missed, Week(recent)))
    FollowedFact.objects.bulk_create([*followed, *over], ignore_conflicts=True)
    return judged


@transaction.atomic
def find_clients(period: Period) -> int:
    """Take the mark off calls whose client the CRM has brought since; how many there were (S3.e). Weeks that a closed
    month has counted stay as they are."""
    marked = LogEntry.objects.filter(not_in_crm=True, log__on__gte=period.first, log__on__lt=period.end)
    for week in {Week(on) for on in marked.values_list("log__on", flat=True).distinct()}:
        if closed := closed_units(week):
            marked = marked.exclude(log__on__gte=week.first, log__on__lt=week.end, log__unit__in=closed)
    numbers = set(marked.exclude(contact__client_no="").values_list("contact__client_no", flat=True))
    known = client_numbers_known(numbers)
    if not known:
        return 0
    Contact.objects.filter(client_no__in=known, is_client=False).update(is_client=True)
    return marked.filter(contact__client_no__in=known).update(not_in_crm=False)
