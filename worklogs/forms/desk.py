from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

LONGEST_REPLY = 500


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
