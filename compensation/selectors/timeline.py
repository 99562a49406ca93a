"""What happened to a run, in one line of time: drafts with what they changed, reviews, signatures, what was voided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compensation.models import PayRun, RunEvent, Signature
from compensation.rules.names import COMPONENT_NAMES

Event = dict[str, Any]
Kind = RunEvent.Kind
STATE = {Kind.DRAFTED: "accent", Kind.REVIEWED: "good", Kind.VOIDED: "warn", Kind.REJECTED: "bad"}


def events_of(run: PayRun, steps: Iterable[RunEvent], signatures: Iterable[Signature]) -> list[Event]:
    """For the timeline, newest first."""
    found = [_filed(run)] if run.filed_at else []
    found += [_step(step) for step in steps] + [_signature(one) for one in signatures]
    return sorted(found, key=lambda event: event["at"], reverse=True)


def voided(run: PayRun, steps: Sequence[RunEvent]) -> RunEvent | None:
    """The change that took a run back to a draft, until it is reviewed again."""
    if run.state != PayRun.State.DRAFT:
        return None
    decisions = [step for step in steps if step.kind != Kind.DRAFTED]
    return decisions[0] if decisions and decisions[0].kind == Kind.VOIDED else None


def _filed(run: PayRun) -> Event:
    return {"at": run.filed_at, "who": "", "text": _("Filed; the month is closed"), "state": "good"}


def _step(step: RunEvent) -> Event:
    words = {
        Kind.DRAFTED: _("computed version %(version)s"),
        Kind.REVIEWED: _("reviewed version %(version)s and handed it to the signers"),
        Kind.VOIDED: _("What was reviewed and signed on version %(version)s is void"),
        Kind.REJECTED: _("rejected version %(version)s"),
    }
    kind = Kind(step.kind)
    who = "" if kind == Kind.VOIDED else step.by_name or _("The system")
    said = words[kind] % {"version": step.version}
    event: Event = {"at": step.at, "who": who, "text": said, "note": step.why, "state": STATE[kind]}
    if kind == Kind.VOIDED and step.by_name:
        event["note"] = f"{step.by_name} · {step.why}"
    return event if step.total_before is None else {**event, **_changes(step)}


def _changes(step: RunEvent) -> Event:
    changes = []
    for one in step.changes:
        line = _(COMPONENT_NAMES.get(one["component"], one["component"]))
        changes.append({"what": f"{one['name']} · {line}", "old": _money(one["old"]), "new": _money(one["new"])})
    note, more = "", step.changed - len(changes)
    if more > 0:
        note = ngettext("and %(count)s more line", "and %(count)s more lines", more) % {"count": more}
    elif not changes:
        note = _("No amount changed, but names, remarks or the reasons behind amounts did.")
    before, total = _money(step.total_before), _money(step.total)
    total_line = [{"what": _("Total to pay"), "old": before, "new": total}] if before != total else []
    return {"changes": [*total_line, *changes], "note": note}


def _signature(one: Signature) -> Event:
    stage, version = one.get_stage_display(), _("version %(version)s") % {"version": one.version}
    note, state = f"{version} · {one.digest[:16]}…", "good"
    if one.voided_at:
        at = date_format(timezone.localtime(one.voided_at), "SHORT_DATETIME_FORMAT")
        void = _("void since %(at)s: %(reason)s") % {"at": at, "reason": one.void_because}
        note, state = f"{note} · {void}", ""
    text = _("signed as %(role)s") % {"role": stage}
    return {"at": one.signed_at, "who": one.signer_name, "text": text, "note": note, "state": state}


def _money(amount: Decimal | str | None) -> str:
    return number_format(Decimal(amount or 0), 2, use_l10n=True, force_grouping=True)
