"""The stages of a month of pay, from the CRM's figures to the filed report, as the status bar shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, partial

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compensation.models import PayRun, Signature, Stage
from compensation.models.runs import UNDER_DECISION
from compensation.selectors.readiness import ready_from
from core.periods import Month
from teams.models import Unit

Signers = dict[tuple[int, str], str]


@dataclass(frozen=True)
class Stand:
    """Where one month of one branch stands, as known on a day.

    `accepted_at`: when the last detail was reviewed; `signed`: signatures that stand, by stage; `signers`: who may sign
    now, by branch and role.
    """

    branch: Unit
    month: Month
    on: date
    run: PayRun | None
    rows: int = 0
    arrived_at: datetime | None = None
    details: int = 0
    accepted: int = 0
    sent_back: int = 0
    accepted_at: datetime | None = None
    signed: Mapping[int, Signature] = field(default_factory=dict)
    signers: Signers = field(default_factory=dict)

    @property
    def closed_at(self) -> datetime | None:
        return self.run.filed_at if self.run else None

    @cached_property
    def stages(self) -> list[StageShown]:
        """All in their order; the first that is not done is the current one."""
        found = [stage(self) for stage in STAGES]
        current = next((one for one in found if not one.done), None)
        since: datetime | None = None
        for one in found:
            if one is current:
                one.wait(since)
            elif one.done:
                one.state = "done"
            since = one.at or since
        return found


@dataclass
class StageShown:
    """One stage. `state`: done, current, waiting, or void."""

    label: str
    done: bool
    at: datetime | None = None
    note: str = ""
    by: str = ""
    state: str = "waiting"

    def wait(self, since: datetime | None) -> None:
        """It is the current one, `since` the one before it was done."""
        if self.state == "void":
            return
        self.state = "current"
        if since:
            at = date_format(timezone.localtime(since), "SHORT_DATETIME_FORMAT")
            self.note = " · ".join(filter(None, (self.note, _("since %(since)s") % {"since": at})))


def _arrived(stand: Stand) -> StageShown:
    note = _("%(count)s rows") % {"count": stand.rows} if stand.rows else _("waiting for the import")
    return StageShown(_("CRM figures arrived"), bool(stand.rows), stand.arrived_at, note)


def _accepted(stand: Stand) -> StageShown:
    done = bool(stand.details) and stand.accepted == stand.details
    counts = {"done": stand.accepted, "all": stand.details}
    note = _("%(done)s of %(all)s accepted") % counts if stand.details else ""
    return StageShown(_("Business detail reviewed"), done, stand.accepted_at if done else None, note)


def _computed(stand: Stand) -> StageShown:
    label, run = _("Pay computed"), stand.run
    if run is None:
        return StageShown(label, False)
    return StageShown(label, True, run.drafted_at, _("version %(version)s") % {"version": run.version})


def _reviewed(stand: Stand) -> StageShown:
    """The review; in its place a rejection, which asks for another."""
    label, run = _("Reviewed"), stand.run
    if run is None:
        return StageShown(label, False)
    if run.state == PayRun.State.REJECTED:
        by = run.rejected_by.name if run.rejected_by else ""
        return StageShown(_("Rejected"), False, run.rejected_at, run.reject_reason, by, "void")
    done = run.state in UNDER_DECISION or run.is_filed
    by = run.reviewed_by.name if run.reviewed_by else ""
    return StageShown(label, done, run.reviewed_at, "" if done else _possible_from(run, stand.on), by)


def _possible_from(run: PayRun, on: date) -> str:
    """From when on a draft can be reviewed, where that is still to come."""
    if on >= (ready_on := ready_from(run)):
        return ""
    return _("possible from %(on)s") % {"on": date_format(ready_on, "DATE_FORMAT")}


def _signed(stage: Stage, stand: Stand) -> StageShown:
    label = _("Signed: %(role)s") % {"role": stage.label}
    if signature := stand.signed.get(stage):
        return StageShown(label, True, signature.signed_at, by=signature.signer_name)
    is_due = stand.run is not None and stand.run.next_stage == stage
    names = stand.signers.get((stand.branch.pk, stage.role), "") if is_due else ""
    return StageShown(label, False, note=_("next: %(names)s") % {"names": names} if names else "")


def _filed(stand: Stand) -> StageShown:
    is_filed = stand.run is not None and stand.run.is_filed
    return StageShown(_("Filed"), is_filed, stand.closed_at, _("month closed") if is_filed else "")


STAGES: tuple[Callable[[Stand], StageShown], ...] = (
    _arrived, _accepted, _computed, _reviewed, *(partial(_signed, stage) for stage in Stage), _filed,
)  # fmt: skip
