"""Write down the changes of a mirror once for each statement: a row at a time took most of a large pull."""

from django.db import migrations

MIRRORS = (
    *("account", "currency", "dimension", "dimensionvalue", "exchangerate", "fixedasset", "item"),
    *("itemcategory", "itemunit", "itemvariant", "location", "paymentterms", "unit", "vendor"),
)

FUNCTION = """
CREATE FUNCTION tieout_record_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    who text := coalesce(nullif(current_setting('tieout.actor', true), ''), 'database user ' || session_user);
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO masterdata_change (at, actor, "table", "row", action, old, new)
        SELECT clock_timestamp(), who, TG_TABLE_NAME, id, 'delete',
               to_jsonb(removed) - 'row_hash' - 'changed_at', NULL
        FROM removed;
        RETURN NULL;
    END IF;
    -- Only the columns that differ are worth keeping. A row that was given another id is gone as it was.
    INSERT INTO masterdata_change (at, actor, "table", "row", action, old, new)
    SELECT clock_timestamp(), who, TG_TABLE_NAME, was.id,
           CASE WHEN becomes.id IS NULL THEN 'delete' ELSE 'update' END,
           CASE WHEN becomes.id IS NULL THEN was.told ELSE differing.old END,
           differing.new
    FROM (SELECT id, to_jsonb(before) - 'row_hash' - 'changed_at' AS told FROM before) AS was
    LEFT JOIN (SELECT id, to_jsonb(after) - 'row_hash' - 'changed_at' AS told FROM after) AS becomes USING (id)
    CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(key, was.told -> key) AS old, jsonb_object_agg(key, value) AS new
        FROM jsonb_each(becomes.told) WHERE value IS DISTINCT FROM was.told -> key
    ) AS differing
    WHERE becomes.id IS NULL OR differing.new IS NOT NULL;
    RETURN NULL;
END
$$
"""


def watch(mirror: str) -> migrations.RunSQL:
    """Let the triggers see all rows of a statement; one that sees tables may wait for one event only."""
    table = f"masterdata_{mirror}"
    return migrations.RunSQL(
        f"DROP TRIGGER record_change ON {table};"
        f"CREATE TRIGGER record_changes AFTER UPDATE ON {table} REFERENCING OLD TABLE AS before "
        "NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION tieout_record_changes();"
        f"CREATE TRIGGER record_removals AFTER DELETE ON {table} REFERENCING OLD TABLE AS removed "
        "FOR EACH STATEMENT EXECUTE FUNCTION tieout_record_changes()",
        f"DROP TRIGGER record_changes ON {table}; DROP TRIGGER record_removals ON {table};"
        f"CREATE TRIGGER record_change AFTER UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION tieout_record_change()",
    )


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0008_leave_out_an_index")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION tieout_record_changes()"),
        *(watch(mirror) for mirror in MIRRORS),
    ]
