from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SupervisionConfig(AppConfig):
    name = "supervision"

    def ready(self) -> None:
        from supervision.declared import plant_rules  # noqa: PLC0415

        post_migrate.connect(plant_rules, sender=self, dispatch_uid="supervision.rules")
