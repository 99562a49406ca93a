"""`load_company`: the whole company from a workbook or a folder of CSV files, taken whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction

from core.cells import EARLIEST
from core.explain import N_
from core.identifiers import identifier
from core.refusals import NotDone
from core.tables import Filled, Refusal, Sheet, doubled_keys, fill, for_forms, remarks_on
from teams import sheets as forms
from teams.models import Person, PlaceChange, Posting
from teams.selectors.people import MEMBERS
from teams.services.company_outlets import banks_of, outlet_postings_of, outlets_of, targets_of
from teams.services.company_people import people_of
from teams.services.company_postings import postings_of
from teams.services.company_units import closed_with_people, units_of, write_units
from teams.services.loading import Changes, Known

Reader = Callable[[Filled, Known], Changes]
STEPS: tuple[tuple[str, Reader, tuple[str, ...]], ...] = (
    ("units", units_of, ("code",)),
    ("people", people_of, ("employee_no",)),
    ("postings", postings_of, ("employee_no", "unit", "role", "from_on")),
    ("banks", banks_of, ("code",)),
    ("outlets", outlets_of, ("code",)),
    ("outlet_postings", outlet_postings_of, ("employee_no", "outlet", "from_on")),
    ("targets", targets_of, ("unit", "employee_no", "month", "measure")),
)


DERIVED_FROM = {"units", "postings"}
Follower = Callable[[], None]
NotTheirs = Callable[[str, Filled, Known], Iterable[Refusal]]
_followers: list[Follower] = []


def after_changes(follower: Follower) -> Follower:
    """Have `follower()` called whenever a load has changed units or postings, in the same transaction. Apps above keep
    by it what they derive from who belongs where."""
    if follower not in _followers:
        _followers.append(follower)
    return follower


class CompanyRefused(NotDone):
    """Nothing was taken, for these reasons."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(f"{len(refusals)} refusals")
        self.refusals = refusals


@dataclass
class LoadReport:
    """What a load did (or, as a dry run, would do), table by table."""

    ignored_sheets: list[str] = field(default_factory=list)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    remarks: list[Refusal] = field(default_factory=list)  # what is taken and should be known all the same

    @property
    def written(self) -> int:
        return sum(table["created"] + table["updated"] for table in self.tables.values())


@transaction.atomic
def load_company(
    *,
    sheets: Sequence[Sheet],
    today: date,
    dry_run: bool = False,
    not_theirs: NotTheirs | None = None,
    different: Collection[str] = (),
    because: str = "",
) -> LoadReport:
    """Add and update by code. What the file leaves out or leaves blank stays as it is; a change keeps its history.

    With `dry_run` everything is tried against the database and taken back. `not_theirs(table, filled, known)` refuses
    the rows that whoever hands the file in may not write. `different`: new codes that a person has confirmed as other
    things than the known ones they look like, and `because` of what. Raises `TableRefused` where the file cannot be read and
    `CompanyRefused` where its rows are wrong: then nothing is written.
    """
    found, ignored = for_forms(sheets, forms.FORMS)
    if not found:
        names = ", ".join(form.name for form in forms.FORMS)
        raise CompanyRefused([Refusal("", 0, "", "", N_("none of the tables is there: %(names)s"), {"names": names})])
    filled = {form.name: fill(found[form.name], form.columns) for form in forms.FORMS if form.name in found}
    _one_at_a_time()
    known = Known.now(today, map(identifier, different), because)
    changed = _changes(filled, known, not_theirs)
    report = LoadReport(ignored, remarks=remarks_on(sheets))
    for name, changes in changed.items():
        report.remarks += changes.remarks
        report.tables[name] = _counted(changes)
        changes.write() if name != "units" else write_units(changes, known)
    if "units" in changed and (still_there := list(closed_with_people(changed["units"]))):
        raise CompanyRefused(still_there)
    note_places(changed)
    if dry_run:
        transaction.set_rollback(True)
    elif known.ended or any(
        report.tables[name]["created"] + report.tables[name]["updated"] for name in DERIVED_FROM & changed.keys()
    ):
        for follow in _followers:
            follow()
    return report


def _changes(filled: Mapping[str, Filled], known: Known, not_theirs: NotTheirs | None) -> dict[str, Changes]:
    """What each table asks for. Raises `CompanyRefused` with everything that is wrong in any of them."""
    refusals = [refusal for name, one in filled.items() if not_theirs for refusal in not_theirs(name, one, known)]
    steps = [step for step in STEPS if step[0] in filled]
    changed = {name: read(filled[name], known) for name, read, _ in steps}
    refusals += [refusal for one in filled.values() for refusal in one.refusals]
    refusals += [refusal for name, _, key in steps for refusal in doubled_keys(filled[name], *key)]
    refusals += [refusal for changes in changed.values() for refusal in changes.refusals]
    if refusals:
        raise CompanyRefused(refusals)
    return changed


def note_places(changed: Mapping[str, Changes]) -> None:
    """Keep whose place a load has changed, and since when: days and weeks judged by then are judged anew."""
    rows = [
        row for name in DERIVED_FROM & changed.keys() for row in (*changed[name].new, *changed[name].altered.values())
    ]
    since: dict[int, date] = {}
    for posting in rows:
        if isinstance(posting, Posting) and posting.role in MEMBERS:
            since[posting.person_id] = min(posting.from_on, since.get(posting.person_id, posting.from_on))
    altered = changed["people"].altered.values() if "people" in changed else ()
    since |= {person.pk: EARLIEST for person in altered if isinstance(person, Person)}
    PlaceChange.objects.bulk_create(PlaceChange(person_id=person, first=first) for person, first in since.items())


def _one_at_a_time() -> None:
    """Loads wait for each other: two at once would both find a new unit missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('load_company'))")


def _counted(changes: Changes) -> dict[str, Any]:
    """Rows of the table, and how many rows of the database are new and altered."""
    return {
        "sheet": changes.filled.sheet,
        "rows": len(changes.filled.rows),
        "created": changes.created,
        "updated": changes.updated,
        "ignored_columns": list(changes.filled.ignored),
    }
