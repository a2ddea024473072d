"""Let the change trigger stand back while the merge of a mirror runs, which writes its changes down itself.

Anybody else's SQL is written down as before: the setting lives for one statement of one transaction.
"""

from django.db import migrations

MIRRORS = (
    "account",
    "currency",
    "dimension",
    "dimensionvalue",
    "exchangerate",
    "fixedasset",
    "item",
    "itemcategory",
    "itemunit",
    "itemvariant",
    "location",
    "paymentterms",
    "unit",
    "vendor",
)
TRIGGER = (
    "DROP TRIGGER record_change ON masterdata_{mirror};"
    "CREATE TRIGGER record_change AFTER UPDATE OR DELETE ON masterdata_{mirror} "
    "FOR EACH ROW {when} EXECUTE FUNCTION tieout_record_change()"
)
NOT_BY_THE_MERGE = "WHEN (current_setting('tieout.merging', true) IS DISTINCT FROM 'masterdata_{mirror}')"


def stand_back(mirror: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        TRIGGER.format(mirror=mirror, when=NOT_BY_THE_MERGE.format(mirror=mirror)),
        TRIGGER.format(mirror=mirror, when=""),
    )


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0008_leave_out_an_index")]

    operations = [stand_back(mirror) for mirror in MIRRORS]
