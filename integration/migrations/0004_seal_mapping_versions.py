"""Let nobody change a version of a field mapping that is approved, nor approve other than what was handed in."""

from django.db import migrations

SEAL = """
CREATE FUNCTION tieout_seal_mapping_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('approved', 'discarded') AND (
        NEW.content IS DISTINCT FROM OLD.content OR NEW.editors IS DISTINCT FROM OLD.editors
        OR NEW.state <> OLD.state OR NEW.mapping_id <> OLD.mapping_id OR NEW.number <> OLD.number
        OR NEW.reviewed_by_id IS DISTINCT FROM OLD.reviewed_by_id
        OR NEW.effective_from IS DISTINCT FROM OLD.effective_from
        OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
    ) THEN
        RAISE EXCEPTION 'version % of field mapping % is % and changes no more', OLD.number, OLD.mapping_id, OLD.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'approved' AND OLD.state <> 'approved' AND (
        OLD.state <> 'review' OR NEW.content IS DISTINCT FROM OLD.content
        OR NEW.editors IS DISTINCT FROM OLD.editors OR cardinality(NEW.editors) = 0
    ) THEN
        RAISE EXCEPTION 'version % of field mapping % is approved only as it was handed in', OLD.number, OLD.mapping_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seal_mapping_version BEFORE UPDATE ON integration_mappingversion
    FOR EACH ROW EXECUTE FUNCTION tieout_seal_mapping_version();
"""
UNSEAL = """
DROP TRIGGER seal_mapping_version ON integration_mappingversion;
DROP FUNCTION tieout_seal_mapping_version();
"""


class Migration(migrations.Migration):
    dependencies = [("integration", "0003_hold_the_moves_of_messages")]

    operations = [migrations.RunSQL(SEAL, UNSEAL)]
