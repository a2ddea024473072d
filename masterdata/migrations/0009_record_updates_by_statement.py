"""Write down what an UPDATE of a mirror changed once a statement: one call a row took thrice as long.

Whoever's statement it is, a pull's or one by hand: the transition tables hold each row as it was and as it is.
"""

from django.db import migrations

MIRRORS = (
    "account",
    "currency",
    "dimension",
    "dimensionvalue",
    "exchangerate",
    "fixedasset",
    "item",
    "itemcategory",
    "itemunit",
    "itemvariant",
    "location",
    "paymentterms",
    "unit",
    "vendor",
)

# Text that becomes JSON at the end: adding one object to another for each column costs more.
FUNCTION = """
CREATE FUNCTION tieout_record_updates() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was_told text;
    becomes_told text;
    differs text;
BEGIN
    SELECT string_agg(format(told, attname, 'was'), ', ' ORDER BY attnum),
           string_agg(format(told, attname, 'becomes'), ', ' ORDER BY attnum),
           string_agg(format('was.%1$I IS DISTINCT FROM becomes.%1$I', attname), ' OR ' ORDER BY attnum)
    INTO was_told, becomes_told, differs
    FROM pg_attribute,
         (VALUES ('CASE WHEN was.%1$I IS DISTINCT FROM becomes.%1$I'
                  ' THEN '',"%1$s":'' || coalesce(to_json(%2$s.%1$I)::text, ''null'') END')) AS form (told)
    WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped
      AND attname NOT IN ('id', 'row_hash', 'changed_at');

    EXECUTE format(
        'INSERT INTO masterdata_change (at, actor, "table", "row", action, old, new)
         SELECT clock_timestamp(), $1, $2, becomes.id, ''update'',
                (''{'' || substr(concat(%s), 2) || ''}'')::jsonb,
                (''{'' || substr(concat(%s), 2) || ''}'')::jsonb
         FROM was JOIN becomes USING (id) WHERE %s ORDER BY becomes.id',
        was_told, becomes_told, differs
    ) USING coalesce(nullif(current_setting('tieout.actor', true), ''), 'database user ' || session_user),
            TG_TABLE_NAME::text;
    RETURN NULL;
END
$$;
"""


def watch(mirror: str) -> migrations.RunSQL:
    table = f"masterdata_{mirror}"
    return migrations.RunSQL(
        f"DROP TRIGGER record_change ON {table};"
        f"CREATE TRIGGER record_change AFTER DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION tieout_record_change();"
        f"CREATE TRIGGER record_updates AFTER UPDATE ON {table} "
        "REFERENCING OLD TABLE AS was NEW TABLE AS becomes "
        "FOR EACH STATEMENT EXECUTE FUNCTION tieout_record_updates()",
        f"DROP TRIGGER record_updates ON {table}; DROP TRIGGER record_change ON {table};"
        f"CREATE TRIGGER record_change AFTER UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION tieout_record_change()",
    )


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0008_leave_out_an_index")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION tieout_record_updates()"),
        *(watch(mirror) for mirror in MIRRORS),
    ]
