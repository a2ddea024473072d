"""Let the database itself write down every change of the mirrors, and keep what it wrote."""

from django.db import migrations

MIRRORS = ("item", "vendor", "unit", "itemunit", "account", "currency", "exchangerate", "location")

FUNCTIONS = """
CREATE FUNCTION tieout_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb;
    becomes jsonb;
    row_id bigint;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        was := to_jsonb(OLD) - 'row_hash' - 'changed_at';
        row_id := OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        becomes := to_jsonb(NEW) - 'row_hash' - 'changed_at';
        row_id := NEW.id;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        -- Only the columns that differ are worth keeping.
        SELECT jsonb_object_agg(key, was -> key), jsonb_object_agg(key, value) INTO was, becomes
        FROM jsonb_each(becomes) WHERE value IS DISTINCT FROM was -> key;
        IF becomes IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO masterdata_change (at, actor, "table", "row", action, old, new)
    VALUES (
        clock_timestamp(),
        coalesce(nullif(current_setting('tieout.actor', true), ''), 'database user ' || session_user),
        TG_TABLE_NAME, row_id, lower(TG_OP), was, becomes
    );
    RETURN NULL;
END
$$;

CREATE FUNCTION tieout_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to: row % cannot be changed or deleted.', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON masterdata_change
    FOR EACH ROW EXECUTE FUNCTION tieout_refuse_change();
"""
REMOVE_FUNCTIONS = """
DROP TRIGGER only_added_to ON masterdata_change;
DROP FUNCTION tieout_refuse_change();
DROP FUNCTION tieout_record_change();
"""


def watch(mirror: str) -> migrations.RunSQL:
    # A new row of a mirror is no change worth a line: a first pull would write each of them twice.
    return migrations.RunSQL(
        f"CREATE TRIGGER record_change AFTER UPDATE OR DELETE ON masterdata_{mirror} "
        "FOR EACH ROW EXECUTE FUNCTION tieout_record_change()",
        f"DROP TRIGGER record_change ON masterdata_{mirror}",
    )


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0002_index_mirrors_by_change")]

    operations = [migrations.RunSQL(FUNCTIONS, REMOVE_FUNCTIONS), *(watch(mirror) for mirror in MIRRORS)]
