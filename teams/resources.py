"""The console's export columns of small tables: those of `load_company`, so that what goes out can come in again."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from import_export import fields

from core.console import InWords
from teams.models import Outlet, PartnerBank, Target


def words_of(model: type[Model]) -> dict[str, Any]:
    """Columns under the names of the fields."""
    return {field.name: field.verbose_name for field in model._meta.fields}


def column(name: str, attribute: str) -> Any:
    return fields.Field(column_name=name, attribute=attribute, readonly=True)


class AsLoaded(InWords):
    """Headers that `load_company` understands: identifiers in English, else the words of the reader's script."""

    @classmethod
    def word_for(cls, column: str) -> str:
        return column if get_language() == "en" else super().word_for(column)


class BankResource(AsLoaded):
    words = words_of(PartnerBank)

    class Meta:
        model = PartnerBank
        fields = export_order = ("code", "name", "key", "head_name", "head_phone")


class OutletResource(AsLoaded):
    words = words_of(Outlet)
    bank = column("bank", "bank__code")
    unit = column("unit", "unit__code")

    class Meta:
        model = Outlet
        fields = export_order = ("code", "name", "bank", "unit", "opens", "closes", "contact", "phone")


class TargetResource(AsLoaded):
    words = words_of(Target) | {"employee_no": _("employee number")}
    unit = column("unit", "unit__code")
    employee_no = column("employee_no", "person__user__employee_no")

    class Meta:
        model = Target
        fields = export_order = ("unit", "employee_no", "month", "measure", "value")
