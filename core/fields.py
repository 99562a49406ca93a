"""Columns that keep identifiers and phone numbers in their one form, whoever writes or looks them up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.lookups import IExact
from django.utils.translation import gettext

from core.identifiers import LIKENESS_IN_SQL, NotAPhoneNumber, identifier, phone

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:
    CharField = models.CharField


class _InOneForm(CharField):
    @staticmethod
    def form_of(text: str) -> str:
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return self.form_of(text) if isinstance(text, str) else text

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return self.form_of(prepared) if isinstance(prepared, str) else prepared

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = self.form_of(value)
            setattr(model_instance, self.attname, value)
        return value


class IdentifierField(_InOneForm):
    """`filter(code="Ｂ 01")` finds `B01`; what differs in capitals or zeros is another."""

    form_of = staticmethod(identifier)


class PhoneField(_InOneForm):
    """A number of this or another country; what is none keeps its text and is refused where it is typed."""

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        try:
            if value:
                phone(value, abroad=True)
        except NotAPhoneNumber:
            raise ValidationError(gettext("is not a phone number")) from None

    @staticmethod
    def form_of(text: str) -> str:
        try:
            return phone(text, abroad=True)
        except NotAPhoneNumber:
            return text.strip()


class Likeness(models.Func):
    """What `core.identifiers.likeness` makes of a column."""

    template = LIKENESS_IN_SQL.format("%(expressions)s")
    output_field = models.CharField()


@IdentifierField.register_lookup
class _SameIdentifier(IExact):
    def get_prep_lookup(self) -> Any:
        return identifier(self.rhs) if isinstance(self.rhs, str) else super().get_prep_lookup()


def not_in_one_form(model: type[models.Model], name: str) -> dict[Any, tuple[str, str]]:
    """Rows that hold another spelling than the one that is kept: primary key → what stands there, what should."""
    field: Any = model._meta.get_field(name)
    held = model._default_manager.exclude(**{name: ""}).order_by("pk").values_list("pk", name)
    return {pk: (text, form) for pk, text in held.iterator() if (form := field.form_of(text)) != text}


def put_in_one_form(model: type[models.Model], name: str, *, leave: Collection[Any] = ()) -> None:
    """Spell out anew what was stored before there was one form. Two rows that would become one are left as they are:
    they are for a person to tell apart, and `verify` names them."""
    field: Any = model._meta.get_field(name)
    rows = {pk: form for pk, (_, form) in not_in_one_form(model, name).items() if pk not in leave}
    taken: Collection[str] = ()
    if field.unique:
        there = set(model._default_manager.values_list(name, flat=True))
        taken = there | {form for form, times in Counter(rows.values()).items() if times > 1}
    for pk, form in rows.items():
        if form not in taken:
            model._default_manager.filter(pk=pk).update(**{name: form})
