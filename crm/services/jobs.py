"""The jobs of imports: checked and, when large, taken and reverted by a worker. The database owns each job; Celery only rings.

A worker claims a job for a while by a conditional update. Whoever dies leaves a claim that runs out, and the schedule
offers the job again; a file that breaks its worker three times is refused.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from core import audit
from core.explain import N_
from core.models import ToldApart
from core.tables import Refusal
from crm import texts
from crm.models import Import
from crm.services import sheets
from crm.services.importing import (
    AlreadyDecided,
    DependedUpon,
    NotTaken,
    OtherContent,
    asked_again,
    forget_files,
    keep_file,
    new_import,
    reasons_to_keep,
    revert_import,
    sha256_of,
    take_import,
    try_out,
)
from crm.services.progress import Phase, Telling, telling_of
from crm.services.staging import ImportAsked
from messaging.bell import ring
from messaging.telling import tell

State, Job = Import.State, Import.Job
TRIES = 3
REMARKED = 100_000  # refusals that come back as remarks in the person's own file
AT_ONCE = 2_000  # rows taken or reverted while one waits; more are a job
BROKE_OFF = N_(
    "Checking this file broke off %(tries)s times. Save it again, in parts if it is large, and upload it anew"
)
NOT_TAKEN = N_("What is known has changed since the file was checked. Upload it again.")
DEPENDED = N_("It could not be reverted: meanwhile something was built on it.")
BELL = partial(ring, "crm.tasks.offer_imports")


@transaction.atomic
def receive_file(*, asked: ImportAsked, actor: User, now: datetime) -> Import:
    """Keep a file and the job of checking it."""
    imported = new_import(asked, actor, now)
    imported.state, imported.job = State.RECEIVED, Job.CHECK
    imported.covers_from, imported.covers_to = asked.covers or (None, None)
    keep_file(imported, asked.path)
    imported.save(force_insert=True)
    transaction.on_commit(BELL, robust=True)
    return imported


@transaction.atomic
def ask_to_take(*, imported: Import, sha256: str, good_rows_only: bool, actor: User, now: datetime) -> Import:
    """Leave a checked import to a worker to be taken, from `now` on. Raises `OtherContent` or `AlreadyDecided`."""
    if imported.state != State.CHECKED:
        raise AlreadyDecided  # its file is gone
    if sha256 != imported.file_sha256 or sha256_of(Path(imported.file.path)) != sha256:
        raise OtherContent
    asked = Import.objects.filter(pk=imported.pk, state=State.CHECKED, job=Job.NONE).update(
        job=Job.TAKE, job_tries=0, job_until=now, good_rows_only=good_rows_only, taken_by=actor
    )
    if not asked:
        raise AlreadyDecided
    transaction.on_commit(BELL, robust=True)
    return imported


@transaction.atomic
def ask_to_revert(*, imported: Import, actor: User, now: datetime) -> Import:
    """Leave a taken import to a worker to be reverted, from `now` on. Raises `DependedUpon` or `AlreadyDecided`."""
    if imported.state == State.TAKEN and (reasons := reasons_to_keep(imported)):
        raise DependedUpon(reasons=", ".join(reasons))
    asked = Import.objects.filter(pk=imported.pk, state=State.TAKEN, job=Job.NONE).update(
        job=Job.REVERT, job_tries=0, job_until=now, reverted_by=actor
    )
    if not asked:
        raise AlreadyDecided
    transaction.on_commit(BELL, robust=True)
    return imported


@transaction.atomic
def tell_apart(*, imported: Import, words: Sequence[str], reason: str, now: datetime) -> Import:
    """Record that words of a file are other things than the known ones they look like, and have it checked again.
    Raises `AlreadyDecided` where the import does not wait for a word."""
    current = Import.objects.select_for_update().get(pk=imported.pk)
    if current.state not in (State.CHECKED, State.REFUSED) or current.job or not current.file:
        raise AlreadyDecided
    record_told_apart(current.notes.get("alike", []), words, reason)
    current.state, current.job, current.job_tries, current.job_until = State.RECEIVED, Job.CHECK, 0, now
    current.save()
    transaction.on_commit(BELL, robust=True)
    return current


def record_told_apart(alike: Sequence[Sequence[str]], words: Sequence[str], reason: str) -> list[str]:
    """Keep those of the pairs whose word is among `words`; the words that were found."""
    found = [(what, word, known) for what, word, known in alike if word in words]
    for what, word, known in found:
        ToldApart.objects.get_or_create(table=what, code=word, other=known, defaults={"reason": reason[:200]})
    return [word for _, word, _ in found]


def claim_job(*, import_id: int, now: datetime) -> UUID | None:
    """Take a job in hand for a while; `None` when there is none, or somebody has it."""
    claim = uuid4()
    until = now + timedelta(seconds=settings.IMPORT_LEASE_SECONDS)
    mine = (
        Import.objects.with_job_due(now)
        .filter(pk=import_id)
        .order_by()
        .update(job_claim=claim, job_until=until, job_tries=F("job_tries") + 1)
    )
    return claim if mine else None


def do_job(*, import_id: int, now: datetime) -> None:
    """Do what an import waits for, if nobody else does."""
    claim = claim_job(import_id=import_id, now=now)
    if claim is None:
        return
    imported = Import.objects.select_related("checked_by", "taken_by", "reverted_by").get(pk=import_id)
    by = {Job.TAKE: imported.taken_by, Job.REVERT: imported.reverted_by}.get(Job(imported.job), imported.checked_by)
    verbs: dict[str, Callable[..., None]] = {
        Job.CHECK: check_received,
        Job.TAKE: take_asked,
        Job.REVERT: revert_asked,
    }
    verb = verbs[imported.job] if imported.job_tries <= TRIES else give_up
    language = by.language if by else settings.LANGUAGE_CODE
    with audit.acting(actor_id=by.pk if by else None), translation.override(language):
        verb(imported=imported, claim=claim, now=now, telling=telling_of(imported.public_id))


@transaction.atomic
def check_received(*, imported: Import, claim: UUID, now: datetime, telling: Telling) -> None:
    """Check a file that was received, and tell whoever sent it."""
    current = in_hand(imported, claim)
    if current is None:
        return
    asked = asked_again(current, now, most=REMARKED)
    refusals = try_out(current, asked, now, telling)
    if refusals and current.rows:
        telling(Phase.REMARKING, current.rows)
        keep_remarks(current, asked, refusals)
    current.checked_at = now
    put_down(current)
    current.save()
    tell_waiting(current, texts.REFUSED if current.state == State.REFUSED else texts.CHECKED, claim, now)


def keep_remarks(imported: Import, asked: ImportAsked, refusals: Sequence[Refusal]) -> None:
    """Store the person's own file with a remark beside each refused row."""
    with tempfile.TemporaryFile() as written:
        suffix = sheets.write_remarks(imported, asked, refusals, written)
        imported.remarks.save(f"{imported.public_id}-remarks{suffix}", File(written), save=False)


