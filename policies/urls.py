from django.urls import path

from policies import views

app_name = "policies"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("values/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<str:code>/", views.parameter, name="parameter"),
    path("<str:code>/units/<int:pk>/set/", views.set_value, name="set_value"),
]
