"""Let the database write down what people change: rules, cases, themselves; and keep each stored judgement.

An auditor replays what was asked and answered then: nobody changes or deletes a decision.
"""

from django.db import migrations

# Each with the columns that are not told: never a password.
TABLES = {
    "reconciliation_tolerance": "",
    "reconciliation_matchlevel": "",
    "reconciliation_matchoptions": "",
    "reconciliation_releaselimit": "",
    "reconciliation_exceptioncase": "",
    "auth_user": "'password', 'last_login'",
    "auth_user_groups": "",
    "auth_user_user_permissions": "",
}
KEPT = ("reconciliation_matchdecision", "reconciliation_matchground")


def watch(table: str, untold: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION tieout_record_change({untold})",
        f"DROP TRIGGER record_change ON {table}",
    )


def keep(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION tieout_refuse_change()",
        f"DROP TRIGGER only_added_to ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0001_initial"),
        ("masterdata", "0002_record_changes"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        *(watch(table, untold) for table, untold in TABLES.items()),
        *(keep(table) for table in KEPT),
    ]
