"""Brochures and note of a day, and handing the log in (S3.2, S3.a)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from core.editing import Seen
from teams.models import Person
from worklogs.models import Correction, WorkLog
from worklogs.rules.windows import Window
from worklogs.services.opened import NothingWritten, NotThatMany, Opened, WindowClosed

MOST_BROCHURES = 100_000


@transaction.atomic
def set_brochures(
    *,
    person: Person,
    on: date,
    quantity: int,
    reason: str = "",
    actor: User,
    now: datetime,
    seen: Seen | None = None,
) -> WorkLog:
    """Say how many brochures were handed out (S3.a). Raises `LogRefused` and `ChangedMeanwhile`."""
    opened = Opened(person, on, now)
    if not 0 <= quantity <= MOST_BROCHURES:
        raise NotThatMany
    if seen:
        there = {"quantity": opened.log.brochures} if opened.log.brochures else None
        seen.must_hold(there, wanted={"quantity": quantity})
    return _keep_brochures(opened, quantity, reason, actor)


@transaction.atomic
def add_brochures(*, person: Person, on: date, more: int, reason: str = "", actor: User, now: datetime) -> WorkLog:
    """Count further brochures (S3.a), each step once however quickly they follow each other. Raises `LogRefused`."""
    opened = Opened(person, on, now)
    return _keep_brochures(opened, opened.log.brochures + more, reason, actor)


def _keep_brochures(opened: Opened, quantity: int, reason: str, actor: User) -> WorkLog:
    if not 0 <= quantity <= MOST_BROCHURES:
        raise NotThatMany
    log = opened.log
    if log.brochures == quantity:
        return log
    opened.change(Correction.What.BROCHURES, old=str(log.brochures), new=str(quantity), reason=reason, author=actor)
    log.brochures = quantity
    log.save(update_fields=["brochures"])
    opened.judge()
    return log


@transaction.atomic
def write_note(
    *,
    person: Person,
    on: date,
    note: str,
    reason: str = "",
    actor: User,
    now: datetime,
    seen: Seen | None = None,
) -> WorkLog:
    """Write the free note of the day. Raises `LogRefused`, and `ChangedMeanwhile` where it is no longer as it was seen."""
    opened = Opened(person, on, now)
    log, note = opened.log, note.strip()
    if seen:
        seen.must_hold(log if log.note else None, wanted={"note": note})
    if log.note == note:
        return log
    opened.change(Correction.What.NOTE, old=log.note, new=note, reason=reason, author=actor)
    log.note = note
    log.save(update_fields=["note"])
    return log


@transaction.atomic
def submit_log(
    *, person: Person, on: date, note: str | None = None, now: datetime, seen: Seen | None = None
) -> WorkLog:
    """Hand the log in, with the note that was typed last; after the cut-off it is marked late. Raises `LogRefused`.

    Once handed in, nothing happens again.
    """
    if note is not None:
        write_note(person=person, on=on, note=note, actor=person.user, now=now, seen=seen)
    opened = Opened(person, on, now)
    log = opened.log
    if log.is_submitted:
        return log
    if opened.window != Window.OPEN:
        raise WindowClosed
    if log.pk is None or not (log.brochures or log.note or log.entries.exists()):
        raise NothingWritten
    log.state, log.submitted_at, log.late = WorkLog.State.SUBMITTED, now, opened.is_late
    log.save(update_fields=["state", "submitted_at", "late"])
    opened.judge()
    return log
