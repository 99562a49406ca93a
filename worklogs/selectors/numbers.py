"""Numbers that belong to the firm and are nobody's prospects."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from accounts.models import User
from core.identifiers import NotAPhoneNumber, phone
from policies import selectors as policy
from teams.models import Outlet, PartnerBank

FIRM_NUMBERS = "worklogs.firm_numbers"


def numbers_of_the_firm(phones: Collection[str], *, unit_ids: Collection[int], on: date) -> set[str]:
    """Those of the numbers, in the form in which they are kept, that are of people who work here, of outlets and banks'
    heads, or that the firm calls its own; four queries."""
    of_people = User.objects.filter(phone__in=phones).values_list("phone", flat=True)
    of_outlets = Outlet.objects.filter(phone__in=phones).values_list("phone", flat=True)
    of_heads = PartnerBank.objects.filter(head_phone__in=phones).values_list("head_phone", flat=True)
    known = {*of_people, *of_outlets, *of_heads}
    values = policy.values_on([FIRM_NUMBERS], unit_ids=unit_ids, on=on).values()
    for text in {str(of_unit[FIRM_NUMBERS].value) for of_unit in values}:
        known |= _own(text) & set(phones)
    return known


def _own(text: str) -> set[str]:
    """The numbers of the parameter, with commas or semicolons of either script between them."""
    found = set()
    for one in re.split(r"[,;，；、\n]+", text):
        try:
            found.add(phone(one))
        except NotAPhoneNumber:
            continue
    return found
