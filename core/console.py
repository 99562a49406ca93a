"""The console, as far as Django's own is not enough: exports under the words of the reader, which a resource names
(`words`), yes and no in words, no second door to a password.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.templatetags import admin_list
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.i18n import JavaScriptCatalog
from import_export import resources
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import SelectableFieldsExportForm

from core.editing import RowForm
from core.exports import written_as_csv, written_as_xlsx


class AsWorkbook(XLSX):  # type: ignore[misc]
    """Written by the house: amounts are numbers, text never runs."""

    def export_data(self, dataset: Any, **_: Any) -> bytes:
        into = io.BytesIO()
        written_as_xlsx(dataset.headers, dataset, into)
        return into.getvalue()


class AsText(CSV):  # type: ignore[misc]
    def is_binary(self) -> bool:
        return True

    def export_data(self, dataset: Any, **_: Any) -> bytes:
        into = io.BytesIO()
        written_as_csv(dataset.headers, dataset, into, bom=True)
        return into.getvalue()


EXPORTED_AS = (AsWorkbook, AsText)


class InWords(resources.ModelResource):  # type: ignore[misc]
    words: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def word_for(cls, column: str) -> str:
        return str(cls.words.get(column, column))

    def get_export_headers(self, selected_fields: Sequence[str] | None = None) -> list[str]:
        return [self.word_for(name) for name in super().get_export_headers(selected_fields)]

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        """The value itself, which the writer knows how to write; the library would make text of it."""
        return field.get_value(instance)

    def get_user_visible_fields(self) -> list[Any]:
        return [SimpleNamespace(column_name=self.word_for(f.column_name)) for f in super().get_user_visible_fields()]


class ExportInWords(SelectableFieldsExportForm):  # type: ignore[misc]
    def _get_field_label(self, resource: Any, field_name: str) -> str:
        return str(resource.word_for(field_name))


class EditsInTurn(admin.ModelAdmin):  # type: ignore[type-arg]
    """Of two people at one row the later save, from the older page, is answered with 409 and both values."""

    form = RowForm

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None and request.method == "POST":
            row.refresh_from_db(from_queryset=type(row)._base_manager.select_for_update())
        return row

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().render_change_form(request, context, *args, **kwargs)
        if getattr(context["adminform"].form, "changed", None):
            answer.status_code = HTTPStatus.CONFLICT
        return answer


def furnish(site: admin.AdminSite) -> None:
    """A password is changed on the page that knows its rules; a picture of yes or no is a word; scripts say 您."""

    def own_page(request: HttpRequest, **_: Any) -> HttpResponse:
        return redirect("account_change_password")

    def words_for_scripts(request: HttpRequest, **_: Any) -> HttpResponseBase:
        """Django's own scripts in the words of the house: its catalogue alone knows no others."""
        return JavaScriptCatalog.as_view()(request)

    site.i18n_javascript = words_for_scripts  # type: ignore[method-assign, assignment]
    site.password_change = site.password_change_done = own_page  # type: ignore[method-assign, assignment]
    admin_list._boolean_icon = in_words  # type: ignore[attr-defined]


def in_words(value: bool | None) -> str:
    return {True: gettext("yes"), False: gettext("no")}.get(value, "–")  # type: ignore[arg-type]
