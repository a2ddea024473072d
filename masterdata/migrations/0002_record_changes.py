"""Let the database itself write down every change of the mirrors, and keep what it wrote.

Whoever's statement it is, a pull's or one by hand. What an UPDATE of a mirror changed is written once a statement:
one call a row took thrice as long; the transition tables hold each row as it was and as it is. A table may name
columns, as arguments of its trigger, that are not told, such as a password's hash.
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

# Without arguments of the trigger, TG_ARGV is null.
BY_ROW = """
CREATE FUNCTION tieout_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb;
    becomes jsonb;
    row_id bigint;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        was := to_jsonb(OLD) - 'row_hash' - 'changed_at' - coalesce(TG_ARGV, '{}');
        row_id := OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        becomes := to_jsonb(NEW) - 'row_hash' - 'changed_at' - coalesce(TG_ARGV, '{}');
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
"""
# Text that becomes JSON at the end: adding one object to another for each column costs more.
BY_STATEMENT = """
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
ONLY_ADDED_TO = """
CREATE FUNCTION tieout_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to: row % cannot be changed or deleted.', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON masterdata_change
    FOR EACH ROW EXECUTE FUNCTION tieout_refuse_change();
"""
REMOVE = """
DROP TRIGGER only_added_to ON masterdata_change;
DROP FUNCTION tieout_refuse_change();
DROP FUNCTION tieout_record_updates();
DROP FUNCTION tieout_record_change();
"""


def watch(mirror: str) -> migrations.RunSQL:
    # A new row of a mirror is no change worth a line: a first pull would write each of them twice.
    table = f"masterdata_{mirror}"
    return migrations.RunSQL(
        f"CREATE TRIGGER record_change AFTER DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION tieout_record_change();"
        f"CREATE TRIGGER record_updates AFTER UPDATE ON {table} "
        "REFERENCING OLD TABLE AS was NEW TABLE AS becomes "
        "FOR EACH STATEMENT EXECUTE FUNCTION tieout_record_updates()",
        f"DROP TRIGGER record_updates ON {table}; DROP TRIGGER record_change ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0001_initial")]

    operations = [
        migrations.RunSQL(BY_ROW + BY_STATEMENT + ONLY_ADDED_TO, REMOVE),
        *(watch(mirror) for mirror in MIRRORS),
    ]
