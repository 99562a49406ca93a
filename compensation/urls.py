from django.urls import path

from compensation import views

app_name = "compensation"
urlpatterns = [
    path("", views.runs, name="runs"),
    path("runs/<uuid:public_id>/", views.run, name="run"),
    path("runs/<uuid:public_id>/request/", views.request_of, name="request"),
    path("runs/<uuid:public_id>/review/", views.review, name="review"),
    path("runs/<uuid:public_id>/sign/", views.sign, name="sign"),
    path("runs/<uuid:public_id>/reject/", views.reject, name="reject"),
    path("plans/", views.plans, name="plans"),
    path("plans/<str:code>/<str:since>/", views.plan, name="plan"),
    path("plans/<str:code>/<str:since>/approve/", views.record_approval, name="record_approval"),
    path("plans/<str:code>/<str:since>/withdraw/", views.withdraw_approval, name="withdraw_approval"),
    path("slips/", views.slips, name="slips"),
    path("slips/<uuid:public_id>/", views.slip, name="slip"),
    path("slips/<uuid:public_id>/rows/<slug:of>/", views.slip_rows, name="slip_rows"),
    path("slips/<uuid:public_id>/ask/", views.ask, name="ask"),
    path("questions/", views.questions, name="questions"),
    path("questions/<uuid:public_id>/answer/", views.answer, name="answer"),
    path("details/<uuid:public_id>/send-back/", views.send_back, name="send_back"),
    path("details/<uuid:public_id>/rows/<slug:of>/", views.detail_rows, name="detail_rows"),
    path("<str:branch>/<str:month>/detail/", views.detail, name="detail"),
    path("<str:branch>/<str:month>/accept/", views.accept, name="accept"),
    path("<str:branch>/<str:month>/draft/", views.draft, name="draft"),
    path("<str:branch>/<str:month>/entries/<str:employee_no>/", views.entry, name="entry"),
    path("<str:branch>/<str:month>/entries/<str:employee_no>/record/", views.record_entry, name="record_entry"),
]
