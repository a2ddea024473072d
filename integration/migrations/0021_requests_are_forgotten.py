from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integration", "0020_dead_letter_desk")]

    operations = [
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("request__isnull", False)),
                fields=["ended_at"],
                name="attempt_keeps_a_request",
            ),
        ),
    ]
