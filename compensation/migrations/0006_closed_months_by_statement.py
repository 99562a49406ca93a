"""Slips and lines of a closed month are refused once a statement instead of once a row: a run has many of them."""

from django.db import migrations

TABLES = ("compensation_payslip", "compensation_payline")
FUNCTION = """
CREATE FUNCTION muster_pay_guard_runs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM muster_pay_month_must_be_open(branch_id, month) FROM compensation_payrun
        WHERE id IN (SELECT DISTINCT run_id FROM changed);
    RETURN NULL;
END $$;
"""
BY_STATEMENT = """
DROP TRIGGER closed_month ON {table};
CREATE TRIGGER closed_month_new AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION muster_pay_guard_runs();
CREATE TRIGGER closed_month_gone AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION muster_pay_guard_runs();
CREATE TRIGGER closed_month_before AFTER UPDATE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION muster_pay_guard_runs();
CREATE TRIGGER closed_month_after AFTER UPDATE ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION muster_pay_guard_runs();
"""
BY_ROW = """
DROP TRIGGER closed_month_new ON {table};
DROP TRIGGER closed_month_gone ON {table};
DROP TRIGGER closed_month_before ON {table};
DROP TRIGGER closed_month_after ON {table};
CREATE TRIGGER closed_month BEFORE INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION muster_pay_guard_run();
"""


class Migration(migrations.Migration):
    dependencies = [("compensation", "0005_end_of_a_plans_approval")]
    operations = [
        migrations.RunSQL(
            FUNCTION + "".join(BY_STATEMENT.format(table=table) for table in TABLES),
            "".join(BY_ROW.format(table=table) for table in TABLES) + "DROP FUNCTION muster_pay_guard_runs();",
        )
    ]