@transaction.atomic
def take_asked(*, imported: Import, claim: UUID, now: datetime, telling: Telling) -> None:
    """Take an import as its person asked; what has changed meanwhile is said on its page and in the inbox."""
    try:
        taken = take_import(
            imported=imported,
            sha256=imported.file_sha256,
            good_rows_only=imported.good_rows_only,
            actor=imported.taken_by,
            now=now,
            claim=claim,
            telling=telling,
        )
    except (OtherContent, NotTaken):
        leave_untaken(imported, claim, now)
    except AlreadyDecided:
        return
    else:
        tell_waiting(taken, texts.TAKEN, claim, now)


@transaction.atomic
def leave_untaken(imported: Import, claim: UUID, now: datetime) -> None:
    current = in_hand(imported, claim)
    if current is None:
        return
    by = current.taken_by
    put_down(current)
    current.taken_by, current.good_rows_only = None, False
    current.notes = {**current.notes, "trouble": NOT_TAKEN}
    current.save()
    tell_waiting(current, texts.NOT_TAKEN, claim, now, to=by)


@transaction.atomic
def revert_asked(*, imported: Import, claim: UUID, now: datetime, telling: Telling) -> None:
    """Revert an import as its person asked; what was built on it meanwhile is said on its page and in the inbox."""
    by = imported.reverted_by
    try:
        reverted = revert_import(imported=imported, actor=by, now=now, claim=claim, telling=telling)
    except DependedUpon:
        leave_unreverted(imported, claim, now)
    except AlreadyDecided:
        return
    else:
        tell_waiting(reverted, texts.REVERTED, claim, now, to=by)


