"""The console of units, people and places, as far as one sees.

Units, people and postings are history and are written by `load_company` and the pages; here one looks them up and takes
them out. Banks, outlets and targets are small tables that may be edited and imported by those who may `EDIT_PLACES`; they
also enter a person's licence and who stands at an outlet.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.files import File
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin

from accounts.requests import AuthedRequest, only_if
from core.console import EXPORTED_AS, EditsInTurn, ExportInWords
from core.formats import blank_workbook
from core.guard import sheets_of
from core.models import ToldApart
from core.tables import Refusal, TableRefused
from teams import sheets
from teams.authority import Power
from teams.forms import BankForm, FileForm, OutletForm, TargetForm
from teams.models import Outlet, OutletPosting, PartnerBank, Person, Posting, Target, Unit, grade_in_words
from teams.resources import BankResource, OutletResource, TargetResource
from teams.services.company import CompanyRefused, LoadReport
from teams.services.places import load_places

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


def edits_places(request: HttpRequest) -> bool:
    return bool(request.user.is_superuser or request.user.authority.may(Power.EDIT_PLACES))  # type: ignore[union-attr]


@admin.register(Person)
class PersonAdmin(EditsInTurn, ToLookUp):
    """Of a person only the licence is entered here."""

    entered = ("licence_no", "licence_until")
    list_display = ("number", "called", "engagement", "grade", "joined_on", "left_on", "licence_until")
    list_filter = ("engagement",)
    search_fields = ("user__employee_no", "user__name")
    list_select_related = ("user",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("gradings")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or not edits_places(request):
            return edits_places(request)
        on = timezone.localdate()
        paths = Posting.objects.on(on).filter(person=obj).values_list("unit__path", flat=True)
        may = request.user.authority.may  # type: ignore[union-attr]
        return request.user.is_superuser or any(may(Power.EDIT_PLACES, path) for path in paths)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field.name for field in self.opts.fields if field.editable and field.name not in self.entered]

    @admin.display(description=_("employee number"), ordering="user__employee_no")
    def number(self, person: Person) -> str:
        return person.employee_no

    @admin.display(description=pgettext_lazy("person", "name"), ordering="user__name")
    def called(self, person: Person) -> str:
        return person.name

    @admin.display(description=_("grade"))
    def grade(self, person: Person) -> str:
        return grade_in_words(person.grade_on(timezone.localdate()))


@admin.register(Posting)
class PostingAdmin(ToLookUp):
    list_display = ("person", "role", "unit", "from_on", "to_on", "acting_for")
    list_filter = ("role",)
    search_fields = ("person__user__employee_no", "person__user__name", "unit__name")
    list_select_related = ("person__user", "unit", "acting_for__person__user", "acting_for__unit")


@admin.register(OutletPosting)
class OutletPostingAdmin(EditsInTurn, ToLookUp):
    """Who stands at an outlet is entered at the outlets and for the people one may edit."""

    list_display = ("person", "outlet", "from_on", "to_on")
    search_fields = ("person__user__employee_no", "person__user__name", "outlet__name")
    list_select_related = ("person__user", "outlet")
    raw_id_fields = (
        "person",
        "outlet",
    )  # the list to choose from opens beside; a box that searches has no name for axe

    def has_add_permission(self, request: HttpRequest) -> bool:
        return edits_places(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or not edits_places(request):
            return edits_places(request)
        path = obj.outlet.unit.path
        return request.user.is_superuser or request.user.authority.may(Power.EDIT_PLACES, path)  # type: ignore[union-attr]

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        authority = request.user.authority  # type: ignore[union-attr]
        if db_field.name == "outlet":
            kwargs["queryset"] = Outlet.objects.filter(authority.sees_unit("unit__path", Power.EDIT_PLACES))
        if db_field.name == "person":
            here = Posting.objects.on(authority.on).filter(authority.sees_unit("unit__path", Power.EDIT_PLACES))
            kwargs["queryset"] = Person.objects.filter(pk__in=here.values("person"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ToEdit(EditsInTurn, ExportMixin, ToLookUp):  # type: ignore[misc]
    """Added, changed and imported by who may edit places; removed by nobody. A file goes the way of `load_company`."""

    table: str  # among those of `load_company`
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    export_form_class = ExportInWords
    export_formats = EXPORTED_AS

    def may_edit(self, request: AuthedRequest) -> bool:
        return request.user.is_superuser or request.user.authority.may(Power.EDIT_PLACES)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_edit(request)  # type: ignore[arg-type]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        path = None if obj is None else self.path_of(obj)
        if not self.may_edit(request) or path is None:  # type: ignore[arg-type]
            return self.may_edit(request)  # type: ignore[arg-type]
        return request.user.is_superuser or request.user.authority.may(Power.EDIT_PLACES, path)  # type: ignore[union-attr]

    def path_of(self, row: Any) -> str | None:
        """The path of the unit a row belongs to; None where it belongs to none."""
        return None

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Units one may edit."""
        if db_field.name == "unit" and not request.user.is_superuser:
            seen = request.user.authority.sees_unit("path", Power.EDIT_PLACES)  # type: ignore[union-attr]
            kwargs["queryset"] = Unit.objects.filter(seen)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_urls(self) -> list[Any]:
        name, own = f"teams_{self.opts.model_name}_import", self.admin_site.admin_view
        return [
            path("import/", own(self.import_view), name=name),
            path("import/template.xlsx", own(self.template_view), name=f"{name}_template"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        shown = {**(extra_context or {}), "has_import_permission": self.may_edit(request)}  # type: ignore[arg-type]
        return super().changelist_view(request, shown)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if likely := getattr(form, "looks_like", ""):
            reason = form.cleaned_data["because"]
            ToldApart.objects.create(table=self.table, code=obj.code, other=likely, reason=reason)

    def template_view(self, request: AuthedRequest) -> HttpResponse:
        """An empty workbook to fill in."""
        only_if(self.may_edit(request))
        answer = HttpResponse(blank_workbook([sheets.BY_NAME[self.table]]), content_type=XLSX_TYPE)
        answer["Content-Disposition"] = f'attachment; filename="{self.table}.xlsx"'
        return answer

    def import_view(self, request: AuthedRequest) -> HttpResponse:
        only_if(self.may_edit(request))
        form, report = FileForm(request.POST or None, request.FILES or None), None
        refusals: tuple[Refusal, ...] = ()
        if form.is_valid():
            try:
                report = self.take(request, form.cleaned_data, only_check="check" in request.POST)
            except (TableRefused, CompanyRefused) as refused:
                refusals = tuple(refused.refusals)
            else:
                if "check" not in request.POST:
                    self.message_user(request, told(report.tables[self.table]))
                    for remark in report.remarks:
                        self.message_user(request, remark.text, messages.WARNING)
                    return redirect(f"admin:teams_{self.opts.model_name}_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import"),
            "form": form,
            "refusals": refusals[:SHOWN],
            "refused": len(refusals),
            "others": (form["different"], form["because"]),
            "template_url": f"admin:teams_{self.opts.model_name}_import_template",
            "remarks": report.remarks if report else (),
            "checked": told(report.tables[self.table]) if report else "",
            "columns": [column.name for column in sheets.BY_NAME[self.table].columns],
        }
        failed = bool(refusals or form.errors)
        return TemplateResponse(request, "admin/import_table.html", context, status=422 if failed else 200)

    def take(self, request: AuthedRequest, entered: Mapping[str, Any], *, only_check: bool) -> LoadReport:
        file: File[bytes] = entered["file"]
        with NamedTemporaryFile(suffix=Path(file.name or "").suffix) as copy:
            for chunk in file.chunks():
                copy.write(chunk)
            copy.flush()
            sent = sheets_of(Path(copy.name), name=file.name or "")
        return load_places(
            table=self.table,
            sheets=sent,
            actor=request.user,
            today=request.user.authority.on,
            dry_run=only_check,
            different=entered["different"],
            because=entered["because"],
        )


SHOWN = 200
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def told(counts: Mapping[str, Any]) -> str:
    return gettext("%(rows)s rows: %(created)s new, %(updated)s changed.") % counts


@admin.register(PartnerBank)
class PartnerBankAdmin(ToEdit):
    """Banks are the whole firm's: those with the power over the company edit them, the others look them up."""

    table = "banks"
    form = BankForm
    resource_classes = [BankResource]
    list_display = ("code", "name", "key", "head_name", "head_phone")
    search_fields = ("code", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartnerBank]:
        return PartnerBank.objects.all()

    def may_edit(self, request: AuthedRequest) -> bool:
        authority = request.user.authority
        return request.user.is_superuser or authority.may(Power.EDIT_PLACES, authority.company_path)


@admin.register(Outlet)
class OutletAdmin(ToEdit):
    table = "outlets"
    form = OutletForm
    resource_classes = [OutletResource]
    list_display = ("code", "name", "bank", "unit", "opens", "closes")
    list_filter = ("bank",)
    search_fields = ("code", "name")
    list_select_related = ("bank", "unit")

    def path_of(self, row: Outlet) -> str | None:
        return row.unit.path


@admin.register(Target)
class TargetAdmin(ToEdit):
    table = "targets"
    form = TargetForm
    fields = ("unit", "employee_no", "month", "measure", "value")
    resource_classes = [TargetResource]
    list_display = ("in_month", "measure", "unit", "person", "value")
    list_filter = ("measure", "month")
    search_fields = ("unit__code", "unit__name", "person__user__employee_no")
    list_select_related = ("unit", "person__user")

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.user = request.user
        return form

    def path_of(self, row: Target) -> str | None:
        return row.unit.path if row.unit else None

    @admin.display(description=pgettext_lazy("target", "month"), ordering="month")
    def in_month(self, target: Target) -> str:
        return f"{target.month:%Y-%m}"

    @admin.display(description=_("employee number"))
    def employee_no(self, target: Target) -> str:
        return target.person.employee_no if target.person else "–"
