"""Let the database write down who issued and revoked an API key, and never its hash."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("integration", "0006_line_mapping_version"),
        ("masterdata", "0005_columns_not_told"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON integration_apikey "
            "FOR EACH ROW EXECUTE FUNCTION tieout_record_change('key_hash')",
            "DROP TRIGGER record_change ON integration_apikey",
        )
    ]
