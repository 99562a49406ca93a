import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compensation", "0006_closed_months_by_statement"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RunEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("drafted", "computed"),
                            ("reviewed", "reviewed"),
                            ("voided", "void"),
                            ("rejected", "rejected"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("by_name", models.CharField(blank=True, max_length=64, verbose_name="full name")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("total", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="total")),
                (
                    "total_before",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="total before"
                    ),
                ),
                ("changes", models.JSONField(blank=True, default=list, verbose_name="changes")),
                ("changed", models.PositiveIntegerField(default=0, verbose_name="lines changed")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="compensation.payrun",
                        verbose_name="pay run",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a pay run",
                "verbose_name_plural": "steps of pay runs",
                "ordering": ["run", "-at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["voided", "rejected"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="void_or_rejection_has_a_reason",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            """CREATE TRIGGER closed_month BEFORE INSERT OR UPDATE OR DELETE ON compensation_runevent
               FOR EACH ROW EXECUTE FUNCTION muster_pay_guard_run();""",
            "DROP TRIGGER closed_month ON compensation_runevent;",
        ),
    ]
