"""Give messages of earlier versions the time and the cause that the next migration asks of all."""

from django.db import migrations

FILL = """
UPDATE integration_message SET next_attempt_at = now()
 WHERE state IN ('waiting', 'ready', 'verifying') AND next_attempt_at IS NULL;
UPDATE integration_message SET error = 'The cause was not kept. Retry it to see what is wrong.'
 WHERE state IN ('dead', 'rejected') AND error = '';
"""


class Migration(migrations.Migration):
    dependencies = [("integration", "0017_drift")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
