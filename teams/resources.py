"""The console's import and export columns of small tables: the words of `load_company`.

A row that comes in is taken only where both the unit it names and the unit it had lie where the importer may edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export import fields
from import_export.widgets import ForeignKeyWidget

from core.console import InWords
from teams.authority import Power
from teams.models import Outlet, PartnerBank, Person, Target, Unit

if TYPE_CHECKING:
    from accounts.models import User


def words_of(model: type[Model]) -> dict[str, Any]:
    """Columns under the names of the fields."""
    return {field.name: field.verbose_name for field in model._meta.fields}


class InSight(InWords):
    """Knows who imports (`user`), and keeps her to her own units."""

    def __init__(self, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user

    def refuse_elsewhere(self, unit: Unit | None) -> None:
        if self.user is None or unit is None or self.user.is_superuser:
            return
        if not self.user.authority.may(Power.EDIT_PLACES, unit.path):
            raise ValidationError(gettext("You do not edit what belongs to %(unit)s.") % {"unit": unit.code})

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        if "unit" in row:
            self.refuse_elsewhere(Unit.objects.filter(code=row["unit"]).first())


class BankResource(InWords):
    words = words_of(PartnerBank)

    class Meta:
        model = PartnerBank
        import_id_fields = ("code",)
        fields = export_order = ("code", "name", "key", "head_name", "head_phone")
        skip_unchanged = True


class OutletResource(InSight):
    words = words_of(Outlet)
    bank = fields.Field("bank", "bank", ForeignKeyWidget(PartnerBank, "code"))
    unit = fields.Field("unit", "unit", ForeignKeyWidget(Unit, "code"))

    class Meta:
        model = Outlet
        import_id_fields = ("code",)
        fields = export_order = ("code", "name", "bank", "unit", "opens", "closes", "contact", "phone")
        skip_unchanged = True

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        super().before_import_row(row, **kwargs)
        there = Outlet.objects.filter(code=row.get("code")).select_related("unit").first()
        self.refuse_elsewhere(there.unit if there else None)


class TargetResource(InSight):
    words = words_of(Target) | {"employee_no": _("employee number")}
    unit = fields.Field("unit", "unit", ForeignKeyWidget(Unit, "code"))
    employee_no = fields.Field("employee_no", "person", ForeignKeyWidget(Person, "user__employee_no"))

    class Meta:
        model = Target
        import_id_fields = ("unit", "employee_no", "month", "measure")
        fields = export_order = ("unit", "employee_no", "month", "measure", "value")
        skip_unchanged = True

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        super().before_import_row(row, **kwargs)
        if row.get("employee_no") and self.user is not None:
            people = Person.objects.visible_to(self.user).filter(user__employee_no=row["employee_no"])
            if not people.exists():
                raise ValidationError(
                    gettext("You do not edit what belongs to %(unit)s.") % {"unit": row["employee_no"]}
                )
