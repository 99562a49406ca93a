"""Every transaction of the trail gets a number without gaps and the count of its entries, when it commits.

Counting is done by the statement. The number is given last of all: the deferred trigger touches the row once more, and
only what that queues, after every other deferred check, takes the one row of the count. So transactions stand in line for
no longer than a commit, and whoever stands there waits for nothing else.
"""

from django.db import migrations, models

FORWARD = r"""
CREATE FUNCTION muster_audit_count() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO core_audittransaction AS t (transaction, entries)
    SELECT transaction, count(*) FROM new_entries GROUP BY transaction
    ON CONFLICT (transaction) DO UPDATE SET entries = t.entries + excluded.entries;
    RETURN NULL;
END $$;

CREATE FUNCTION muster_audit_ends() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE core_audittransaction SET entries = entries WHERE transaction = NEW.transaction;
    RETURN NULL;
END $$;

CREATE FUNCTION muster_audit_number() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    given bigint;
BEGIN
    INSERT INTO core_auditcount AS c (id, transactions) VALUES (1, 1)
        ON CONFLICT (id) DO UPDATE SET transactions = c.transactions + 1 RETURNING transactions INTO given;
    UPDATE core_audittransaction SET number = given WHERE transaction = NEW.transaction;
    RETURN NULL;
END $$;

-- What a transaction has counted stays once it is over; the count of all goes on by ones.
CREATE FUNCTION muster_audit_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF TG_TABLE_NAME = 'core_auditcount' THEN
            IF NEW.id = OLD.id AND NEW.transactions = OLD.transactions + 1 THEN RETURN NEW; END IF;
        ELSIF NEW.transaction = OLD.transaction AND NEW.transaction = (pg_current_xact_id()::text)::bigint THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The audit trail is never changed (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

INSERT INTO core_audittransaction (transaction, entries, number)
    SELECT transaction, count(*), row_number() OVER (ORDER BY transaction) FROM core_auditentry GROUP BY transaction;
INSERT INTO core_auditcount (id, transactions)
    SELECT 1, count(*) FROM core_audittransaction HAVING count(*) > 0;

CREATE TRIGGER counted AFTER INSERT ON core_auditentry REFERENCING NEW TABLE AS new_entries
    FOR EACH STATEMENT EXECUTE FUNCTION muster_audit_count();
CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON core_audittransaction DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION muster_audit_ends();
CREATE CONSTRAINT TRIGGER numbered AFTER UPDATE ON core_audittransaction DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.number IS NULL AND NEW.entries = OLD.entries) EXECUTE FUNCTION muster_audit_number();
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON core_audittransaction
    FOR EACH ROW EXECUTE FUNCTION muster_audit_counted();
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON core_auditcount FOR EACH ROW EXECUTE FUNCTION muster_audit_counted();
CREATE TRIGGER is_never_emptied BEFORE TRUNCATE ON core_audittransaction
    FOR EACH STATEMENT EXECUTE FUNCTION muster_audit_is_kept();
CREATE TRIGGER is_never_emptied BEFORE TRUNCATE ON core_auditcount
    FOR EACH STATEMENT EXECUTE FUNCTION muster_audit_is_kept();
"""
BACKWARD = """
DROP TRIGGER counted ON core_auditentry;
DROP FUNCTION muster_audit_counted() CASCADE;
DROP FUNCTION muster_audit_number() CASCADE;
DROP FUNCTION muster_audit_ends() CASCADE;
DROP FUNCTION muster_audit_count() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_told_apart")]
    operations = [
        migrations.CreateModel(
            "AuditTransaction",
            [
                ("transaction", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entries", models.BigIntegerField()),
                ("number", models.BigIntegerField(null=True, unique=True)),
            ],
            options={"default_permissions": ("view",)},
        ),
        migrations.CreateModel(
            "AuditCount",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("transactions", models.BigIntegerField()),
            ],
            options={"default_permissions": ("view",)},
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
