from __future__ import annotations

from core.explain import N_
from messaging.registry import declare_text

CHECKED = "crm.import_checked"
REFUSED = "crm.import_refused"
TAKEN = "crm.import_taken"
NOT_TAKEN = "crm.import_not_taken"
REVERTED = "crm.import_reverted"
NOT_REVERTED = "crm.import_not_reverted"

declare_text(
    CHECKED,
    subject=N_("%(file)s is checked and waits for your word"),
    body=N_("%(rows)s rows, of which %(refused)s cannot be taken. See what it would change, then take it."),
)
declare_text(
    REFUSED,
    subject=N_("%(file)s is refused"),
    body=N_("Nothing was written. The page names what is wrong; mend the file and upload it again."),
)
declare_text(
    TAKEN,
    subject=N_("%(file)s is taken"),
    body=N_("%(rows)s rows. Results and rankings are up to date."),
)
declare_text(
    NOT_TAKEN,
    subject=N_("%(file)s could not be taken"),
    body=N_("What is known has changed since the file was checked. Upload it again."),
)
declare_text(
    REVERTED,
    subject=N_("%(file)s is reverted"),
    body=N_("Everything is as it was before the file. Results and rankings are up to date."),
)
declare_text(
    NOT_REVERTED,
    subject=N_("%(file)s could not be reverted"),
    body=N_("Meanwhile something was built on it; the page names it."),
)
