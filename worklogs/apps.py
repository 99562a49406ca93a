from django.apps import AppConfig


class WorklogsConfig(AppConfig):
    name = "worklogs"