@transaction.atomic
def leave_unreverted(imported: Import, claim: UUID, now: datetime) -> None:
    current = in_hand(imported, claim)
    if current is None:
        return
    by = current.reverted_by
    put_down(current)
    current.reverted_by = None
    current.notes = {**current.notes, "trouble": DEPENDED}
    current.save()
    tell_waiting(current, texts.NOT_REVERTED, claim, now, to=by)


@transaction.atomic
def give_up(*, imported: Import, claim: UUID, now: datetime, telling: Telling) -> None:
    """Refuse a file that broke off its check again and again; one that could not be taken or reverted stays as it was."""
    if imported.job == Job.TAKE:
        return leave_untaken(imported, claim, now)
    if imported.job == Job.REVERT:
        return leave_unreverted(imported, claim, now)
    current = in_hand(imported, claim)
    if current is None:
        return None
    current.state = State.REFUSED
    current.refusals = [asdict(Refusal(rule=BROKE_OFF, values={"tries": TRIES}))]
    current.refused = 1
    put_down(current)
    current.save()
    return tell_waiting(current, texts.REFUSED, claim, now)


def in_hand(imported: Import, claim: UUID) -> Import | None:
    """The import, locked, while the claim still holds."""
    return (
        Import.objects.select_for_update(of=("self",))
        .select_related("unit", "checked_by", "taken_by", "reverted_by")
        .filter(pk=imported.pk, job_claim=claim)
        .exclude(job=Job.NONE)
        .first()
    )


def put_down(imported: Import) -> None:
    imported.job, imported.job_claim, imported.job_until, imported.job_tries = Job.NONE, None, None, 0


def tell_waiting(imported: Import, text: str, claim: UUID, now: datetime, *, to: User | None = None) -> None:
    """A message into the inbox of whoever is waiting, one a job."""
    recipient = to or imported.taken_by or imported.checked_by
    tell(
        [recipient] if recipient else (),
        text,
        about=imported,
        nth=claim.hex,
        now=now,
        link=reverse("crm:import", args=[imported.public_id]),
        place=imported.unit.path,
        file=imported.file_name,
        rows=imported.rows,
        refused=imported.refused,
    )


@transaction.atomic
def purge_unused(*, now: datetime) -> int:
    """Remove files that were sent long ago and never taken; how many imports that concerns."""
    since = now - timedelta(days=settings.IMPORT_FILES_KEPT_DAYS)
    stale = (
        Import.objects.select_for_update()
        .filter(checked_at__lt=since, job=Job.NONE, state__in=(State.CHECKED, State.REFUSED))
        .exclude(file="")
    )
    for imported in stale:
        if imported.state == State.CHECKED:
            imported.state = State.LAPSED
            imported.save(update_fields=["state"])
        forget_files(imported)
    return len(stale)


ORPHANED = timedelta(days=1)  # older than any upload or job that is still under way


def sweep_orphans(*, now: datetime) -> int:
    """Remove stored files that no import knows: left by whoever died between the disk and the database. How many."""
    storage = Import._meta.get_field("file").storage  # type: ignore[union-attr]
    known = {name for names in Import.objects.values_list("file", "remarks") for name in names}
    found = 0
    for name in _stored(storage, "crm"):
        if name not in known and now - storage.get_modified_time(name) > ORPHANED:
            storage.delete(name)
            found += 1
    return found


def _stored(storage: Storage, folder: str) -> Iterator[str]:
    if not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in files)
    for inner in folders:
        yield from _stored(storage, f"{folder}/{inner}")
