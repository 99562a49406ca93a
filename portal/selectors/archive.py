"""The general office's first screen: which branches have filed their pay report, which are still due."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from archives.models import Document
from core.periods import Month
from teams.authority import Power
from teams.models import Unit, UnitKind


@dataclass(frozen=True)
class Filed:
    """A branch and what it filed for the month; no documents: still due."""

    branch: Unit
    documents: tuple[Document, ...]


@dataclass(frozen=True)
class Archive:
    month: Month
    rows: tuple[Filed, ...]

    @property
    def arrived(self) -> int:
        return sum(bool(row.documents) for row in self.rows)


def archive(user: User, today: date) -> Archive:
    """Reports of last month with their files, those still due first. Three queries."""
    month = Month(today).previous()
    by_branch: dict[int, list[Document]] = defaultdict(list)
    for document in Document.objects.visible_to(user).filter(month=month.first).prefetch_related("files"):
        by_branch[document.unit_id].append(document)
    seen = user.authority.sees_unit("path", Power.SEE_FILED_PAY, Power.SEE_PAY)
    branches = Unit.objects.filter(seen, kind=UnitKind.BRANCH).open_on(month.first).order_by("code")
    rows = [Filed(branch, tuple(by_branch[branch.pk])) for branch in branches]
    return Archive(month, tuple(sorted(rows, key=lambda row: (bool(row.documents), row.branch.code))))
