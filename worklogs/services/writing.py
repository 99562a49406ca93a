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
    seen: Seen | None = None,
    actor: User,
    now: datetime,
) -> WorkLog:
    """Say how many brochures were handed out (S3.a). Raises `LogRefused`, and `ChangedMeanwhile` where another number
    stands there than was `seen`.
    """
    return _keep_brochures(Opened(person, on, now), quantity, reason, actor, seen)


@transaction.atomic
def add_brochures(*, person: Person, on: date, more: int, reason: str = "", actor: User, now: datetime) -> WorkLog:
    """Count further brochures (S3.a), each step once however quickly they follow each other. Raises `LogRefused`."""
    opened = Opened(person, on, now)
    return _keep_brochures(opened, opened.log.brochures + more, reason, actor)


def _keep_brochures(opened: Opened, quantity: int, reason: str, actor: User, seen: Seen | None = None) -> WorkLog:
    if not 0 <= quantity <= MOST_BROCHURES:
        raise NotThatMany
    log = opened.log
    if seen is not None and log.pk:
        seen.must_hold({"quantity": log.brochures}, wanted={"quantity": quantity})
    if log.brochures == quantity:
        return log
    opened.change(Correction.What.BROCHURES, old=str(log.brochures), new=str(quantity), reason=reason, author=actor)
    log.brochures = quantity
    log.save(update_fields=["brochures"])
    opened.judge()
    return log


@transaction.atomic
def write_note(
    *, person: Person, on: date, note: str, reason: str = "", seen: Seen | None = None, actor: User, now: datetime
) -> WorkLog:
    """Write the free note of the day. Raises `LogRefused`, and `ChangedMeanwhile` where another note stands there than
    was `seen`.
    """
    opened = Opened(person, on, now)
    log, note = opened.log, note.strip()
    if seen is not None and log.pk:
        seen.must_hold(log, wanted={"note": note})
    if log.note == note:
        return log
    opened.change(Correction.What.NOTE, old=log.note, new=note, reason=reason, author=actor)
    log.note = note
    log.save(update_fields=["note"])
    return log


@transaction.atomic
def submit_log(
    *, person: Person, on: date, note: str | None = None, seen: Seen | None = None, now: datetime
) -> WorkLog:
    """Hand the log in, with the note that was typed last; after the cut-off it is marked late. Raises `LogRefused`, and
    `ChangedMeanwhile` where another note stands there than was `seen`.

    Once handed in, nothing happens again.
    """
    if note is not None:
        write_note(person=person, on=on, note=note, seen=seen, actor=person.user, now=now)
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
