"""Let nobody change or delete a stored judgement: an auditor replays what was asked and answered then."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0003_change_trigger'),
        ('reconciliation', '0012_rules_trials'),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON reconciliation_matchdecision "
            "FOR EACH ROW EXECUTE FUNCTION tieout_refuse_change()",
            "DROP TRIGGER only_added_to ON reconciliation_matchdecision",
        ),
    ]
