"""Let a table name columns that the change trigger may not write down, such as a password's hash."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION tieout_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb;
    becomes jsonb;
    row_id bigint;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        was := to_jsonb(OLD) - 'row_hash' - 'changed_at'{untold};
        row_id := OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        becomes := to_jsonb(NEW) - 'row_hash' - 'changed_at'{untold};
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
$$
"""
# The trigger's own arguments; without any, TG_ARGV is null.
THE_ARGUMENTS = " - coalesce(TG_ARGV, '{}')"


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0004_read_changes_exactly")]

    operations = [migrations.RunSQL(FUNCTION.format(untold=THE_ARGUMENTS), FUNCTION.format(untold=""))]
