"""Imports of the CRM: check a file, take it whole or not at all, revert it while nothing depends on it."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import day_of
from core.guard import MIB, Limits
from core.periods import Period
from core.refusals import MovedOn
from core.tables import Refusal, TableRefused
from crm.models import AccountMonth, Import, ImportKind, Opening
from crm.services import checking, merging, moves, results, staging
from crm.services.progress import Phase, Telling, silent
from crm.services.staging import ImportAsked, run

PAGE_LIMITS = Limits(rows=100_000)
LISTED = 200  # refusals kept with the import; beyond them there is a count
COMMAND_LIMITS = Limits(file_bytes=512 * MIB, rows=2_000_000, seconds=600)


CHANGED = _("What is known has changed since the file was checked. Upload it again.")


class NotTaken(MovedOn):
    """The import cannot be taken as it stands; `refusals` say why."""

    text = CHANGED

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__()
        self.refusals = refusals


class OtherContent(MovedOn):
    """What was confirmed is not the file that was checked."""

    text = CHANGED


class AlreadyDecided(MovedOn):
    """The import was taken, reverted or refused meanwhile."""

    text = _("Somebody has decided on this import meanwhile.")


class DependedUpon(MovedOn):
    """Something was built on the import."""

    text = _("It stays, because of: %(reasons)s")


Dependency = Callable[[Import], Sequence[str]]
Notice = Callable[[Import], Sequence[dict[str, str]]]
TradingDays = Callable[[Period], Collection[date]]
_dependencies: list[Dependency] = []
_notices: list[Notice] = []
_trading_days: list[TradingDays] = []


def register_dependency(dependency: Dependency) -> Dependency:
    """`dependency(import)` gives the reasons (texts) why an import may not be reverted. Apps above register theirs."""
    if dependency not in _dependencies:
        _dependencies.append(dependency)
    return dependency


def register_notice(notice: Notice) -> Notice:
    """`notice(import)` gives what the preview has to say of months of pay that its rows touch: `name`, `month`, `state`
    ("closed" or "signed") and `into`, the month that pays the difference. Asked while the rows are in."""
    if notice not in _notices:
        _notices.append(notice)
    return notice


def use_trading_days(trading_days: TradingDays) -> None:
    """Which days of a period the exchanges are open, as the firm's calendar has it; until then Monday to Friday."""
    _trading_days[:] = [trading_days]


@contextlib.contextmanager
def received(chunks: Iterable[bytes], name: str) -> Iterator[Path]:
    """What somebody sends as a file of its own, for as long as it is looked at."""
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix[:8]) as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        yield Path(file.name)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@transaction.atomic
def check_file(*, asked: ImportAsked, actor: User | None, now: datetime) -> Import:
    """What would come of a file. Nothing is stored."""
    imported = new_import(asked, actor, now)
    try_out(imported, asked, now)
    return imported


@transaction.atomic
def import_file(*, asked: ImportAsked, good_rows_only: bool, actor: User | None, now: datetime) -> Import:
    """Check and take in one go. Raises `NotTaken` with the refusals; then nothing was written."""
    imported = new_import(asked, actor, now)
    imported.taken_by = actor
    imported.good_rows_only = good_rows_only
    try:
        _run(imported, asked, now)
    except TableRefused as refused:
        raise NotTaken(*refused.refusals) from None
    return imported


@transaction.atomic
def take_import(
    *,
    imported: Import,
    sha256: str,
    good_rows_only: bool,
    actor: User | None,
    now: datetime,
    claim: UUID | None = None,
    telling: Telling = silent,
) -> Import:
    """Take a checked import. Raises `OtherContent`, `AlreadyDecided` or `NotTaken`; then nothing was written.

    `good_rows_only` is the person's word, after seeing the refused rows, that they may stay out. `claim` is that of the
    worker who takes it as a job.
    """
    current = Import.objects.select_for_update().get(pk=imported.pk)
    if current.state != Import.State.CHECKED or (current.job and current.job_claim != claim):
        raise AlreadyDecided
    if sha256 != current.file_sha256 or sha256_of(Path(current.file.path)) != sha256:
        raise OtherContent
    asked = asked_again(current, now)
    current.good_rows_only = good_rows_only
    current.taken_by = actor
    current.job, current.job_claim, current.job_until = Import.Job.NONE, None, None
    try:
        _run(current, asked, now, telling)
    except TableRefused as refused:
        raise NotTaken(*refused.refusals) from None
    forget_files(current)
    return current


