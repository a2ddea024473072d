"""Let the database write down who changed people, their roles and their permissions; never a password."""

from django.db import migrations

# Each with the columns that are not told.
TABLES = {
    "auth_user": ("password", "last_login"),
    "auth_user_groups": (),
    "auth_user_user_permissions": (),
}


def watch(table: str, untold: tuple[str, ...]) -> migrations.RunSQL:
    names = ", ".join(f"'{name}'" for name in untold)
    return migrations.RunSQL(
        f"CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION tieout_record_change({names})",
        f"DROP TRIGGER record_change ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0003_invoice_lookalikes"),
        ("masterdata", "0005_columns_not_told"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [watch(table, untold) for table, untold in TABLES.items()]
