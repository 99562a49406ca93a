"""The console of reminder rules: a change is a further row of the same code from a later day on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import WholeField
from messaging import registry as texts
from messaging.models import Channel
from policies import registry as parameters
from supervision.models import TAKINGS, RankedKind, ReminderRule
from supervision.services.notes import FOR_CALLS, PLACEHOLDERS
from teams.authority import Power
from teams.models import UnitKind

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[ReminderRule]
    ModelForm = forms.ModelForm[ReminderRule]
else:
    ModelAdmin = admin.ModelAdmin
    ModelForm = forms.ModelForm

SCOPES = {
    RankedKind.BRANCH: {UnitKind.COMPANY, UnitKind.REGIONAL_DEPARTMENT},
    RankedKind.MARKET_DEPARTMENT: {UnitKind.COMPANY, UnitKind.REGIONAL_DEPARTMENT},
    RankedKind.PERSON: {UnitKind.MARKET_DEPARTMENT},
}


class ReminderRuleForm(ModelForm):
    """A row to come: what it names must exist, and it cannot begin in the past."""

    class Meta:
        model = ReminderRule
        fields = "__all__"
        field_classes = {"position": WholeField}

    def clean_from_on(self) -> Any:
        from_on = self.cleaned_data["from_on"]
        if from_on <= timezone.localdate():
            raise forms.ValidationError(
                _("A rule begins tomorrow at the earliest: lists that are sent stay as they are.")
            )
        return from_on

    def clean_addressees(self) -> Any:
        addressees = self.cleaned_data["addressees"]
        known = {text.code: text.placeholders for text in texts.texts()}
        for one in addressees:
            filled = FOR_CALLS if one["channels"] == [Channel.PHONE_TASK] else PLACEHOLDERS
            if one["text"] not in known or known[one["text"]] - filled:
                raise forms.ValidationError(_("A list cannot fill the text %(text)s."), params={"text": one["text"]})
        return addressees

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if entered.get("ranked") and entered.get("scope") not in SCOPES[entered["ranked"]]:
            self.add_error("scope", _("That cannot be ranked within this kind of unit."))
        known = {parameter.code for parameter in parameters.parameters()}
        if "how" in entered and TAKINGS[entered["how"]].needs_value and entered.get("parameter") not in known:
            self.add_error("parameter", _("There is no such policy value."))
        return entered


@admin.register(ReminderRule)
class ReminderRuleAdmin(ModelAdmin):
    form = ReminderRuleForm
    list_display = ("code", "from_on", "is_active", "clause", "period", "scope", "ranked", "how", "parameter")
    list_filter = ("period", "is_active")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: ReminderRule | None = None) -> bool:
        return bool(request.user.is_superuser or request.user.authority.may(Power.SEE_POLICY))  # type: ignore[union-attr]

    def has_add_permission(self, request: HttpRequest) -> bool:
        authority = request.user.authority  # type: ignore[union-attr]
        return bool(request.user.is_superuser or authority.may(Power.SET_POLICY, authority.company_path))

    def has_change_permission(self, request: HttpRequest, obj: ReminderRule | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ReminderRule | None = None) -> bool:
        """Only a row that has not begun may be taken back."""
        has_begun = obj is not None and obj.from_on <= timezone.localdate()
        return obj is not None and not has_begun and self.has_add_permission(request)
