"""Numbers that are the firm's and nobody's prospects, and client numbers that look like a known one."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from accounts.models import User
from core.fields import Likeness
from core.identifiers import NotAPhoneNumber, likeness, lookalikes, phone
from core.models import ToldApart
from crm.selectors import client_numbers_known, numbers_of_clients_like
from policies import selectors as policy
from teams.models import Outlet, PartnerBank
from worklogs.models import Contact

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


def likely_clients(numbers: Collection[str]) -> dict[str, str]:
    """Client numbers that nobody knows yet, but one like them in leading zeros and capitals, and which (reading 48).

    Of several such among the numbers themselves one is as good as known. What a person has told apart is not asked again.
    """
    there = set(Contact.objects.filter(client_no__in=numbers).values_list("client_no", flat=True))
    unknown = set(numbers) - {""} - there
    unknown -= client_numbers_known(unknown)
    if not unknown:
        return {}
    alike = {likeness(number) for number in unknown}
    register = Contact.objects.annotate(alike=Likeness("client_no")).filter(alike__in=alike)
    first = {likeness(number): number for number in sorted(unknown, reverse=True)}
    known = {*numbers_of_clients_like(alike), *register.values_list("client_no", flat=True)}
    found = {**lookalikes(unknown, first.values()), **lookalikes(unknown, known)}
    apart = set(ToldApart.objects.filter(table="client_no", code__in=found).values_list("code", "other"))
    return {number: likely for number, likely in found.items() if (number, likely) not in apart}
