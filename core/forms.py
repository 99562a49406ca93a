"""Fields for numbers that people type: read as the cells of a file are, so that both take and refuse the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.cells import BadCell, Column, read_cell


class NumberInput(forms.TextInput):
    """A text field with the keyboard for numbers: the browser's own field drops what it cannot read, `１２３` as well."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})


def _read(value: Any, column: Column) -> Any:
    try:
        return read_cell(format(value, "f") if isinstance(value, Decimal) else str(value), column)
    except BadCell as bad:
        raise ValidationError(_(bad.rule) % bad.values_in_rule, code="invalid") from None


class NumberField(forms.DecimalField):
    """`１，２３４．５６` and `1,234.5` are numbers, `1e3` and `1_000` are not; nothing is rounded."""

    widget = NumberInput

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        places = 6 if self.decimal_places is None else self.decimal_places
        number: Decimal | None = _read(value, Column("", kind="decimal", places=places))
        return number

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class WholeField(forms.IntegerField):
    """A whole number, by the same reader."""

    widget = NumberInput

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        number: int | None = _read(value, Column("", kind="int"))
        return number

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "numeric"}
