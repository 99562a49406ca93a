"""The firm on which the benchmarks work: 30,000 people in 500 branches of six market departments each."""

from __future__ import annotations

from datetime import date
from typing import Any

SINCE = date(2025, 1, 1)
PEOPLE, BRANCHES = 30_000, 500


def company() -> Any:
    """The company, made at the first call."""
    from django.db import transaction  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from teams.models import Person, Posting, Role, Unit, UnitKind  # noqa: PLC0415

    found = Unit.objects.filter(parent=None).first()
    if found:
        return found

    def unit(code: str, kind: str, parent: Unit | None) -> Unit:
        made = Unit.objects.create(code=code, name=code, kind=kind, parent=parent, started_on=SINCE)
        made.path = f"{parent.path if parent else '/'}{made.pk}/"
        made.save(update_fields=["path"])
        return made

    with transaction.atomic():
        top = unit("C", UnitKind.COMPANY, None)
        branches = [unit(f"B{b:04}", UnitKind.BRANCH, top) for b in range(BRANCHES)]
        teams = [unit(f"{b.code}T{t}", UnitKind.MARKET_DEPARTMENT, b) for b in branches for t in range(6)]
        users = User.objects.bulk_create(
            User(employee_no=f"E{n:06}", name=f"E{n}", password="!") for n in range(PEOPLE)
        )
        persons = Person.objects.bulk_create(Person(user=user, joined_on=SINCE, licence_no="S") for user in users)
        Posting.objects.bulk_create(
            Posting(person=p, unit=teams[n % len(teams)], role=Role.CUSTOMER_MANAGER, from_on=SINCE)
            for n, p in enumerate(persons)
        )
    return top


def empty(*tables: str) -> None:
    """Take every row away, of what is otherwise never removed too."""
    from django.db import connection, transaction  # noqa: PLC0415

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
