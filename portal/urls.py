from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("menu/", views.menu, name="menu"),
    path("search/", views.find, name="search"),
    path("audit/", views.trail, name="trail"),
    path("audit/verification/", views.verification, name="verification"),
    path("audit/verify/", views.verify, name="verify"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
