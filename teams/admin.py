"""The console of units, people and places, as far as one sees.

Units, people and postings are history and are written by `load_company` and the pages; here one looks them up and takes
them out. Banks, outlets and targets are small tables that may be edited and imported by those who may `EDIT_PLACES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV

from accounts.requests import AuthedRequest
from core.console import EXPORTED_AS, ExportInWords
from teams.authority import Power
from teams.models import Outlet, OutletPosting, PartnerBank, Person, Posting, Target, Unit
from teams.resources import BankResource, OutletResource, TargetResource

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ToLookUp(ModelAdmin):
    """Everybody who may open the console sees what is in her own sight, and changes nothing."""

    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.visible_to(request.user)  # type: ignore[attr-defined]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser or request.user.authority.paths())  # type: ignore[union-attr]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Unit)
class UnitAdmin(ToLookUp):
    list_display = ("code", "name", "kind", "parent", "started_on", "closed_on")
    list_filter = ("kind",)
    search_fields = ("code", "name")
    list_select_related = ("parent",)


@admin.register(Person)
class PersonAdmin(ToLookUp):
    list_display = ("employee_no", "name", "engagement", "grade_in_words", "joined_on", "left_on", "licence_until")
    list_filter = ("engagement",)
    search_fields = ("user__employee_no", "user__name")
    list_select_related = ("user",)

    @admin.display(description=_("grade"), ordering="grade")
    def grade_in_words(self, person: Person) -> str:
        return person.grade_name


@admin.register(Posting)
class PostingAdmin(ToLookUp):
    list_display = ("person", "role", "unit", "from_on", "to_on", "acting_for")
    list_filter = ("role",)
    search_fields = ("person__user__employee_no", "person__user__name", "unit__name")
    list_select_related = ("person__user", "unit", "acting_for__person__user", "acting_for__unit")


@admin.register(OutletPosting)
class OutletPostingAdmin(ToLookUp):
    list_display = ("person", "outlet", "from_on", "to_on")
    search_fields = ("person__user__employee_no", "person__user__name", "outlet__name")
    list_select_related = ("person__user", "outlet")


class ToEdit(ImportExportMixin, ToLookUp):  # type: ignore[misc]
    """Added, changed and imported by who may edit places; removed by nobody. Files come in as CSV only."""

    import_formats = (CSV,)
    export_form_class = ExportInWords
    export_formats = EXPORTED_AS

    def may_edit(self, request: AuthedRequest) -> bool:
        return request.user.is_superuser or request.user.authority.may(Power.EDIT_PLACES)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_edit(request)  # type: ignore[arg-type]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not self.may_edit(request) or obj is None:  # type: ignore[arg-type]
            return self.may_edit(request)  # type: ignore[arg-type]
        path = self.path_of(obj)
        return path is None or request.user.authority.may(Power.EDIT_PLACES, path)  # type: ignore[union-attr]

    def path_of(self, row: Any) -> str | None:
        """The path of the unit a row belongs to; None where it belongs to none."""
        return None

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.may_edit(request)  # type: ignore[arg-type]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_resource_kwargs(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_resource_kwargs(request, *args, **kwargs), "user": request.user}

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Units one may edit; people are found by number, never by a list of all."""
        if db_field.name == "unit" and not request.user.is_superuser:
            seen = request.user.authority.sees_unit("path", Power.EDIT_PLACES)  # type: ignore[union-attr]
            kwargs["queryset"] = Unit.objects.filter(seen)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(PartnerBank)
class PartnerBankAdmin(ToEdit):
    """Banks are the whole firm's: those with the power over the company edit them, the others look them up."""

    resource_classes = [BankResource]
    list_display = ("code", "name", "key", "head_name", "head_phone")
    search_fields = ("code", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartnerBank]:
        return PartnerBank.objects.all()

    def may_edit(self, request: AuthedRequest) -> bool:
        authority = request.user.authority
        return request.user.is_superuser or authority.may(Power.EDIT_PLACES, authority.company_path)

    def get_resource_kwargs(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {}


@admin.register(Outlet)
class OutletAdmin(ToEdit):
    resource_classes = [OutletResource]
    list_display = ("code", "name", "bank", "unit", "opens", "closes")
    list_filter = ("bank",)
    search_fields = ("code", "name")
    list_select_related = ("bank", "unit")

    def path_of(self, row: Outlet) -> str | None:
        return row.unit.path


@admin.register(Target)
class TargetAdmin(ToEdit):
    resource_classes = [TargetResource]
    list_display = ("month", "measure", "unit", "person", "value")
    list_filter = ("measure", "month")
    search_fields = ("unit__code", "unit__name", "person__user__employee_no")
    list_select_related = ("unit", "person__user")
    autocomplete_fields = ("person",)

    def path_of(self, row: Target) -> str | None:
        return row.unit.path if row.unit else None
