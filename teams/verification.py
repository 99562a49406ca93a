"""Is every identifier kept in its one form, and is nobody there twice under two spellings of one number?"""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import User
from core.fields import not_in_one_form
from core.verification import Finding, check
from teams.models import Outlet, PartnerBank, Person, Unit

KEPT = ((User, "employee_no"), (Unit, "code"), (PartnerBank, "code"), (Outlet, "code"), (Person, "licence_no"))


@check("identifiers")
def identifiers_are_in_one_form() -> Iterator[Finding]:
    for model, name in KEPT:
        for pk, (held, form) in not_in_one_form(model, name).items():
            yield Finding(f"{model._meta.db_table} {pk}", f"{name} “{held}” should be “{form}”")
