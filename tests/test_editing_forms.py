"""Every form that edits a row carries what it was opened with; one that does not says here why it need not."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from django import forms
from django.conf import settings
from django.contrib import admin
from django.test import RequestFactory
from django.urls import get_resolver

from accounts.models import User
from core.console import EditsInTurn
from core.editing import EditForm

# Forms that add, ask, bring a file, decide once or by digest: nothing is overwritten by them.
OTHERWISE = {
    "accounts.forms.SignInForm": "asks who it is",
    "approvals.forms.AddForm": "adds",
    "approvals.forms.DecisionForm": "decides on a digest",
    "approvals.forms.DelegationForm": "adds",
    "approvals.forms.RefusalForm": "decides on a digest",
    "approvals.forms.RemarkForm": "adds a remark",
    "approvals.forms.RemoveForm": "decides once",
    "approvals.forms.ReturnForm": "decides once",
    "approvals.forms.TransferForm": "decides once",
    "approvals.forms.WhyForm": "adds a reason",
    "attendance.forms.ImportForm": "brings a file; the import tells what it changed",
    "compensation.forms.AnswerForm": "answered once; the second is refused",
    "compensation.forms.ApprovalForm": "another approval is refused while one stands",
    "compensation.forms.QuestionForm": "adds",
    "compensation.forms.PayReasonForm": "decides once",
    "compensation.forms.SignForm": "decides on a digest",
    "compensation.forms.WithdrawalForm": "decides once; the second is refused",
    "crm.forms.TellApartForm": "adds a reason",
    "crm.forms.UploadForm": "brings a file",
    "portal.forms.TrailForm": "asks",
    "supervision.admin.ReminderRuleForm": "adds: a rule is never changed, only followed by another",
    "supervision.forms.RankingForm": "asks",
    "teams.forms.FileForm": "brings a file",
    "teams.forms.ReasonForm": "decides once",
    "teams.forms.StandInForm": "adds",
    "worklogs.forms.day.ContactFields": "what two forms have in common",
    "worklogs.forms.day.EntryForm": "adds",
    "worklogs.forms.day.RemovalForm": "takes away what it names",
    "worklogs.forms.desk.ReplyForm": "adds",
    "worklogs.forms.desk.MonthEndForm": "adds",
    "worklogs.forms.desk.SeveralRepliesForm": "adds",
    "worklogs.forms.market_reports.CommentForm": "said once; the second is refused",
}
# Where each editing form is shown; a form of the console is shown by the console.
SHOWN_IN = {
    "attendance.forms.DayForm": "attendance/calendar.html",
    "attendance.forms.SettleForm": "attendance/calendar.html",
    "compensation.forms.PersonMonthForm": "compensation/entry.html",
    "policies.forms.ValueForm": "policies/parameter.html",
    "supervision.forms.CallForm": "supervision/call.html",
    "teams.forms.BankForm": "admin/change_form.html",
    "worklogs.forms.day.BrochuresForm": "worklogs/brochures.html",
    "worklogs.forms.day.EntryEditForm": "worklogs/entry.html",
    "worklogs.forms.day.NoteForm": "worklogs/note.html",
    "worklogs.forms.market_reports.MarketReportForm": "worklogs/write_market_report.html",
    "worklogs.forms.desk.PhrasesForm": "worklogs/phrases.html",
    "teams.forms.OutletForm": "admin/change_form.html",
    "teams.forms.TargetForm": "admin/change_form.html",
}
FOUNDATIONS = {"teams.forms.CodedForm", "core.editing.EditForm", "core.editing.RowForm", "core.console.ExportInWords"}


def forms_of_the_house() -> Iterator[tuple[str, type[forms.BaseForm]]]:
    for app in settings.OWN_APPS:
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            if {"tests", "migrations", "management"} & {*path.parts} or "orm" not in path.read_text():
                continue
            place = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts).removesuffix(".__init__")
            for name, one in vars(importlib.import_module(place)).items():
                if isinstance(one, type) and issubclass(one, forms.BaseForm) and one.__module__ == place:
                    yield f"{place}.{name}", one


def test_every_form_carries_what_it_was_opened_with_or_says_why_it_need_not():
    found = dict(forms_of_the_house())
    editing = {name for name, one in found.items() if issubclass(one, EditForm)}
    assert found.keys() - editing - FOUNDATIONS == OTHERWISE.keys(), "make it an `EditForm`, or say why not"
    assert editing - FOUNDATIONS == SHOWN_IN.keys()


@pytest.mark.parametrize("template", sorted(set(SHOWN_IN.values())))
def test_its_template_holds_the_part_that_carries_it(template: str):
    text = (Path(settings.BASE_DIR) / "templates" / template).read_text()
    held = text.count("components/opened.html")
    assert held == sum(place == template for place in SHOWN_IN.values()) or template.startswith("admin/")
    assert held


def test_whatever_the_console_lets_be_changed_is_changed_in_turn():
    assert get_resolver().url_patterns  # which take out what libraries put into the console
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True)
    request.user.authority = Mock()
    open_to_change = [one for one in admin.site._registry.values() if one.has_change_permission(request)]
    assert len(open_to_change) >= 3
    assert [one for one in open_to_change if not isinstance(one, EditsInTurn)] == []
    assert [one for one in open_to_change if one.inlines or one.list_editable] == [], "these would need it too"
