"""What happened to a run, in one line of time: drafts with what they changed, reviews, signatures, what was voided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compensation.models import PayRun, RunEvent, Signature
from compensation.rules.names import COMPONENT_NAMES, GRADE_NAMES

Event = dict[str, Any]
Kind = RunEvent.Kind
SHOWN = 8  # changes that stand in the notice on top of the run; all of them are in its timeline
STATE = {Kind.DRAFTED: "accent", Kind.EXPLAINED: "", Kind.REVIEWED: "good", Kind.VOIDED: "warn", Kind.REJECTED: "bad"}


def events_of(run: PayRun, steps: Iterable[RunEvent], signatures: Iterable[Signature]) -> list[Event]:
    """For the timeline, newest first."""
    found = [_filed(run)] if run.filed_at else []
    found += [_step(step) for step in steps] + [_signature(one) for one in signatures]
    return sorted(found, key=lambda event: event["at"], reverse=True)


def what_voided(run: PayRun, steps: Sequence[RunEvent]) -> Event | None:
    """The change that took a run back to a draft, until it is reviewed again; with the first of what it moved."""
    if run.state != PayRun.State.DRAFT:
        return None
    decisions = [step for step in steps if step.kind not in (Kind.DRAFTED, Kind.EXPLAINED)]
    if not decisions or decisions[0].kind != Kind.VOIDED:
        return None
    step = decisions[0]
    return {**_step(step), "why": step.why, "changes": _changes(step)["changes"][:SHOWN]}


def _filed(run: PayRun) -> Event:
    return {"at": run.filed_at, "who": "", "text": _("Filed; the month is closed"), "state": "good"}


def _step(step: RunEvent) -> Event:
    words = {
        Kind.DRAFTED: _("computed version %(version)s"),
        Kind.EXPLAINED: _("Version %(version)s has another explanation; every figure is as it was, signatures stand"),
        Kind.REVIEWED: _("reviewed version %(version)s and handed it to the signers"),
        Kind.VOIDED: _("What was reviewed and signed on version %(version)s is void"),
        Kind.REJECTED: _("rejected version %(version)s"),
    }
    kind = Kind(step.kind)
    who = "" if kind in (Kind.VOIDED, Kind.EXPLAINED) else step.by_name or _("The system")
    said = words[kind] % {"version": step.version}
    event: Event = {"at": step.at, "who": who, "text": said, "note": step.why, "state": STATE[kind]}
    if kind == Kind.VOIDED and step.by_name:
        event["note"] = f"{step.by_name} · {step.why}"
    moved = _changes(step)
    notes = filter(None, (event["note"], moved["note"]))
    return {**event, "changes": moved["changes"], "note": " · ".join(notes)}


def _changes(step: RunEvent) -> Event:
    """What lies behind the step, old and new and by whom, then what it moved."""
    changes = list(behind(step))
    if step.total_before is None:
        return {"changes": changes, "note": ""}
    before, total = _money(step.total_before), _money(step.total)
    if before != total:
        changes.append({"what": _("Total to pay"), "old": before, "new": total})
    for one in step.changes:
        line = _(COMPONENT_NAMES.get(one["component"], one["component"]))
        changes.append({"what": f"{one['name']} · {line}", "old": _money(one["old"]), "new": _money(one["new"])})
    note, more = "", step.changed - len(step.changes)
    if more > 0:
        note = ngettext("and %(count)s more line", "and %(count)s more lines", more) % {"count": more}
    elif not step.changes:
        note = _("No amount of a line changed, but names, remarks or other figures did.")
    return {"changes": changes, "note": note}


def behind(step: RunEvent) -> Iterable[dict[str, str]]:
    """What another figure came from: whose, old and new, and who changed it."""
    for cause in step.causes:
        label = cause["what"]
        what = _(label)
        if cause["by"]:
            what = _("%(what)s (by %(name)s)") % {"what": what, "name": cause["by"]}
        old, new = (_word(cause[name]) for name in ("old", "new"))
        yield {"what": f"{cause['name']} · {what}", "old": old, "new": new}


def _word(value: str) -> str:
    """A figure with its separators, a grade in words."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return _(GRADE_NAMES.get(value, value)) if value else "–"
    places = max(-int(number.normalize().as_tuple().exponent), 0)
    return number_format(number, places if places < 2 else 2 if places == 2 else 4, use_l10n=True, force_grouping=True)


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
