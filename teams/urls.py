from django.urls import path

from teams import views

app_name = "teams"
urlpatterns = [
    path("", views.units, name="units"),
    path("units/<int:pk>/", views.unit, name="unit"),
    path("units/<int:pk>/stand-in/", views.stand_in, name="stand_in"),
    path("units/<int:pk>/stand-in/appoint/", views.appoint, name="appoint"),
    path("stand-ins/<uuid:public_id>/end/", views.end_stand_in, name="end_stand_in"),
    path("people/<uuid:public_id>/", views.person, name="person"),
]
