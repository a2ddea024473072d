"""Let the histories of what people edit only ever be added to: the database refuses all else."""

from django.db import migrations

MODELS = (
    "exceptioncase", "approvaltier", "firstowner", "matchlevel", "tolerance", "matchoptions", "releaselimit",
    "vendorfamily",
)  # fmt: skip


def keep(model: str) -> migrations.RunSQL:
    table = f"reconciliation_historical{model}"
    return migrations.RunSQL(
        f"CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION tieout_refuse_change();"
        f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION tieout_refuse_emptying()",
        f"DROP TRIGGER never_emptied ON {table}; DROP TRIGGER only_added_to ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0026_invoices_by_their_file"),
        ("masterdata", "0008_longer_names_of_books"),
    ]

    operations = [keep(model) for model in MODELS]
