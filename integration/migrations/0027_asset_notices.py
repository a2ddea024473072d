"""Let notices of assets have messages."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0026_tell_of_workers_that_stand_still'),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='document_kind',
            field=models.CharField(choices=[('purchase_order', 'purchase order'), ('order_change', 'order change'), ('goods_receipt', 'goods receipt'), ('receipt_reversal', 'receipt reversal'), ('goods_return', 'goods return'), ('service_confirmation', 'service confirmation'), ('inventory_movement', 'inventory movement'), ('asset_notice', 'asset notice'), ('supplier_invoice', 'supplier invoice')], max_length=30),
        ),
    ]
