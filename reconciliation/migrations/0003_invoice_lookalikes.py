"""Let invoices that look like one another be found without reading all of the vendor's."""

from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [
        ("masterdata", "0003_change_trigger"),
        ("reconciliation", "0002_record_changes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="supplierinvoice",
            index=models.Index(
                models.F("company"),
                models.F("vendor_number"),
                models.Func(
                    models.Func(
                        Lower("number"),
                        models.Value("[\\W_]+"),
                        models.Value(""),
                        models.Value("g"),
                        function="regexp_replace",
                    ),
                    models.Value("(?<![0-9])0+(?=[0-9])"),
                    models.Value(""),
                    models.Value("g"),
                    function="regexp_replace",
                ),
                name="invoice_by_bare_number",
            ),
        ),
        migrations.AddIndex(
            model_name="supplierinvoice",
            index=models.Index(fields=["company", "vendor_number", "total"], name="invoice_by_total"),
        ),
    ]
