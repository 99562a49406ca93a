from django.urls import path

from crm import views

app_name = "crm"
urlpatterns = [
    path("", views.imports, name="imports"),
    path("upload/", views.upload, name="upload"),
    path("template/<str:kind>.xlsx", views.template, name="template"),
    path("<uuid:public_id>/", views.show_import, name="import"),
    path("<uuid:public_id>/progress/", views.progress, name="progress"),
    path("<uuid:public_id>/remarks/", views.remarks, name="remarks"),
    path("<uuid:public_id>/apart/", views.tell_apart, name="tell_apart"),
    path("<uuid:public_id>/take/", views.take, name="take"),
    path("<uuid:public_id>/revert/", views.revert, name="revert"),
]
