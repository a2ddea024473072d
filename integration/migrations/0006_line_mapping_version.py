"""Keep which version of the line mapping built a message, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integration", "0005_one_writer_per_chain")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="line_mapping_version",
            field=models.PositiveIntegerField(
                help_text="Lines have a mapping of their own, with its own versions", null=True
            ),
        ),
    ]
