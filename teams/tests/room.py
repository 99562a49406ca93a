"""The addresses of teams, who gets what there, and one of each thing to get."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from teams.models import Posting, Role
from tests.access.lines import page, thing, verb
from tests.access.people import AROUND
from tests.cast import Cast

APPOINTING = "mm manager regional market"
BRANCH_STAFF = "clerk accountant deputy tradeadmin"


def stand_in_form(cast: Cast) -> dict[str, Any]:
    absent = cast.person("am").postings.get()
    return {"absent": absent.public_id, "employee_no": "1002", "from_on": cast.today, "last_on": cast.today}


GIVING_PASSWORDS = "clerk tradeadmin market"
NO_PASSWORDS = f"cm am mm accountant deputy manager regional {AROUND}"
REASON = {"reason": "忘记密码，本人到场"}
LINES = [
    page("teams:units"),
    page("teams:unit", f"cm cm2 am {BRANCH_STAFF} {AROUND} {APPOINTING}", of="area"),
    page("teams:person", f"cm am {BRANCH_STAFF} {AROUND} {APPOINTING}", of="person"),
    page("teams:stand_in", APPOINTING, of="area", sees=f"cm cm2 am {BRANCH_STAFF} {AROUND}"),
    verb("teams:appoint", APPOINTING, of="area", sees=f"cm cm2 am {BRANCH_STAFF} {AROUND}", send=stand_in_form),
    verb("teams:end_stand_in", APPOINTING, of="stand_in", sees=f"cm2 am {BRANCH_STAFF} {AROUND}"),
    page("teams:access", GIVING_PASSWORDS, of="person", sees=NO_PASSWORDS),
    verb("teams:give_password", GIVING_PASSWORDS, of="person", sees=NO_PASSWORDS, then=200, send=REASON),
    verb("teams:take_second_factor", GIVING_PASSWORDS, of="person", sees=NO_PASSWORDS, send=REASON),
    page("teams:first_passwords", GIVING_PASSWORDS, of="area", sees=f"cm2 {NO_PASSWORDS}"),
    verb("teams:give_first_passwords", GIVING_PASSWORDS, of="area", sees=f"cm2 {NO_PASSWORDS}", then=200, send=REASON),
]


@thing("area")
def area(cast: Cast) -> dict[str, Any]:
    return {"pk": cast.unit["B1M1A1"].pk}


@thing("person")
def person(cast: Cast) -> dict[str, Any]:
    return {"public_id": cast.person("cm").public_id}


@thing("stand_in")
def stand_in(cast: Cast) -> dict[str, Any]:
    posting = Posting.objects.create(
        person=cast.person("cm2"),
        unit=cast.unit["B1M1A1"],
        role=Role.AREA_MANAGER,
        from_on=cast.today + timedelta(days=1),
        to_on=cast.today + timedelta(days=8),
        acting_for=cast.person("am").postings.get(),
    )
    return {"public_id": posting.public_id}
