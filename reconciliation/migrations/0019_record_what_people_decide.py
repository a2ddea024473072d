"""Let the database write down every decision, agreement and rule, and what becomes of the documents.

Of rows that people make, each line; of documents, what changes on them: a new one says itself what it is. What is
said, signed and filed is never changed; the books of these are sealed as they stand.
"""

from django.db import migrations

# Each with the columns that are not told.
PEOPLES = {
    "policyversion": "",
    "approvaltier": "",
    "resolution": "",
    "absence": "",
    "caserequest": "",
    "linelink": "",
    "signoff": "",
}
DOCUMENTS = {
    "supplierinvoice": "'match_due', 'judged_by_id', 'content_hash'",
    "invoiceline": "",
    "invoicecharge": "",
    "purchaseorder": "",
    "purchaseorderline": "",
    "ordercharge": "",
    "orderchange": "",
    "purchaserequest": "",
    "purchaserequestline": "",
    "goodsreceipt": "",
    "goodsreceiptline": "",
    "receiptreversal": "",
    "goodsreturn": "",
    "goodsreturnline": "",
    "serviceconfirmation": "",
    "serviceconfirmationline": "",
    "inventorymovement": "",
    "inventorymovementline": "",
    "assetnotice": "",
}
RIGHTS = {
    "auth_group": "",
    "auth_group_permissions": "",
}
KEPT = ("comment", "attachment")


def watch(table: str, untold: str) -> migrations.RunSQL:
    # What was there before the trigger gets the line that it would have got.
    columns = untold.replace("'", "").replace("*", "").split(", ") if untold else []
    without = "".join(f" - '{name}'" for name in ["row_hash", "changed_at", *columns])
    return migrations.RunSQL(
        f"CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION tieout_record_change({untold});"
        'INSERT INTO masterdata_change (at, company_id, actor, "table", "row", action, new) '
        f"SELECT clock_timestamp(), tieout_company_of(to_jsonb(kept)), 'migration', '{table}', id, 'insert', "
        f"to_jsonb(kept){without} FROM {table} AS kept ORDER BY id",
        f"DROP TRIGGER record_change ON {table}",
    )


def watch_document(name: str, untold: str) -> migrations.RunSQL:
    table = f"reconciliation_{name}"
    return migrations.RunSQL(
        f"CREATE TRIGGER record_change AFTER DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION tieout_record_change({untold});"
        f"CREATE TRIGGER record_updates AFTER UPDATE ON {table} "
        "REFERENCING OLD TABLE AS was NEW TABLE AS becomes "
        f"FOR EACH STATEMENT EXECUTE FUNCTION tieout_record_updates({untold})",
        f"DROP TRIGGER record_updates ON {table}; DROP TRIGGER record_change ON {table}",
    )


def keep(name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON reconciliation_{name} "
        "FOR EACH ROW EXECUTE FUNCTION tieout_refuse_change()",
        f"DROP TRIGGER only_added_to ON reconciliation_{name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0018_control_day_ends_at"),
        ("masterdata", "0005_say_whose_a_change_is"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        *(watch(f"reconciliation_{name}", untold) for name, untold in PEOPLES.items()),
        *(watch(name, untold) for name, untold in RIGHTS.items()),
        *(watch_document(name, untold) for name, untold in DOCUMENTS.items()),
        *(keep(name) for name in KEPT),
        # Signing is undone within half a minute by taking the signature away: the book of changes tells it.
        watch("reconciliation_signature", ""),
        migrations.RunSQL(
            "DROP TRIGGER record_change ON auth_user;"
            "CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON auth_user "
            "FOR EACH ROW EXECUTE FUNCTION tieout_record_change('*password', 'last_login')",
            migrations.RunSQL.noop,
        ),
    ]
