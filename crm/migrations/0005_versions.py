import django.db.models.deletion
from django.db import migrations, models

TABLES = {"openings": "crm_opening", "account_month": "crm_accountmonth"}


def make_versions(apps, schema_editor):
    """What a taken import had changed or removed becomes a version that this import has ended."""
    with schema_editor.connection.cursor() as cursor:
        for kind, table in TABLES.items():
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
                "AND table_name = %s AND column_name NOT IN ('id', 'ended_by_id') ORDER BY ordinal_position",
                [table],
            )
            columns = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
            kept = ", ".join(f"old.{name}" for name in columns.split(", "))
            cursor.execute(
                f"""INSERT INTO {table} ({columns}, ended_by_id)
                SELECT {kept}, s.source_id FROM crm_superseded s
                JOIN crm_import i ON i.id = s.source_id AND i.state = 'taken'
                CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, s.old) old
                WHERE s.kind = %s ORDER BY s.id""",  # noqa: S608
                [kind],
            )


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0004_revert_as_a_job"),
        ("teams", "0008_former_names"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="accountmonth", name="one_account_month_a_relation"),
        migrations.RemoveConstraint(model_name="opening", name="one_credit_a_developer"),
        migrations.AddField(
            model_name="accountmonth",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="account_months_ended",
                to="crm.import",
                verbose_name="replaced by",
            ),
        ),
        migrations.AddField(
            model_name="opening",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="openings_ended",
                to="crm.import",
                verbose_name="replaced by",
            ),
        ),
        migrations.RunPython(make_versions, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="accountmonth",
            index=models.Index(
                condition=models.Q(("ended_by", None), _negated=True), fields=["ended_by"], name="account_month_by_end"
            ),
        ),
        migrations.AddIndex(
            model_name="opening",
            index=models.Index(
                condition=models.Q(("ended_by", None), _negated=True), fields=["ended_by"], name="opening_by_end"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmonth",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_by", None)),
                fields=("fund_account", "month", "relation", "person"),
                name="one_account_month_a_relation",
            ),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_by", None)),
                fields=("fund_account", "client_no", "developer"),
                name="one_credit_a_developer",
            ),
        ),
        migrations.DeleteModel(name="Superseded"),
    ]
