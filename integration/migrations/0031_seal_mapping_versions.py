"""Bring the rows of field mappings into versions, watch these, and seal what is approved."""

from django.db import migrations
from django.db.migrations.state import StateApps
from django.utils import timezone

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
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OF state, content, editors, reviewed_by_id, effective_from,
    override_reason, withdrawn_at OR DELETE ON integration_mappingversion
    FOR EACH ROW EXECUTE FUNCTION tieout_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON integration_sourceprofile
    FOR EACH ROW EXECUTE FUNCTION tieout_record_change();
"""
UNSEAL = """
DROP TRIGGER record_change ON integration_sourceprofile;
DROP TRIGGER record_change ON integration_mappingversion;
DROP TRIGGER seal_mapping_version ON integration_mappingversion;
DROP FUNCTION tieout_seal_mapping_version();
"""


def gather(apps: StateApps, schema_editor: object) -> None:
    """Make one version of each mapping's rows, with the number that messages know it by."""
    version = apps.get_model("integration", "MappingVersion")
    for mapping in apps.get_model("integration", "FieldMapping").objects.all():
        if version.objects.filter(mapping=mapping).exists():
            continue
        rows = [
            {
                "source": row.source,
                "target": row.target,
                "transform": row.transform,
                "parameters": row.parameters,
                "default": row.default,
                "required": row.required,
                "condition": "",
                "enabled": row.enabled,
                "note": row.note,
            }
            for row in mapping.rows.order_by("position", "pk")
        ]
        version.objects.create(
            mapping=mapping,
            number=mapping.version,
            state="approved",
            origin="shipped",
            content={"rows": rows, "value_maps": {}},
            note="As it was when versions began to be kept.",
            effective_from=timezone.now(),
        )


class Migration(migrations.Migration):
    dependencies = [("integration", "0030_mapping_versions")]

    operations = [
        migrations.RunPython(gather, migrations.RunPython.noop),
        migrations.RunSQL(SEAL, UNSEAL),
    ]
