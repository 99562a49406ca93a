"""Bring a file of the CRM in: `import_crm openings FILE`, `import_crm account_month FILE`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.commands import MusterCommand, Refused
from core.explain import N_
from core.tables import Refusal
from core.templatetags.components import translated
from crm.models import HELD_AS, Import, ImportKind
from crm.services.importing import COMMAND_LIMITS, NotTaken, check_file, import_file
from crm.services.jobs import record_told_apart
from crm.services.sheets import LABELS
from crm.services.staging import ImportAsked
from teams.models import Unit


class Command(MusterCommand):
    help = N_("Check and take a file of the CRM: account openings or account months.")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=ImportKind.values)
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--covers", metavar="FROM..TO", help=_("the days the file speaks of; default: first to last in it")
        )
        parser.add_argument(
            "--different",
            action="append",
            default=[],
            metavar="NUMBER",
            help=_("a number of the file that is another than the known one it looks like; needs --because"),
        )
        parser.add_argument("--because", default="", help=_("why the numbers are different; kept with them"))
        parser.add_argument("--dry-run", action="store_true", help=_("tell what would come of it, write nothing"))
        parser.add_argument("--accept-good-rows", action="store_true", help=_("take what is right, leave out the rest"))

    def run(self, **options: Any) -> dict[str, Any]:
        file, dry_run, accept_good_rows = options["file"], options["dry_run"], options["accept_good_rows"]
        covers, kind = options["covers"], options["kind"]
        now = timezone.now()
        asked = ImportAsked(
            kind=kind,
            path=existing(file),
            name=file.name,
            unit=company(),
            today=timezone.localdate(now),
            covers=covered(covers, timezone.localdate(now)) if covers else None,
            limits=COMMAND_LIMITS,
        )
        if options["different"]:
            tell_apart(asked, options["different"], options["because"], now)
        if dry_run:
            imported = check_file(asked=asked, actor=None, now=now)
            if imported.state == Import.State.REFUSED or (imported.refused and not accept_good_rows):
                raise Refused(*map(as_row, imported.refusals), answer=answer_of(imported))
        else:
            try:
                imported = import_file(asked=asked, good_rows_only=accept_good_rows, actor=None, now=now)
            except NotTaken as not_taken:
                imported = check_file(asked=asked, actor=None, now=now)
                imported.created = imported.updated = imported.unchanged = 0
                raise Refused(
                    *(refusal.as_json() for refusal in not_taken.refusals), answer=answer_of(imported)
                ) from None
        self.say(told(imported, dry_run=dry_run))
        return answer_of(imported)


def tell_apart(asked: ImportAsked, numbers: list[str], because: str, now: datetime) -> None:
    """Keep that numbers of the file are others than the known ones they look like."""
    if not because.strip():
        raise Refused(_("--different needs --because: the reason is kept with the numbers."))
    imported = check_file(asked=asked, actor=None, now=now)
    found = record_told_apart(imported.notes.get("alike", []), numbers, because.strip())
    if missing := sorted(set(numbers) - set(found)):
        raise Refused(
            _("The file has no such number that looks like a known one: %(names)s") % {"names": ", ".join(missing)}
        )


def existing(file: Path) -> Path:
    if not file.is_file():
        raise Refused(_("There is no such file: %(file)s") % {"file": file})
    return file


def company() -> Unit:
    unit = Unit.objects.filter(parent=None).first()
    if unit is None:
        raise Refused(_("There is no company yet: load it first (load_company)."))
    return unit


def covered(text: str, today: date) -> tuple[date, date]:
    first, _dots, last = text.partition("..")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        raise Refused(
            _("--covers is FROM..TO, for example 2026-11-01..2026-11-18, not %(text)s") % {"text": text}
        ) from None
    if days[0] > days[1]:
        raise Refused(_("--covers ends before it begins: %(text)s") % {"text": text})
    if days[1] > today:
        raise Refused(_("--covers reaches into the future: %(text)s") % {"text": text})
    return days


def as_row(refusal: dict[str, Any]) -> dict[str, Any]:
    return Refusal.read(refusal).as_json()


def answer_of(imported: Import) -> dict[str, Any]:
    return {
        "kind": imported.kind,
        "file_sha256": imported.file_sha256,
        "rows": imported.rows,
        "accepted": imported.accepted,
        "refused": [as_row(refusal) for refusal in imported.refusals],
        "refused_rows": imported.refused,
        "refusal_count": imported.notes.get("refusal_count", len(imported.refusals)),
        "created": imported.created,
        "updated": imported.updated,
        "unchanged": imported.unchanged,
        "covers": [day.isoformat() for day in (imported.covers_from, imported.covers_to) if day],
        "warnings": [{**warning, "rule": translated(warning["rule"])} for warning in imported.warnings],
        "ignored_columns": imported.notes.get("ignored_columns", []),
        "effects": imported.effects,
    }


def told(imported: Import, *, dry_run: bool) -> str:
    return "\n".join([*outcome(imported, dry_run), *remarked(imported), *effects(imported.effects)])


COUNTS = ("file_name", "rows", "accepted", "refused", "created", "updated", "unchanged", "covers_from", "covers_to")


def outcome(imported: Import, dry_run: bool) -> Iterator[str]:
    counts = {name: getattr(imported, name) for name in COUNTS}
    yield _("%(file_name)s: %(rows)s rows, %(accepted)s accepted, %(refused)s refused") % counts
    dry = _(" (dry run: nothing is written)") if dry_run else ""
    yield _("%(created)s added, %(updated)s changed, %(unchanged)s unchanged") % counts + dry
    yield _("covers %(covers_from)s to %(covers_to)s") % counts


def remarked(imported: Import) -> Iterator[str]:
    """What was passed over, and what looks odd without being refused."""
    if imported.notes["ignored_columns"]:
        yield _("columns passed over: ") + ", ".join(imported.notes["ignored_columns"])
    for one in imported.warnings:
        said = {**one, "rule": translated(one["rule"]), "first": one["rows"][0][0]}
        yield _("warning: %(column)s %(rule)s (%(count)s rows, first %(first)s)") % said
    yield from (Refusal.read(remark).text for remark in imported.notes.get("hidden", []))


def effects(found: dict[str, Any]) -> Iterator[str]:
    """What becomes of openings, commission, who holds accounts, and pay."""
    for one in found.get("openings", []):
        yield (
            _("%(code)s %(name)s: %(before)s → %(after)s openings, rank %(rank_before)s → %(rank_after)s of %(of)s")
            % one
        )
    for one in found.get("gross_commission", []):
        yield f"{one['code']} {one['name']} {one['month']}: {one['before']} → {one['after']}"
    for one in found.get("moves", []):
        before, after = ", ".join(one["before"]), ", ".join(one["after"])
        yield f"{one['account']} {HELD_AS[one['relation']]} {one['month']}: {before} → {after}"
    for column, count in found.get("cleared", {}).items():
        yield _("cleared: %(column)s (%(count)s rows)") % {"column": LABELS[column], "count": count}
    for one in found.get("pay_changes", []):
        yield _("pay: %(branch)s %(month)s %(person)s: %(before)s → %(after)s") % one
    yield from left_out(found.get("pay_left_out", {}))
    for one in found.get("pay", []):
        yield _("%(name)s %(month)s is %(state)s: the difference is paid in %(into)s") % one


def left_out(counts: dict[str, int]) -> Iterator[str]:
    """What the preview of pay does not show."""
    if months := counts.get("months", 0):
        text = ngettext(
            "The pay of %(months)s more month of a branch may change too; it was not worked out.",
            "The pay of %(months)s more months of branches may change too; it was not worked out.",
            months,
        )
        yield text % {"months": months}
    if people := counts.get("people", 0):
        text = ngettext(
            "The pay of %(people)s more person changes.", "The pay of %(people)s more people changes.", people
        )
        yield text % {"people": people}
