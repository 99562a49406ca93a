from django.urls import path

from teams import views

app_name = "teams"
urlpatterns = [
    path("", views.units, name="units"),
    path("units/<int:pk>/", views.unit, name="unit"),
    path("units/<int:pk>/stand-in/", views.stand_in, name="stand_in"),
    path("units/<int:pk>/stand-in/appoint/", views.appoint, name="appoint"),
    path("stand-ins/<uuid:public_id>/end/", views.end_stand_in, name="end_stand_in"),
    path("units/<int:pk>/first-passwords/", views.first_passwords, name="first_passwords"),
    path("units/<int:pk>/first-passwords/give/", views.give_first_passwords, name="give_first_passwords"),
    path("people/<uuid:public_id>/", views.person, name="person"),
    path("people/<uuid:public_id>/access/", views.access, name="access"),
    path("people/<uuid:public_id>/access/password/", views.give_password, name="give_password"),
    path("people/<uuid:public_id>/access/second-factor/", views.take_second_factor, name="take_second_factor"),
]
