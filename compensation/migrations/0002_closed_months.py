"""What the database itself refuses: changes to a closed month by any path, steps out of order, filing without three
signatures on the content, another content under an approved plan."""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION muster_pay_month_must_be_open(of_branch bigint, of_month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    closed timestamptz;
BEGIN
    -- The lock makes whoever closes the month wait for this transaction, and this one for whoever is closing it.
    SELECT closed_at INTO closed FROM compensation_paymonth
        WHERE branch_id = of_branch AND month = of_month FOR SHARE;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'The month % of branch % was closed at %', to_char(of_month, 'YYYY-MM'), of_branch, closed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'month_is_closed';
    END IF;
END $$;

-- Rows that carry branch and month themselves.
CREATE FUNCTION muster_pay_guard_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM muster_pay_month_must_be_open(OLD.branch_id, OLD.month);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM muster_pay_month_must_be_open(NEW.branch_id, NEW.month);
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;

-- Rows that hang on a run.
CREATE FUNCTION muster_pay_guard_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM muster_pay_month_must_be_open(branch_id, month) FROM compensation_payrun WHERE id = OLD.run_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM muster_pay_month_must_be_open(branch_id, month) FROM compensation_payrun WHERE id = NEW.run_id;
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION muster_pay_month_stays_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'A closed month stays closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'month_is_closed';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION muster_pay_run_keeps_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed text[] := ARRAY[
        'draft>reviewed', 'reviewed>signed_1', 'signed_1>signed_2', 'signed_2>signed_3', 'signed_3>filed',
        'reviewed>draft', 'signed_1>draft', 'signed_2>draft', 'signed_3>draft', 'rejected>draft',
        'draft>rejected', 'reviewed>rejected', 'signed_1>rejected', 'signed_2>rejected'];
    standing integer;
BEGIN
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (allowed) THEN
        RAISE EXCEPTION 'A pay run does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pay_run_keeps_order';
    END IF;
    IF NEW.state = 'filed' AND OLD.state <> 'filed' THEN
        SELECT count(DISTINCT signer_id) INTO standing FROM compensation_signature
            WHERE run_id = NEW.id AND voided_at IS NULL AND digest = NEW.digest AND stage IN (1, 2, 3);
        IF standing <> 3 THEN
            RAISE EXCEPTION 'A pay run is filed with three signatures on its content, not %', standing
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pay_run_filed_is_signed';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION muster_pay_plan_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approved_on IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.components <> OLD.components
            OR NEW.from_on <> OLD.from_on OR NEW.plan_id <> OLD.plan_id) THEN
        RAISE EXCEPTION 'What was approved is not changed: add another version'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_plan_is_kept';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER closed_month BEFORE INSERT OR UPDATE OR DELETE ON compensation_payrun
    FOR EACH ROW EXECUTE FUNCTION muster_pay_guard_month();
CREATE TRIGGER closed_month BEFORE INSERT OR UPDATE OR DELETE ON compensation_businessdetail
    FOR EACH ROW EXECUTE FUNCTION muster_pay_guard_month();
CREATE TRIGGER closed_month BEFORE INSERT OR UPDATE OR DELETE ON compensation_personmonth
    FOR EACH ROW EXECUTE FUNCTION muster_pay_guard_month();
CREATE TRIGGER closed_month BEFORE INSERT OR UPDATE OR DELETE ON compensation_payslip
    FOR EACH ROW EXECUTE FUNCTION muster_pay_guard_run();
CREATE TRIGGER closed_month BEFORE INSERT OR UPDATE OR DELETE ON compensation_payline
    FOR EACH ROW EXECUTE FUNCTION muster_pay_guard_run();
CREATE TRIGGER closed_month BEFORE INSERT OR UPDATE OR DELETE ON compensation_signature
    FOR EACH ROW EXECUTE FUNCTION muster_pay_guard_run();
CREATE TRIGGER stays_closed BEFORE UPDATE OR DELETE ON compensation_paymonth
    FOR EACH ROW EXECUTE FUNCTION muster_pay_month_stays_closed();
CREATE TRIGGER keeps_order BEFORE UPDATE ON compensation_payrun
    FOR EACH ROW EXECUTE FUNCTION muster_pay_run_keeps_order();
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON compensation_planversion
    FOR EACH ROW EXECUTE FUNCTION muster_pay_plan_is_kept();
"""

BACKWARD = """
DROP FUNCTION muster_pay_plan_is_kept() CASCADE;
DROP FUNCTION muster_pay_run_keeps_order() CASCADE;
DROP FUNCTION muster_pay_month_stays_closed() CASCADE;
DROP FUNCTION muster_pay_guard_run() CASCADE;
DROP FUNCTION muster_pay_guard_month() CASCADE;
DROP FUNCTION muster_pay_month_must_be_open(bigint, date) CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("compensation", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
