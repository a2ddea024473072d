"""Let the overview and the figures for Prometheus count without reading all that was ever posted or told."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("integration", "0018_messages_by_chain"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "done")),
                fields=["company", "document_kind", "done_at"],
                name="message_posted",
            ),
        ),
        migrations.RemoveIndex(model_name="syncrun", name="sync_run_latest"),
        migrations.AddIndex(
            model_name="syncrun",
            index=models.Index(fields=["company", "entity", "-id"], name="sync_run_of_list"),
        ),
        migrations.AddIndex(
            model_name="inboxevent",
            index=models.Index(fields=["company", "received_at"], name="event_by_time"),
        ),
    ]
