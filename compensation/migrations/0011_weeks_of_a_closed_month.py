from django.db import migrations, models

# Until now a month counted the weeks whose Monday lies in it.
COUNTED_THEN = """
ALTER TABLE compensation_paymonth DISABLE TRIGGER stays_closed;
UPDATE compensation_paymonth m SET weeks = (
    SELECT jsonb_agg(to_char(day, 'YYYY-MM-DD') ORDER BY day)
    FROM generate_series(m.month::timestamp, m.month + interval '1 month' - interval '1 day', '1 day') day
    WHERE extract(isodow FROM day) = 1)
    WHERE closed_at IS NOT NULL;
ALTER TABLE compensation_paymonth ENABLE TRIGGER stays_closed;
"""


class Migration(migrations.Migration):
    dependencies = [("compensation", "0010_earlier_approvals")]
    operations = [
        migrations.AddField(
            model_name="paymonth",
            name="weeks",
            field=models.JSONField(blank=True, default=list, editable=False, verbose_name="weeks"),
        ),
        migrations.RunSQL(COUNTED_THEN, migrations.RunSQL.noop),
    ]
