from django.urls import URLPattern

app_name = "worklogs"
urlpatterns: list[URLPattern] = []
