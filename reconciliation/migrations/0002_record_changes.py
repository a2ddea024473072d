"""Let the database write down every change of what the controller and the clerks edit."""

from django.db import migrations

TABLES = ("tolerance", "matchlevel", "matchoptions", "releaselimit", "exceptioncase")


def watch(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON reconciliation_{table} "
        "FOR EACH ROW EXECUTE FUNCTION tieout_record_change()",
        f"DROP TRIGGER record_change ON reconciliation_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial"), ("masterdata", "0003_change_trigger")]

    operations = [watch(table) for table in TABLES]
