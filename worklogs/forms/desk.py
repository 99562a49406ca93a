from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.editing import EditForm

LONGEST_REPLY = 500
OWN = "own-"  # before the public id of the log, the name of the field for a text of its own


def reply_field() -> forms.CharField:
    return forms.CharField(
        label=_("Answer"),
        max_length=LONGEST_REPLY,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control", "maxlength": LONGEST_REPLY}),
        error_messages={"required": _("Write what you want to tell the writer.")},
    )


class ReplyForm(forms.Form):
    text = reply_field()


class ListOfAddresses(forms.MultipleChoiceField):
    """Public ids of rows; which of them exist and may be seen is the view's to find out."""

    def valid_value(self, value: Any) -> bool:
        return True

    def clean(self, value: Any) -> list[Any]:
        field = forms.UUIDField()
        try:
            return [field.clean(one) for one in super().clean(value)]
        except ValidationError as error:
            raise ValidationError(self.error_messages["required"], code="required") from error


class SeveralRepliesForm(forms.Form):
    """One answer to several logs; `ticked` are those chosen, as they were sent."""

    logs = ListOfAddresses(error_messages={"required": _("Choose at least one log.")})
    text = reply_field()

    @property
    def ticked(self) -> list[str]:
        return self.data.getlist("logs") if isinstance(self.data, QueryDict) else []

    @property
    def own(self) -> dict[UUID, str]:
        """Texts for one log alone, by its public id."""
        return {}


class MonthEndForm(SeveralRepliesForm):
    """One text for all chosen, or one each: whoever is given a text of her own is chosen by it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["logs"].required = self.fields["text"].required = False

    @property
    def typed(self) -> dict[str, str]:
        """The texts of their own by public id, as they were sent."""
        return {name.removeprefix(OWN): str(text) for name, text in self.data.items() if name.startswith(OWN)}

    @property
    def own(self) -> dict[UUID, str]:
        return {UUID(key): text.strip() for key, text in self.typed.items() if text.strip()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            own = self.own
        except ValueError:
            raise ValidationError(_("Choose at least one log.")) from None
        if any(len(text) > LONGEST_REPLY for text in own.values()):
            raise ValidationError(_("An answer has at most %(most)s characters.") % {"most": LONGEST_REPLY})
        chosen = cleaned["logs"] = list(dict.fromkeys([*cleaned.get("logs", []), *own]))
        if not chosen and "logs" not in self.errors:
            self.add_error("logs", _("Choose at least one log."))
        if not cleaned.get("text") and set(chosen) - own.keys():
            self.add_error("text", _("Write what you want to tell the writer."))
        return cleaned


class PhrasesForm(EditForm):
    text = forms.CharField(
        label=_("Quick phrases"),
        max_length=2000,
        required=False,
        help_text=_("One phrase a line; they are yours alone."),
        widget=forms.Textarea(attrs={"rows": 8, "class": "form-control", "maxlength": 2000}),
    )
