from django.urls import path

from messaging import views

app_name = "messaging"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read_all, name="read_all"),
    path("sending/", views.sending_log, name="sending_log"),
    path("sending/<uuid:public_id>/", views.sending, name="sending"),
    path("sending/<uuid:public_id>/resend/", views.resend, name="resend"),
    path("sending/<uuid:public_id>/sent/", views.take_as_sent, name="take_as_sent"),
    path("<uuid:public_id>/", views.message, name="message"),
    path("<uuid:public_id>/days/", views.subject, name="subject"),
]
