"""Let the database write down every rule, address, schedule and way to sign in that people set, never a secret.

Of a message what is sent and what it is about: its moves stand in its attempts, whose book is sealed as it stands.
"""

from importlib import import_module

from django.db import migrations

# Each with the columns that are not told; of one with a star only that it changed.
TABLES = {
    "integration_channel": "'*address', 'tried_at', 'told_at', 'error', 'failures', 'rests_until'",
    "integration_escalationrule": "",
    "integration_mirrorfilter": "",
    "integration_flowswitch": "",
    "integration_morningmail": "",
    "integration_expectation": "",
    "integration_webhook": "'*secret', '*former_secret'",
    "integration_payloadedit": "",
    "integration_openingrun": "",
    "integration_cause": "'things', 'title', 'next_step', 'last_seen_at'",
    "integration_causenote": "",
    "integration_replayjob": "",
    "django_celery_beat_periodictask": "'last_run_at', 'total_run_count', 'date_changed'",
    "django_celery_beat_crontabschedule": "",
    "django_celery_beat_intervalschedule": "",
    "account_emailaddress": "",
    "mfa_authenticator": "'*data', 'last_used_at'",
    "socialaccount_socialaccount": "'extra_data', 'last_login'",
    "socialaccount_socialapp": "'*secret'",
}
AGAIN = {
    "integration_apikey": "'*key_hash'",
    "integration_mappingversion": "'looked_at', 'looked_at_by_id', 'revision'",
}
# A claim, a lease and a try are no change worth a line: only other words for what is sent, or about what.
MESSAGE = """
CREATE TRIGGER record_change AFTER UPDATE ON integration_message FOR EACH ROW
    WHEN ((OLD.payload IS NOT NULL AND OLD.payload IS DISTINCT FROM NEW.payload)
        OR (OLD.bc_number <> '' AND OLD.bc_number <> NEW.bc_number)
        OR (OLD.company_id, OLD.key, OLD.dedupe_key, OLD.chain, OLD.document_kind, OLD.document_id)
            IS DISTINCT FROM
           (NEW.company_id, NEW.key, NEW.dedupe_key, NEW.chain, NEW.document_kind, NEW.document_id))
    EXECUTE FUNCTION tieout_record_change()
"""
# What was sent is forgotten in time, and what became of an event is written on it; all else stays as it was added.
STAYS = {
    "attempt": "message_id, number, fence, started_at, ended_at, outcome, worker, status, error_code, sentence, "
    "detail, correlation_id",
    "inboxevent": "company_id, source, event_id, type, occurred_at, received_at, received_with_id, body, body_hash",
}
watch = import_module("reconciliation.migrations.0019_record_what_people_decide").watch


def watch_again(table: str, untold: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"DROP TRIGGER record_change ON {table};"
        f"CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION tieout_record_change({untold})",
        migrations.RunSQL.noop,
    )


def keep(name: str, columns: str) -> migrations.RunSQL:
    was, becomes = (
        ", ".join(f"{row}.{column}" for column in columns.split(", ")) for row in ("OLD", "NEW")
    )
    table = f"integration_{name}"
    return migrations.RunSQL(
        f"CREATE TRIGGER only_added_to BEFORE DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION tieout_refuse_change();"
        f"CREATE TRIGGER words_stay BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (({was}) IS DISTINCT FROM ({becomes})) EXECUTE FUNCTION tieout_refuse_change()",
        f"DROP TRIGGER words_stay ON {table}; DROP TRIGGER only_added_to ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("integration", "0016_open_balances"),
        ("reconciliation", "0019_record_what_people_decide"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        *(watch(table, untold) for table, untold in TABLES.items()),
        *(watch_again(table, untold) for table, untold in AGAIN.items()),
        *(keep(name, columns) for name, columns in STAYS.items()),
        migrations.RunSQL(MESSAGE, "DROP TRIGGER record_change ON integration_message"),
    ]
