from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import audit, checks, closing, roles  # noqa: PLC0415

        connection_created.connect(audit.watch_connection, dispatch_uid="audit")
        connection_created.connect(checks.refuse_unsafe, dispatch_uid="unsafe databases")
        post_migrate.connect(audit.install_triggers, sender=self, dispatch_uid="audit")
        post_migrate.connect(closing.install_guards, sender=self, dispatch_uid="closing")
        post_migrate.connect(roles.separate, sender=self, dispatch_uid="roles")
