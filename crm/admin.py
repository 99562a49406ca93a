"""The console of CRM data: to look at and to export. What is wrong is mended by importing again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from import_export.admin import ExportMixin

from core.console import EXPORTED_AS, ExportInWords
from crm.models import AccountMonth, DailyResult, Import, Opening
from crm.resources import AccountMonthResource, DailyResultResource, OpeningResource
from teams.authority import Power

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ToLookAt(ModelAdmin):
    """For who imports. Nothing is added, changed or removed by hand; everybody sees what is in her own sight."""

    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.visible_to(request.user)  # type: ignore[attr-defined]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser or request.user.authority.may(Power.IMPORT_CRM))  # type: ignore[union-attr]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ToExport(ExportMixin, ToLookAt):  # type: ignore[misc]
    """Looked at, and taken out by the same people."""

    export_form_class = ExportInWords
    export_formats = EXPORTED_AS

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


@admin.register(Import)
class ImportAdmin(ToLookAt):
    list_display = ("file_name", "kind", "unit", "state", "covers_from", "covers_to", "rows", "refused", "checked_at")
    list_filter = ("kind", "state")
    search_fields = ("file_name", "file_sha256")
    list_select_related = ("unit",)
    exclude = ("file", "refusals", "warnings", "notes", "effects")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """There is one way in: the page on which a file is checked, shown and taken."""
        return redirect("crm:imports")


@admin.register(Opening)
class OpeningAdmin(ToExport):
    resource_classes = (OpeningResource,)
    list_display = ("open_date", "fund_account", "client_no", "developer", "share", "unit", "branch", "status")
    list_filter = ("status",)
    date_hierarchy = "open_date"
    search_fields = ("=fund_account", "=client_no", "=developer__user__employee_no")
    list_select_related = ("developer__user", "unit", "branch")


@admin.register(AccountMonth)
class AccountMonthAdmin(ToExport):
    resource_classes = (AccountMonthResource,)
    list_display = ("month", "fund_account", "relation", "person", "unit", "gross_commission", "net_commission")
    list_filter = ("relation",)
    date_hierarchy = "month"
    search_fields = ("=fund_account", "=person__user__employee_no")
    list_select_related = ("person__user", "unit")


@admin.register(DailyResult)
class DailyResultAdmin(ToExport):
    resource_classes = (DailyResultResource,)
    list_display = ("day", "person", "unit", "openings", "open_assets")
    date_hierarchy = "day"
    search_fields = ("=person__user__employee_no",)
    list_select_related = ("person__user", "unit")
