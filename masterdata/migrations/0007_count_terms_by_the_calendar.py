"""Count whole years of a term by the calendar, and let no table of the caller's stand in for one of the book's.

Ten years of 365 days end two or three days before ten years do: on the last days of December a year of accounting
records would go too early, and on the last day of a leap year a term of one year would be refused. And where a
function runs with its owner's rights, PostgreSQL looks among the caller's temporary tables first, unless they are
named last.
"""

from django.db import migrations

TERMS = """
CREATE OR REPLACE FUNCTION tieout_term_begins(term_days integer, in_whole_years boolean, at timestamptz)
RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN in_whole_years
        THEN date_trunc('year', (at AT TIME ZONE 'UTC')
                        - make_interval(years => term_days / 365, days => term_days % 365)) AT TIME ZONE 'UTC'
        ELSE at - make_interval(days => term_days) END
$$;

CREATE OR REPLACE FUNCTION tieout_forgotten_before(of_kind text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT tieout_term_begins(days, whole_years, now()) FROM masterdata_retentionterm WHERE kind = of_kind
$$;

DO $$ BEGIN
    EXECUTE format(
        'ALTER FUNCTION tieout_forget_changes(text, integer, text) SET search_path = %I, pg_temp',
        current_schema());
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0006_retention_terms")]

    operations = [migrations.RunSQL(TERMS, migrations.RunSQL.noop)]
