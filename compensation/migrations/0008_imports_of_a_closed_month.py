from django.db import migrations, models

# What was closed before keeps what had been taken by then, as far as the clocks say.
KNOWN_THEN = """
ALTER TABLE compensation_paymonth DISABLE TRIGGER stays_closed;
UPDATE compensation_paymonth m SET imports = coalesce((
    SELECT jsonb_agg(i.id ORDER BY i.id) FROM crm_import i
    WHERE i.state = 'taken' AND i.taken_at <= m.closed_at
        AND i.covers_from < m.month + interval '1 month' AND i.covers_to >= m.month), '[]')
    WHERE closed_at IS NOT NULL;
ALTER TABLE compensation_paymonth ENABLE TRIGGER stays_closed;
"""


class Migration(migrations.Migration):
    dependencies = [("compensation", "0007_steps_of_a_run"), ("crm", "0003_openings_by_client")]
    operations = [
        migrations.AddField(
            model_name="paymonth",
            name="imports",
            field=models.JSONField(blank=True, default=list, editable=False, verbose_name="imports"),
        ),
        migrations.RunSQL(KNOWN_THEN, migrations.RunSQL.noop),
    ]
