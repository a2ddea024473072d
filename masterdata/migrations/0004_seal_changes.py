"""Keep a chain of hashes over the book of changes, and tell of each change its company and where it came from."""

import django.db.models.deletion
from django.db import migrations, models

# The row's company is read before the columns are cut down to those that differ.
RECORD_CHANGE = """
CREATE OR REPLACE FUNCTION tieout_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb;
    becomes jsonb;
    row_id bigint;
    company bigint;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        was := to_jsonb(OLD) - 'row_hash' - 'changed_at' - coalesce(TG_ARGV, '{}');
        row_id := OLD.id;
        company := was ->> 'company_id';
    END IF;
    IF TG_OP <> 'DELETE' THEN
        becomes := to_jsonb(NEW) - 'row_hash' - 'changed_at' - coalesce(TG_ARGV, '{}');
        row_id := NEW.id;
        company := becomes ->> 'company_id';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        -- Only the columns that differ are worth keeping.
        SELECT jsonb_object_agg(key, was -> key), jsonb_object_agg(key, value) INTO was, becomes
        FROM jsonb_each(becomes) WHERE value IS DISTINCT FROM was -> key;
        IF becomes IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO masterdata_change (at, company_id, actor, origin, "table", "row", action, old, new)
    VALUES (
        clock_timestamp(), company,
        coalesce(nullif(current_setting('tieout.actor', true), ''), 'database user ' || session_user),
        coalesce(current_setting('tieout.origin', true), ''),
        TG_TABLE_NAME, row_id, lower(TG_OP), was, becomes
    );
    RETURN NULL;
END
$$;
"""

# Text that becomes JSON at the end: adding one object to another for each column costs more.
RECORD_UPDATES = """
CREATE OR REPLACE FUNCTION tieout_record_updates() RETURNS trigger LANGUAGE plpgsql AS $$
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
        'INSERT INTO masterdata_change (at, company_id, actor, origin, "table", "row", action, old, new)
         SELECT clock_timestamp(), becomes.company_id, $1, $2, $3, becomes.id, ''update'',
                (''{'' || substr(concat(%s), 2) || ''}'')::jsonb,
                (''{'' || substr(concat(%s), 2) || ''}'')::jsonb
         FROM was JOIN becomes USING (id) WHERE %s ORDER BY becomes.id',
        was_told, becomes_told, differs
    ) USING coalesce(nullif(current_setting('tieout.actor', true), ''), 'database user ' || session_user),
            coalesce(current_setting('tieout.origin', true), ''),
            TG_TABLE_NAME::text;
    RETURN NULL;
END
$$;
"""

# Only what is sealed and older than a year is ever forgotten, and only through here; the book tells it.
KEEP = """
CREATE FUNCTION tieout_keep_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'masterdata_change'
        AND current_setting('tieout.forgetting', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is only ever added to: row % cannot be changed or deleted.', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE FUNCTION tieout_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to: it cannot be emptied.', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE FUNCTION tieout_forget_changes(tables text, before timestamptz, most integer, kind text, who text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET tieout.forgetting = 'on' AS $$
DECLARE
    forgotten integer;
BEGIN
    IF before > now() - interval '1 year' THEN
        RAISE EXCEPTION 'Changes are kept for a year at least: % is too late.', before
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    WITH gone AS (
        DELETE FROM masterdata_change WHERE id IN (
            SELECT id FROM masterdata_change
            WHERE "table" LIKE tables AND at < before AND action NOT IN ('head', 'forget')
              AND id <= (SELECT until FROM masterdata_sealed WHERE book = 'change')
            ORDER BY id LIMIT most
        ) RETURNING id
    ), stretches AS (
        SELECT unnest(range_agg(int8range(id, id, '[]'))) AS stretch FROM gone
    )
    INSERT INTO masterdata_change (at, actor, origin, "table", "row", action, new)
    SELECT clock_timestamp(), who, '', 'masterdata_change', 0, 'forget', jsonb_build_object(
        'kind', kind, 'before', before, 'rows', (SELECT count(*) FROM gone),
        'ids', jsonb_agg(jsonb_build_array(lower(stretch), upper(stretch) - 1) ORDER BY stretch))
    FROM stretches HAVING count(*) > 0
    RETURNING (new ->> 'rows')::integer INTO forgotten;
    RETURN coalesce(forgotten, 0);
END
$$;
REVOKE ALL ON FUNCTION tieout_forget_changes(text, timestamptz, integer, text, text) FROM PUBLIC;

DROP TRIGGER only_added_to ON masterdata_change;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON masterdata_change
    FOR EACH ROW EXECUTE FUNCTION tieout_keep_book();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON masterdata_seal
    FOR EACH ROW EXECUTE FUNCTION tieout_keep_book();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON masterdata_change
    FOR EACH STATEMENT EXECUTE FUNCTION tieout_refuse_emptying();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON masterdata_seal
    FOR EACH STATEMENT EXECUTE FUNCTION tieout_refuse_emptying();
"""


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0003_keep_rows_with_their_company")]

    operations = [
        migrations.AlterModelOptions(
            name="change",
            options={"permissions": [("verify_change", "Can verify and export the book of changes")]},
        ),
        migrations.AddField(
            model_name="change",
            name="company",
            field=models.ForeignKey(db_constraint=False, db_index=False, help_text="Of the row that changed; none for what belongs to all companies, such as people", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="masterdata.company"),
        ),
        migrations.AddField(
            model_name="change",
            name="origin",
            field=models.CharField(blank=True, db_default="", help_text="The address and the request it came by", max_length=120),
        ),
        migrations.CreateModel(
            name="ChainHead",
            fields=[
                ("chain", models.BigIntegerField(primary_key=True, serialize=False)),
                ("position", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Sealed",
            fields=[
                ("book", models.CharField(max_length=10, primary_key=True, serialize=False)),
                ("until", models.BigIntegerField(default=0, help_text="All rows up to this one have their seal")),
                ("end", models.BigIntegerField(default=0, help_text="The row that is sealed next to last")),
                ("writers", models.JSONField(default=list, help_text="Transactions that may yet bring rows before that end")),
            ],
        ),
        migrations.CreateModel(
            name="AuditCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_by", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("rows", models.BigIntegerField(default=0)),
                ("faults", models.BigIntegerField(default=0)),
                ("findings", models.JSONField(default=list, help_text="The first faults, in words")),
            ],
            options={"indexes": [models.Index(fields=["finished_at"], name="audit_check_by_end")]},
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chain", models.BigIntegerField(help_text="The company; 0 for what belongs to all of them")),
                ("position", models.BigIntegerField()),
                ("book", models.CharField(max_length=10)),
                ("row", models.BigIntegerField()),
                ("digest", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("chain", "position"), name="seal_has_its_place"),
                    models.UniqueConstraint(fields=("book", "row"), name="row_is_sealed_once"),
                ]
            },
        ),
        migrations.RunSQL(RECORD_CHANGE + RECORD_UPDATES + KEEP, migrations.RunSQL.noop),
    ]
