"""Let the database write down every change of the field mappings and of the API keys, never a key's hash."""

from django.db import migrations

# Each with the columns that are not told.
TABLES = {"apikey": "'key_hash'", "fieldmapping": "", "sourceprofile": ""}
# A version's percentages and times of trials change often and are nobody's decision.
DECIDED = "state, content, editors, reviewed_by_id, effective_from, override_reason, withdrawn_at"


def watch(table: str, untold: str = "", changed: str = "UPDATE") -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER record_change AFTER INSERT OR {changed} OR DELETE ON integration_{table} "
        f"FOR EACH ROW EXECUTE FUNCTION tieout_record_change({untold})",
        f"DROP TRIGGER record_change ON integration_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("integration", "0001_initial"), ("masterdata", "0002_record_changes")]

    operations = [
        *(watch(table, untold) for table, untold in TABLES.items()),
        watch("mappingversion", changed=f"UPDATE OF {DECIDED}"),
    ]
