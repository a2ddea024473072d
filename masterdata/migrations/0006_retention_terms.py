"""Keep the terms of retention as rows, so that a house may lengthen or shorten them, and the book tells who did."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

# kind, title, tables (SQL LIKE), least, days, whole years, why
TERMS = (
    ("masters", "changes of mirrored master data", r"masterdata\_%", 365, 3 * 365, True,
     "Business Central has its own log; ours explains matching"),
    ("people", "changes of people and their rights", r"auth\_%", 365, 6 * 365, True,
     "who might do what, for as long as audits look back"),
    ("documents", "changes of documents, cases and rules", r"reconciliation\_%", 365, 10 * 365, True,
     "accounting records"),
    ("setup", "changes of the integration's set-up", r"integration\_%", 365, 10 * 365, True,
     "how accounting records came to be"),
    ("requests", "requests of attempts", "", 7, 90, False,
     "they hold names and prices; the attempt itself stays, and a dead letter's request too"),
    ("incidents", "incidents that are over", "", 30, 400, False,
     "so that a year's end can be compared with the one before"),
    ("comparisons", "comparisons of the mirrors", "", 2, 30, False, "the next one is made each night"),
    ("webhooks", "messages to webhooks that have ended", "", 1, 30, False,
     "the last one of each list stays: it says what was told"),
)

FORGET = """
CREATE OR REPLACE FUNCTION tieout_forgotten_before(of_kind text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN whole_years
        THEN date_trunc('year', (now() - make_interval(days => days)) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
        ELSE now() - make_interval(days => days) END
    FROM masterdata_retentionterm WHERE kind = of_kind
$$;

DROP FUNCTION IF EXISTS tieout_forget_changes(text, timestamptz, integer, text, text);
CREATE OR REPLACE FUNCTION tieout_forget_changes(of_kind text, most integer, who text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET tieout.forgetting = 'on' AS $$
DECLARE
    term masterdata_retentionterm;
    before timestamptz := tieout_forgotten_before(of_kind);
    forgotten integer;
BEGIN
    SELECT * INTO term FROM masterdata_retentionterm WHERE kind = of_kind AND tables <> '';
    IF term.kind IS NULL THEN
        RAISE EXCEPTION 'There is no term for changes of the kind %.', of_kind;
    END IF;
    IF before > now() - interval '1 year' THEN
        RAISE EXCEPTION 'Changes are kept for a year at least: % is too late.', before
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    WITH gone AS (
        DELETE FROM masterdata_change WHERE id IN (
            SELECT id FROM masterdata_change
            WHERE "table" LIKE term.tables AND at < before AND action NOT IN ('head', 'forget')
              AND id <= (SELECT until FROM masterdata_sealed WHERE book = 'change')
            ORDER BY id LIMIT most
        ) RETURNING id
    ), stretches AS (
        SELECT unnest(range_agg(int8range(id, id, '[]'))) AS stretch FROM gone
    )
    INSERT INTO masterdata_change (at, actor, origin, "table", "row", action, new)
    SELECT clock_timestamp(), who, '', 'masterdata_change', 0, 'forget', jsonb_build_object(
        'kind', term.title, 'tables', term.tables, 'before', before, 'rows', (SELECT count(*) FROM gone),
        'ids', jsonb_agg(jsonb_build_array(lower(stretch), upper(stretch) - 1) ORDER BY stretch))
    FROM stretches HAVING count(*) > 0
    RETURNING (new ->> 'rows')::integer INTO forgotten;
    RETURN coalesce(forgotten, 0);
END
$$;
REVOKE ALL ON FUNCTION tieout_forget_changes(text, integer, text) FROM PUBLIC;
"""
WATCH = """
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_retentionterm
    FOR EACH ROW EXECUTE FUNCTION tieout_record_change();
"""


def fill(apps, schema_editor):
    term = apps.get_model("masterdata", "RetentionTerm")
    for kind, title, tables, least, days, whole_years, why in TERMS:
        term.objects.update_or_create(
            kind=kind,
            defaults={
                "title": title, "tables": tables, "least_days": least, "days": days,
                "whole_years": whole_years, "why": why,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0005_say_whose_a_change_is")]

    operations = [
        migrations.AddIndex(model_name="change", index=BrinIndex(fields=["at"], name="change_by_moment")),
        migrations.CreateModel(
            name="RetentionTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, unique=True)),
                ("title", models.CharField(max_length=60)),
                ("tables", models.CharField(blank=True, help_text="Of changes: the tables they are of, in SQL's words (LIKE)", max_length=63)),
                ("days", models.PositiveIntegerField()),
                ("least_days", models.PositiveIntegerField(help_text="Nobody may set less")),
                ("whole_years", models.BooleanField(help_text="It runs from the end of the year")),
                ("why", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("days__gte", models.F("least_days"))), name="retention_is_not_below_its_least"),
                    models.CheckConstraint(condition=models.Q(("tables", ""), ("least_days__gte", 365), _connector="OR"), name="retention_of_changes_is_a_year"),
                ],
            },
        ),
        migrations.RunSQL(WATCH, "DROP TRIGGER record_change ON masterdata_retentionterm"),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
