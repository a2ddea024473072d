"""Let the database write down every change of the field mappings."""

from django.db import migrations

TABLES = ("fieldmapping", "fieldmappingrow")


def watch(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON integration_{table} "
        "FOR EACH ROW EXECUTE FUNCTION tieout_record_change()",
        f"DROP TRIGGER record_change ON integration_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("integration", "0001_initial"), ("masterdata", "0003_change_trigger")]

    operations = [watch(table) for table in TABLES]
