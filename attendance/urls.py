from django.urls import path

from attendance import views

app_name = "attendance"
urlpatterns = [
    path("", views.calendar, name="calendar"),
    path("day/", views.set_day, name="set_day"),
    path("day/clear/", views.clear_day, name="clear_day"),
    path("year/", views.settle_year, name="settle_year"),
    path("import/", views.import_days, name="import_days"),
]
