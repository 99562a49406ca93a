from django.urls import path

from approvals.views import delegations, lists, requests

app_name = "approvals"
urlpatterns = [
    path("", lists.waiting, name="waiting"),
    path("mine/", lists.mine, name="mine"),
    path("done/", lists.done, name="done"),
    path("delegations/", delegations.delegations, name="delegations"),
    path("delegations/new/", delegations.delegate, name="delegate"),
    path("delegations/<uuid:public_id>/end/", delegations.end_delegation, name="end_delegation"),
    path("<uuid:public_id>/", requests.request_page, name="request"),
    path("<uuid:public_id>/sheet/", requests.opinion_sheet, name="sheet"),
    *(path(f"<uuid:public_id>/{verb}/", requests.act, {"verb": verb}, name=verb) for verb in requests.ACTS),
]
