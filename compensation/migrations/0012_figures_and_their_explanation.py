"""A run's digest covers its figures, another one what explains them. Runs there are keep their one digest over both."""

from django.db import migrations, models

KINDS = [
    ("drafted", "computed"), ("explained", "explained anew"), ("reviewed", "reviewed"), ("voided", "void"),
    ("rejected", "rejected"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("compensation", "0011_weeks_of_a_closed_month")]
    operations = [
        migrations.AddField("payrun", "edition", models.PositiveSmallIntegerField(default=1, editable=False)),
        migrations.AlterField("payrun", "edition", models.PositiveSmallIntegerField(default=2, editable=False)),
        migrations.AddField(
            "payrun",
            "explained",
            models.CharField(blank=True, default="", max_length=64, verbose_name="digest of the explanation"),
            preserve_default=False,
        ),
        migrations.AddField(
            "payrun",
            "explanation",
            models.PositiveIntegerField(default=1, verbose_name="version of the explanation"),
        ),
        migrations.AddField(
            "payrun", "explained_at", models.DateTimeField(blank=True, null=True, verbose_name="explained at")
        ),
        migrations.AddField("runevent", "causes", models.JSONField(blank=True, default=list, verbose_name="causes")),
        migrations.AlterField("runevent", "kind", models.CharField(choices=KINDS, max_length=12, verbose_name="kind")),
    ]
