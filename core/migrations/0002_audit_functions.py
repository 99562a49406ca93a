"""The functions behind the audit triggers. The triggers themselves are put on tables after every `migrate`."""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION muster_audit_shown(entry jsonb, ignored text[], hidden text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT (entry - ignored) || coalesce(
        (SELECT jsonb_object_agg(name, left(encode(sha256(convert_to(entry ->> name, 'UTF8')), 'hex'), 12))
         FROM unnest(hidden) AS name WHERE entry ->> name IS NOT NULL), '{}'::jsonb)
$$;

CREATE FUNCTION muster_audit_digest(entry core_auditentry) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(concat_ws(E'\x1f', entry.id, extract(epoch FROM entry.at), entry.transaction,
        coalesce(entry.actor_id::text, ''), entry.source, entry.address, entry.request_id, entry.reason, entry."table",
        entry.operation, entry."row", coalesce(entry.old::text, ''), coalesce(entry.new::text, '')), 'UTF8')), 'hex')
$$;

CREATE FUNCTION muster_audit_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told text[] := string_to_array(coalesce(current_setting('muster.acting', true), ''), E'\x1f');
BEGIN
    NEW.at := clock_timestamp();
    NEW.transaction := (pg_current_xact_id()::text)::bigint;
    NEW.actor_id := nullif(coalesce(told[1], ''), '')::bigint;
    NEW.source := coalesce(told[2], '');
    NEW.address := coalesce(told[3], '');
    NEW.request_id := coalesce(told[4], '');
    NEW.reason := coalesce(told[5], '');
    NEW.digest := muster_audit_digest(NEW);
    RETURN NEW;
END $$;

CREATE FUNCTION muster_audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\_%' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The audit trail is never changed (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION muster_audit_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_database() LIKE 'test\_%' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'Rows of % are removed one by one, so that the audit trail sees them', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- Arguments: 'row' or 'batch', key column, columns left out, columns kept as a digest only.
CREATE FUNCTION muster_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    by_batch boolean := TG_ARGV[0] = 'batch';
    key_column text := TG_ARGV[1];
    ignored text[] := string_to_array(TG_ARGV[2], ',');
    hidden text[] := string_to_array(TG_ARGV[3], ',');
    touched bigint;
BEGIN
    IF by_batch THEN
        IF TG_OP = 'DELETE' THEN SELECT count(*) INTO touched FROM old_rows;
        ELSE SELECT count(*) INTO touched FROM new_rows; END IF;
        IF touched > 0 THEN
            INSERT INTO core_auditentry ("table", operation, "row", new)
            VALUES (TG_TABLE_NAME, 'B', touched, jsonb_build_object('operation', left(TG_OP, 1)));
        END IF;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO core_auditentry ("table", operation, "row", new)
        SELECT TG_TABLE_NAME, 'I', to_jsonb(n) ->> key_column, muster_audit_shown(to_jsonb(n), ignored, hidden) FROM new_rows n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO core_auditentry ("table", operation, "row", old)
        SELECT TG_TABLE_NAME, 'D', to_jsonb(o) ->> key_column, muster_audit_shown(to_jsonb(o), ignored, hidden) FROM old_rows o;
    ELSE
        INSERT INTO core_auditentry ("table", operation, "row", old, new)
        SELECT TG_TABLE_NAME, 'U', to_jsonb(n) ->> key_column,
               muster_audit_shown(to_jsonb(o), ignored, hidden), muster_audit_shown(to_jsonb(n), ignored, hidden)
        FROM old_rows o JOIN new_rows n ON to_jsonb(o) ->> key_column = to_jsonb(n) ->> key_column
        WHERE to_jsonb(o) - ignored IS DISTINCT FROM to_jsonb(n) - ignored;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER stamp BEFORE INSERT ON core_auditentry FOR EACH ROW EXECUTE FUNCTION muster_audit_stamp();
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON core_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION muster_audit_is_kept();
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON core_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION muster_audit_is_kept();
"""

BACKWARD = """
DROP TRIGGER is_kept ON core_auditseal;
DROP TRIGGER is_kept ON core_auditentry;
DROP TRIGGER stamp ON core_auditentry;
DROP FUNCTION muster_audit() CASCADE;
DROP FUNCTION muster_audit_truncate() CASCADE;
DROP FUNCTION muster_audit_is_kept();
DROP FUNCTION muster_audit_stamp();
DROP FUNCTION muster_audit_digest(core_auditentry);
DROP FUNCTION muster_audit_shown(jsonb, text[], text[]);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
