"""What the console's import and export have in common: columns under the words of the reader.

A resource names its `words`, by column; on the way in its columns are understood under their identifiers and under their
words in each language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

from django.conf import settings
from django.utils import translation
from import_export import resources
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import SelectableFieldsExportForm

from core.cells import folded

EXPORTED_AS = (XLSX, CSV)


class InWords(resources.ModelResource):  # type: ignore[misc]
    words: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def word_for(cls, column: str) -> str:
        return str(cls.words.get(column, column))

    def get_export_headers(self, selected_fields: Sequence[str] | None = None) -> list[str]:
        return [self.word_for(name) for name in super().get_export_headers(selected_fields)]

    def get_user_visible_fields(self) -> list[Any]:
        return [SimpleNamespace(column_name=self.word_for(f.column_name)) for f in super().get_user_visible_fields()]

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        known: dict[str, str] = {}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                known |= {folded(self.word_for(name)): name for name in self.words}
        dataset.headers = [known.get(folded(str(header)), header) for header in dataset.headers or []]


class ExportInWords(SelectableFieldsExportForm):  # type: ignore[misc]
    def _get_field_label(self, resource: Any, field_name: str) -> str:
        return str(resource.word_for(field_name))
