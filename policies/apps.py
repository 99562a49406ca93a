from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PoliciesConfig(AppConfig):
    name = "policies"

    def ready(self) -> None:
        autodiscover_modules("parameters")