def asked_again(imported: Import, now: datetime, *, most: int = LISTED) -> ImportAsked:
    """The same question to the stored file; up to `most` refusals are named."""
    first, last = imported.covers_from, imported.covers_to
    return ImportAsked(
        kind=imported.kind,
        path=Path(imported.file.path),
        name=imported.file_name,
        unit=imported.unit,
        today=day_of(now),
        covers=(first, last) if imported.notes.get("covers_said") and first and last else None,
        limits=PAGE_LIMITS,
        most=most,
    )


def keep_file(imported: Import, path: Path) -> None:
    with path.open("rb") as file:
        imported.file.save(f"{imported.public_id}{path.suffix.lower()[:8]}", File(file), save=False)


def forget_files(imported: Import) -> None:
    """Remove what was sent, once the transaction holds."""
    for file in (imported.file, imported.remarks):
        if file.name:
            transaction.on_commit(partial(file.storage.delete, file.name))
    imported.file = imported.remarks = ""
    imported.save(update_fields=["file", "remarks"])


@transaction.atomic
def revert_import(
    *, imported: Import, actor: User | None, now: datetime, claim: UUID | None = None, telling: Telling = silent
) -> Import:
    """Put everything back as it was before the import. Raises `AlreadyDecided` or `DependedUpon`.

    `claim` is that of the worker who reverts it as a job.
    """
    current = Import.objects.select_for_update().get(pk=imported.pk)
    staging.one_at_a_time()
    if current.state != Import.State.TAKEN or (current.job and current.job_claim != claim):
        raise AlreadyDecided
    if reasons := reasons_to_keep(current):
        raise DependedUpon(reasons=", ".join(reasons))
    telling(Phase.MERGING, current.rows)
    merging.take_back(current)
    telling(Phase.COUNTING, current.rows)
    if current.kind == ImportKind.OPENINGS:
        results.recount()
    current.state = Import.State.REVERTED
    current.reverted_at, current.reverted_by = now, actor
    current.job, current.job_claim, current.job_until, current.job_tries = Import.Job.NONE, None, None, 0
    current.save(update_fields=["state", "reverted_at", "reverted_by", "job", "job_claim", "job_until", "job_tries"])
    return current


def reasons_to_keep(imported: Import) -> list[str]:
    """Why the import cannot be reverted: later imports that changed its rows or sent them again unchanged, and what
    other apps built on it."""
    versions = (Opening if imported.kind == ImportKind.OPENINGS else AccountMonth).versions
    changed_it = versions.filter(source=imported).exclude(ended_by=None).values("ended_by")
    later = (
        Import.objects.taken(imported.kind)
        .filter(Q(pk__in=changed_it) | Q(notes__confirms__contains=[imported.pk]))
        .exclude(pk=imported.pk)
        .order_by("taken_at")
    )
    return [*(str(other) for other in later[:5]), *(text for ask in _dependencies for text in ask(imported))]


def new_import(asked: ImportAsked, actor: User | None, now: datetime) -> Import:
    return Import(
        kind=asked.kind,
        unit=asked.unit,
        state=Import.State.REFUSED,
        file_name=asked.name[-200:],
        file_sha256=sha256_of(asked.path),
        checked_at=now,
        checked_by=actor,
        notes={"covers_said": bool(asked.covers)},
    )


def try_out(imported: Import, asked: ImportAsked, now: datetime, telling: Telling = silent) -> Sequence[Refusal]:
    """Fill the import in as it would turn out, and undo it; the refusals, up to `asked.most`."""
    stored, refusals = imported.pk, []
    imported.good_rows_only = True
    try:
        with transaction.atomic():
            refusals = _run(imported, asked, now, telling)
            transaction.set_rollback(True)
        imported.state = Import.State.CHECKED
    except TableRefused as refused:
        refusals = list(refused.refusals)
        imported.state = Import.State.REFUSED
        imported.refusals = [asdict(refusal) for refusal in refusals[:LISTED]]
        imported.refused = max(imported.refused, 1)
    except NotTaken as not_taken:
        refusals = list(not_taken.refusals)
        imported.state = Import.State.REFUSED
    imported.pk = stored
    imported.good_rows_only = False
    imported.taken_at = imported.taken_by = None
    return refusals


