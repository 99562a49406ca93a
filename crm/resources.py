"""The console's export columns, under words that `import_crm` understands, so that what goes out can come in again."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from import_export import fields

from core.console import InWords
from crm.models import AccountMonth, DailyResult, Opening
from crm.services.sheets import LABELS


def column(name: str, attribute: str) -> Any:
    return fields.Field(column_name=name, attribute=attribute, readonly=True)


class OpeningResource(InWords):
    words = LABELS
    branch = column("branch", "branch__code")
    developer = column("developer", "developer__user__employee_no")
    servicer = column("servicer", "servicer__user__employee_no")
    outlet = column("outlet", "outlet__code")

    class Meta:
        model = Opening
        fields = export_order = (
            "open_date",
            "branch",
            "client_no",
            "fund_account",
            "client_name",
            "developer",
            "servicer",
            "share",
            "outlet",
            "open_assets",
            "channel",
            "status",
        )

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("branch", "developer__user", "servicer__user", "outlet")


class AccountMonthResource(InWords):
    words = LABELS
    employee_no = column("employee_no", "person__user__employee_no")
    branch = column("branch", "branch__code")

    class Meta:
        model = AccountMonth
        fields = export_order = (
            "month",
            "fund_account",
            "relation",
            "employee_no",
            "branch",
            "turnover",
            "gross_commission",
            "pass_through",
            "net_commission",
            "avg_assets",
            "end_assets",
            "net_inflow",
            "trades",
            "product_sales",
        )

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("person__user", "branch")


class DailyResultResource(InWords):
    words = LABELS | {"day": _("day"), "unit": _("unit"), "openings": _("openings")}
    employee_no = column("employee_no", "person__user__employee_no")
    unit = column("unit", "unit__code")

    class Meta:
        model = DailyResult
        fields = export_order = ("day", "employee_no", "unit", "openings", "open_assets")

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("person__user", "unit")
