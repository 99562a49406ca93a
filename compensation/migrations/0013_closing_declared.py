"""What a closed month keeps is declared on the models (`core.closing`); the guards written by hand go."""

from django.db import migrations

FORWARD = """
DROP FUNCTION muster_pay_guard_runs() CASCADE;
DROP FUNCTION muster_pay_month_stays_closed() CASCADE;
DROP FUNCTION IF EXISTS muster_pay_guard_run() CASCADE;
DROP FUNCTION muster_pay_guard_month() CASCADE;
DROP FUNCTION muster_pay_month_must_be_open(bigint, date);
"""


class Migration(migrations.Migration):
    dependencies = [("compensation", "0012_figures_and_their_explanation")]
    operations = [migrations.RunSQL(FORWARD)]