def _run(imported: Import, asked: ImportAsked, now: datetime, telling: Telling = silent) -> list[Refusal]:
    """Load, check, merge, recount; `imported` is filled in and stored as taken. The refused rows. Raises `TableRefused` or `NotTaken`."""
    staging.one_at_a_time()
    report = staging.load(asked, telling)
    if asked.kind == ImportKind.OPENINGS and "share" not in report["headers"]:
        run(merging.KEEP_SHARES)
    telling(Phase.COMPARING, report["rows"])
    checked = checking.check(asked, report)
    fill_in(imported, asked, report, checked)
    nothing_good = imported.rows > 0 and imported.accepted == 0
    if checked.falls_whole or nothing_good or (checked.refusal_count and not imported.good_rows_only):
        raise NotTaken(*checked.refusals)
    imported.state, imported.taken_at = Import.State.TAKEN, now
    imported.save()
    months_before = results.gross_by_branch() if asked.kind == ImportKind.ACCOUNT_MONTH else {}
    telling(Phase.MERGING, report["rows"])
    merged = merging.merge(imported, report["headers"])
    imported.created, imported.updated = merged.created, merged.updated
    imported.unchanged = imported.accepted - merged.created - merged.updated
    imported.notes["confirms"] = merged.confirmed
    telling(Phase.COUNTING, report["rows"])
    if asked.kind == ImportKind.OPENINGS and imported.covers_from and imported.covers_to:
        results.recount()
        period = Period.between(imported.covers_from, imported.covers_to)
        imported.effects = {"openings": results.effect_on_openings(period, asked.unit)}
    else:
        imported.effects = {"gross_commission": results.effect_on_months(months_before)}
    imported.effects |= effects_on_holders(imported, merged.cleared)
    imported.save(update_fields=["created", "updated", "unchanged", "effects", "notes"])
    return checked.refusals


def effects_on_holders(imported: Import, cleared: dict[str, int]) -> dict[str, Any]:
    """Relations that move, figures that go, and what both do to pay."""
    moved, count = moves.moves_of(imported)
    pay = moves.effect_on_pay(imported, moved=count, cleared=bool(cleared))
    return {
        "moves": moved,
        "moved": count,
        "cleared": cleared,
        "pay_changes": pay.changes,
        "pay_left_out": {"months": pay.months_left_out, "people": pay.people_left_out},
        "pay": [said for notice in _notices for said in notice(imported)],
    }


def fill_in(imported: Import, asked: ImportAsked, report: dict[str, Any], checked: checking.Checked) -> None:
    first, last = (
        (date.fromisoformat(report["first"]), date.fromisoformat(report["last"])) if report["first"] else (None, None)
    )
    imported.covers_from, imported.covers_to = asked.covers or (first, last)
    imported.rows = report["rows"]
    imported.refused = checked.refused_rows
    imported.accepted = report["rows"] - checked.refused_rows
    imported.refusals = [asdict(refusal) for refusal in checked.refusals[:LISTED]]
    imported.warnings = checking.warnings(asked, report, shut_days(first, last))
    imported.notes = {
        "covers_said": bool(asked.covers),
        "refusal_count": checked.refusal_count,
        "encoding": report["encoding"],
        "sheet": report["sheet"],
        "headers": report["headers"],
        "ignored_columns": report["ignored_columns"],
        "ignored_sheets": report["ignored_sheets"],
        "hidden": report["hidden"],
        "alike": checking.to_be_told_apart(),
        "totals": checking.sums(asked),
    }


def trading_days(period: Period) -> Collection[date]:
    """Days of the period on which the exchanges are open, as the firm's calendar has it."""
    if _trading_days:
        return _trading_days[0](period)
    return [day for day in period.days() if day.isoweekday() <= 5]


def shut_days(first: date | None, last: date | None) -> list[date]:
    """Days the file speaks of on which the exchanges are shut."""
    if first is None or last is None:
        return []
    period = Period.between(first, last)
    return sorted(set(period.days()) - set(trading_days(period)))
