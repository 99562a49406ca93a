from django.urls import path

from archives import views

app_name = "archives"
urlpatterns = [
    path("", views.documents, name="documents"),
    path("documents/<uuid:public_id>/", views.document, name="document"),
    path("runs/<uuid:public_id>/file/", views.file_run, name="file_run"),
]
