"""Find the company of a change whose row does not name it, tell that a secret has changed, and fold changes into a row.

The company is looked up through the row that owns the changed one; the tables of the other apps exist by the time
that a row of theirs changes. A column named as an argument of its trigger is not told at all (a moment, a counter);
one with a star before it is a secret: that it changed is told, and never what to.
"""

from django.db import migrations

OWNERS = {
    "case_id": "reconciliation_exceptioncase",
    "invoice_id": "reconciliation_supplierinvoice",
    "order_id": "reconciliation_purchaseorder",
    "receipt_id": "reconciliation_goodsreceipt",
    "movement_id": "reconciliation_inventorymovement",
    "confirmation_id": "reconciliation_serviceconfirmation",
    "goods_return_id": "reconciliation_goodsreturn",
    "request_id": "reconciliation_purchaserequest",
    "day_id": "reconciliation_controlday",
    "message_id": "integration_message",
    "incident_id": "integration_incident",
    "cause_id": "integration_cause",
    "key_id": "integration_apikey",
}
COMPANY_OF = (
    """
CREATE OR REPLACE FUNCTION tieout_company_of(told jsonb) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF told ? 'company_id' THEN
        RETURN (told ->> 'company_id')::bigint;
    ELSIF told ? 'ledger_currency' THEN
        RETURN (told ->> 'id')::bigint;
    ELSIF told ? 'resolution_id' AND NOT told ? 'case_id' THEN
        RETURN (SELECT company_id FROM reconciliation_resolution AS decided
                JOIN reconciliation_exceptioncase AS about ON about.id = decided.case_id
                WHERE decided.id = (told ->> 'resolution_id')::bigint);
"""
    + "".join(
        f"    ELSIF told ? '{column}' THEN\n"
        f"        RETURN (SELECT company_id FROM {table} WHERE id = (told ->> '{column}')::bigint);\n"
        for column, table in OWNERS.items()
    )
    + """
    END IF;
    RETURN NULL;
END
$$;
"""
)

RECORD_CHANGE = """
CREATE OR REPLACE FUNCTION tieout_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb;
    becomes jsonb;
    row_id bigint;
    company bigint;
    untold text[] := coalesce(TG_ARGV, '{}');
    secret text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        was := to_jsonb(OLD) - 'row_hash' - 'changed_at' - untold;
        row_id := OLD.id;
        company := tieout_company_of(was);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        becomes := to_jsonb(NEW) - 'row_hash' - 'changed_at' - untold;
        row_id := NEW.id;
        company := tieout_company_of(becomes);
    END IF;
    FOREACH secret IN ARRAY untold LOOP
        CONTINUE WHEN secret NOT LIKE '*%';
        secret := substr(secret, 2);
        IF TG_OP = 'UPDATE' AND was -> secret IS DISTINCT FROM becomes -> secret THEN
            was := was || jsonb_build_object(secret || ' (not told)', 'as it was');
            becomes := becomes || jsonb_build_object(secret || ' (not told)', 'changed');
        END IF;
        was := was - secret;
        becomes := becomes - secret;
    END LOOP;
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
    company text := 'tieout_company_of(to_jsonb(becomes))';
BEGIN
    SELECT string_agg(format(told, attname, 'was'), ', ' ORDER BY attnum),
           string_agg(format(told, attname, 'becomes'), ', ' ORDER BY attnum),
           string_agg(format('was.%1$I IS DISTINCT FROM becomes.%1$I', attname), ' OR ' ORDER BY attnum)
    INTO was_told, becomes_told, differs
    FROM pg_attribute,
         (VALUES ('CASE WHEN was.%1$I IS DISTINCT FROM becomes.%1$I'
                  ' THEN '',"%1$s":'' || coalesce(to_json(%2$s.%1$I)::text, ''null'') END')) AS form (told)
    WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped
      AND attname NOT IN ('id', 'row_hash', 'changed_at') AND attname <> ALL (coalesce(TG_ARGV, '{}'));
    IF EXISTS (SELECT FROM pg_attribute
               WHERE attrelid = TG_RELID AND attname = 'company_id' AND NOT attisdropped) THEN
        company := 'becomes.company_id';
    END IF;

    EXECUTE format(
        'INSERT INTO masterdata_change (at, company_id, actor, origin, "table", "row", action, old, new)
         SELECT clock_timestamp(), %s, $1, $2, $3, becomes.id, ''update'',
                (''{'' || substr(concat(%s), 2) || ''}'')::jsonb,
                (''{'' || substr(concat(%s), 2) || ''}'')::jsonb
         FROM was JOIN becomes USING (id) WHERE %s ORDER BY becomes.id',
        company, was_told, becomes_told, differs
    ) USING coalesce(nullif(current_setting('tieout.actor', true), ''), 'database user ' || session_user),
            coalesce(current_setting('tieout.origin', true), ''),
            TG_TABLE_NAME::text;
    RETURN NULL;
END
$$;
"""

FOLD = """
CREATE OR REPLACE AGGREGATE tieout_fold(jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}');
"""


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0004_seal_changes")]

    operations = [
        migrations.RunSQL(COMPANY_OF + RECORD_CHANGE + RECORD_UPDATES + FOLD, migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE TRIGGER record_change AFTER UPDATE OR DELETE ON masterdata_company "
            "FOR EACH ROW EXECUTE FUNCTION tieout_record_change()",
            "DROP TRIGGER record_change ON masterdata_company",
        ),
    ]
