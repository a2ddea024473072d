"""Let a delivery find what was sent of its order before, however many messages there are."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("integration", "0017_record_what_people_set"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["chain", "document_kind"], name="message_by_chain"),
        ),
    ]
