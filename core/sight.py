"""What one may see, declared.

class SlipQuerySet(InSight["VisitSlip"]):
    own, at, by = "person__user", "unit__path", (Power.READ_SLIPS,)
"""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, Self, TypeVar

from django.db import models
from django.db.models import Q

Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class Reader(Protocol):
    """Somebody signed in, with today's authority."""

    authority: Any


class InSight(models.QuerySet[Row_co]):
    """Rows that lie within somebody's sight, and her own.

    `own` leads to the user whose row it is ("" where nobody's), `at` to the path of the unit it belongs to; `by` are the
    powers that open it, none meaning that whoever sees the unit sees it.
    """

    own: ClassVar[str] = ""
    at: ClassVar[str] = "unit__path"
    by: ClassVar[tuple[Any, ...]] = ()

    def visible_to(self, user: Reader) -> Self:
        within = user.authority.sees_unit(self.at, *self.by)
        return self.filter(Q(**{self.own: user}) | within if self.own else within)
