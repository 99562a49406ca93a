from django.urls import path

from supervision import views

app_name = "supervision"
urlpatterns = [
    path("lists/", views.lists, name="lists"),
    path("lists/<uuid:public_id>/", views.show_list, name="list"),
    path("ranking/", views.ranking, name="ranking"),
    path("calls/", views.calls, name="calls"),
    path("calls/<uuid:public_id>/", views.call, name="call"),
    path("calls/<uuid:public_id>/record/", views.record_call, name="record_call"),
]
