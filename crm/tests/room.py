"""The addresses of crm, who gets what there, and one of each thing to get."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from crm.services.importing import received
from crm.services.jobs import do_job, receive_file
from crm.services.staging import ImportAsked
from tests.access.lines import page, part, thing, verb
from tests.access.people import BRANCH, FINANCE, REGION
from tests.cast import Cast

IMPORTERS = f"{FINANCE} tradeadmin market"
OTHER_IMPORTERS = "sibling_clerk sibling_accountant"
SEE_BRANCH = f"{BRANCH} {REGION} office auditor"

LINES = [
    page("crm:imports", f"{IMPORTERS} {OTHER_IMPORTERS}"),
    verb("crm:upload", f"{IMPORTERS} {OTHER_IMPORTERS}", then=422),
    page("crm:import", IMPORTERS, of="crm_import", sees=SEE_BRANCH),
    part("crm:template", f"{IMPORTERS} {OTHER_IMPORTERS}", given={"kind": "openings"}),
    part("crm:progress", IMPORTERS, of="crm_import", sees=SEE_BRANCH),
    part("crm:remarks", IMPORTERS, of="crm_import", sees=SEE_BRANCH),
    verb("crm:take", IMPORTERS, of="crm_import", sees=SEE_BRANCH),
    verb("crm:tell_apart", IMPORTERS, of="crm_import", sees=SEE_BRANCH, then=422),  # no reason
    verb("crm:revert", IMPORTERS, of="crm_import", sees=SEE_BRANCH),
]


@thing("crm_import")
def crm_import(cast: Cast) -> dict[str, Any]:
    """Checked for the branch, with a row that is refused and one that is not."""
    content = b"open_date,branch,client_no,fund_account,developer\n2026-11-17,B1,c1,f1,1001\n2026-11-17,B1,c2,f2,none\n"
    with received([content], "crm.csv") as path:
        asked = ImportAsked(kind="openings", path=path, name="crm.csv", unit=cast.unit["B1"], today=cast.today)
        imported = receive_file(asked=asked, actor=cast.clerk, now=timezone.now())
    do_job(import_id=imported.pk, now=timezone.now())
    return {"public_id": imported.public_id}
