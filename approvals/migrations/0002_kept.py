"""An opinion stays as it was given, and what is finished stays finished, whoever writes and by whatever way."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION muster_opinion_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.said <> '' AND (NEW.said, NEW.remark, NEW.version, NEW.digest, NEW.user_id, NEW.name,
            NEW.behalf_id, NEW.round_id) IS DISTINCT FROM (OLD.said, OLD.remark, OLD.version, OLD.digest, OLD.user_id,
            OLD.name, OLD.behalf_id, OLD.round_id)) THEN
        RAISE EXCEPTION 'What was said stays as it was said'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'opinion_is_kept';
    END IF;
    IF OLD.outcome <> '' AND NEW.outcome IS DISTINCT FROM OLD.outcome AND NEW.outcome <> 'withdrawn' THEN
        RAISE EXCEPTION 'An assignment ends once'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'opinion_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON approvals_assignment
    FOR EACH ROW EXECUTE FUNCTION muster_opinion_is_kept();

CREATE FUNCTION muster_request_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.finished_at IS NOT NULL AND (NEW.state, NEW.finished_at, NEW.digest, NEW.version,
            NEW.number, NEW.about_type_id, NEW.about_id, NEW.author_id, NEW.paper_ref, NEW.paper_by) IS DISTINCT FROM
            (OLD.state, OLD.finished_at, OLD.digest, OLD.version, OLD.number, OLD.about_type_id, OLD.about_id,
            OLD.author_id, OLD.paper_ref, OLD.paper_by)) THEN
        RAISE EXCEPTION 'A finished request stays finished'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'request_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON approvals_request
    FOR EACH ROW EXECUTE FUNCTION muster_request_is_kept();
"""
BACKWARD = """
DROP FUNCTION muster_request_is_kept() CASCADE;
DROP FUNCTION muster_opinion_is_kept() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
