"""The addresses of approvals, who gets what there, and one of each thing to get."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from approvals.models import Delegation, Request
from approvals.rules.names import Quorum
from approvals.tests.toys import Toys, of_people
from tests.access.lines import page, part, thing, verb
from tests.access.people import EVERYBODY
from tests.cast import Cast

ASKED = "manager deputy"
SEEING = f"clerk {ASKED} auditor"
WHY = {"remark": "再议一次"}


def seen(_cast: Cast) -> dict[str, Any]:
    return {"seen": Request.objects.order_by("-pk")[0].digest, "remark": "同意"}


def act(name: str, may: str, **more: Any) -> Any:
    others = " ".join(key for key in SEEING.split() if key not in may.split())
    return verb(f"approvals:{name}", may, of="request", sees=others, **more)


LINES = [
    page("approvals:waiting"),
    page("approvals:mine"),
    page("approvals:done"),
    page("approvals:delegations"),
    verb("approvals:delegate", EVERYBODY, then=422),  # to nobody
    verb("approvals:end_delegation", "clerk", of="delegation", sees="deputy"),
    page("approvals:request", SEEING, of="request", walked_by="clerk manager"),
    part("approvals:sheet", SEEING, of="request"),
    act("agree", ASKED, send=seen),
    act("refuse", ASKED, send=seen),
    act("give_back", ASKED, send={**WHY, "to": "author"}),
    act("ask", ASKED, send=WHY),
    act("add", ASKED, send={"whom": "5001", "place": "beside"}),
    act("transfer", ASKED, send={"whom": "5001"}),
    act("remind", SEEING),
    act("recall", SEEING, then=403),  # nobody has spoken
    act("remove", SEEING, send={"whom": "5001"}, then=403),  # nobody was added
    act("withdraw", "clerk"),
    act("answer", "clerk", send=WHY, then=409),  # no question waits
    act("submit", SEEING, then=409),  # it is under decision
]


@thing("request")
def request(cast: Cast) -> dict[str, Any]:
    """Brought by the clerk; manager and deputy are asked."""
    toys = Toys(cast)
    found = toys.brought(of_people(cast, Quorum.ALL, "manager", "deputy"))
    return {"public_id": found.public_id}


@thing("delegation")
def delegation(cast: Cast) -> dict[str, Any]:
    now = datetime(cast.today.year, cast.today.month, cast.today.day, tzinfo=ZoneInfo("Asia/Shanghai"))
    found = Delegation.objects.create(
        giver=cast.clerk, taker=cast.deputy, from_on=cast.today, to_on=cast.today + timedelta(days=7), made_at=now
    )
    return {"public_id": found.public_id}
