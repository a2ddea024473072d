"""Let changes of orders have messages, and messages be overtaken."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0010_filters_progress_and_slots'),
    ]

    operations = [
        migrations.AlterField(
            model_name='attempt',
            name='outcome',
            field=models.CharField(choices=[('posted', 'posted'), ('adopted', 'found in BC and adopted'), ('not_found', 'not found in BC'), ('not_sent', 'BC was not reached'), ('refused', 'refused'), ('temporary', 'refused for the moment'), ('unknown', 'answer lost'), ('lost_lease', 'came back too late'), ('overtaken', 'overtaken before it was sent'), ('bug', 'our own fault'), ('by_hand', 'done by a person')], max_length=10),
        ),
        migrations.AlterField(
            model_name='message',
            name='document_kind',
            field=models.CharField(choices=[('purchase_order', 'purchase order'), ('order_change', 'order change'), ('goods_receipt', 'goods receipt'), ('service_confirmation', 'service confirmation'), ('inventory_movement', 'inventory movement'), ('supplier_invoice', 'supplier invoice')], max_length=30),
        ),
    ]
