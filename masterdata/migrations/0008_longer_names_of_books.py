"""Let a book bear a longer name: the histories of what people edit are books as well."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0007_count_terms_by_the_calendar")]

    operations = [
        migrations.AlterField(
            model_name="seal", name="book", field=models.CharField(max_length=30)
        ),
        migrations.AlterField(
            model_name="sealed",
            name="book",
            field=models.CharField(max_length=30, primary_key=True, serialize=False),
        ),
    ]
