"""What messaging asks about recipients without knowing of units and people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from teams.models import Person, Posting, Unit


class TeamsDirectory:
    def places(self, user_ids: Collection[int], on: date) -> dict[int, str]:
        """The path of the unit each is posted to on `on`; the highest where there are several, the company's where none."""
        company = Unit.objects.filter(parent=None).values_list("path", flat=True).first() or ""
        postings = Posting.objects.on(on).filter(person__user__in=user_ids)
        found = postings.order_by("-unit__path").values_list("person__user", "unit__path")
        return dict.fromkeys(user_ids, company) | dict(found)

    def gone(self, user_ids: Collection[int], on: date) -> set[int]:
        return set(Person.objects.filter(user__in=user_ids, left_on__lte=on).values_list("user", flat=True))
