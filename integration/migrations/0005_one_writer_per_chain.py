"""Let the database see to it that a chain has one message in flight."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integration", "0004_contract")]

    operations = [
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=["chain"],
                condition=models.Q(state__in=["claimed", "sending"]),
                name="message_chain_one_writer",
            ),
        ),
    ]
