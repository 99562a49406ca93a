"""Which month the first screens show: the last one until the new one has data, so that nobody is judged by nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import BooleanField, Exists, ExpressionWrapper, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.periods import Month
from crm.models import DailyResult, Import, ImportKind
from teams.models import Unit

JUST_BEGUN = 3  # days


@dataclass(frozen=True)
class ShownMonth:
    """`month` is the one whose figures are shown on `today`."""

    month: Month
    today: date

    @classmethod
    def given(cls, has_data: bool, today: date) -> ShownMonth:
        """This month where it has data, else the last one."""
        month = Month(today)
        return cls(month if has_data else month.previous(), today)

    @property
    def is_over(self) -> bool:
        return self.month.end <= self.today

    @property
    def begun(self) -> Month | None:
        """The month under way beside one that is over."""
        return Month(self.today) if self.is_over else None

    @property
    def until(self) -> date:
        """The last day of the month that has begun."""
        return min(self.month.last, self.today)

    @property
    def name(self) -> str:
        return month_alone(self.month)

    @property
    def label(self) -> str:
        if self.is_over:
            words = _("%(month)s (over)")
        else:
            words = _("%(month)s (just begun)") if self.today.day <= JUST_BEGUN else _("%(month)s (under way)")
        return words % {"month": month_alone(self.month)}

    @property
    def begun_label(self) -> str:
        """Of the month under way, as it stands beside one that is over."""
        words = _("%(month)s (just begun)") if self.today.day <= JUST_BEGUN else _("%(month)s (no data yet)")
        return words % {"month": month_alone(Month(self.today))}


def month_alone(month: Month) -> str:
    """The month's name without its year: 11 月, November."""
    return date_format(month.first, pgettext("format of a month alone", "F"))


def has_data(paths: Collection[str], today: date) -> ExpressionWrapper[Q]:
    """Whether openings of a day of this month have come to the units at `paths`, to annotate any query with."""
    month = Month(today)
    here = Q(pk__in=[])
    for path in paths:
        here |= Q(unit__path__startswith=path)
    above = {int(pk) for path in paths for pk in path.strip("/").split("/")}
    covered = Import.objects.taken(ImportKind.OPENINGS).filter(
        here | Q(unit__in=above), covers_from__lt=month.end, covers_to__gte=month.first
    )
    credited = DailyResult.objects.filter(here, day__gte=month.first, day__lt=month.end)
    return ExpressionWrapper(Q(Exists(covered)) | Q(Exists(credited)), output_field=BooleanField())


def shown_month(paths: Collection[str], today: date) -> ShownMonth:
    """The month to show for the units at `paths`; one query."""
    found = Unit.objects.filter(path__in=paths).annotate(has_data=has_data(paths, today))
    return ShownMonth.given(found.filter(has_data=True).exists(), today)
