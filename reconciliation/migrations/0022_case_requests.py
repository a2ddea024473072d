"""Keep what somebody was asked because of a case, and what came back."""

import django.db.models.deletion
import reconciliation.models.document
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reconciliation', '0021_undo_and_reason_codes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='exceptioncase',
            options={'permissions': [('resolve_case', 'Can wait, reject and release within the limit'), ('approve_case', 'Can approve a release over the limit'), ('confirm_delivery', 'Can confirm what was received or done, and at which price')]},
        ),
        migrations.CreateModel(
            name='CaseRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('credit_memo', 'credit memo requested'), ('corrected_invoice', 'corrected invoice requested'), ('claim', 'claim'), ('change_order', 'change of the order requested'), ('add_line', 'order line requested'), ('close_short', 'end of the order line requested'), ('return_goods', 'return of goods requested'), ('confirm_quantity', 'asked what was received'), ('confirm_price', 'asked about the price')], max_length=20)),
                ('whom', models.CharField(choices=[('supplier', 'supplier'), ('buyer', 'buyer'), ('receiver', 'receiver')], max_length=10)),
                ('email', models.EmailField(blank=True, help_text='Of somebody without a seat, who gets a link', max_length=254)),
                ('text', models.TextField(help_text='As it was sent or read out')),
                ('amount', reconciliation.models.document.Money(blank=True, decimal_places=8, max_digits=28, null=True)),
                ('currency', models.CharField(blank=True, max_length=10)),
                ('order_number', models.CharField(blank=True, max_length=50)),
                ('order_line', models.PositiveIntegerField(blank=True, null=True)),
                ('item', models.CharField(blank=True, help_text='What it is about, in words', max_length=250)),
                ('quantity', reconciliation.models.document.Quantity(blank=True, decimal_places=5, help_text='What is expected', max_digits=24, null=True)),
                ('unit', models.CharField(blank=True, max_length=10)),
                ('price', reconciliation.models.document.Money(blank=True, decimal_places=8, max_digits=28, null=True)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField(blank=True, help_text='Until then its link answers it', null=True)),
                ('state', models.CharField(choices=[('open', 'open'), ('answered', 'answered'), ('withdrawn', 'withdrawn')], default='open', max_length=10)),
                ('answered_by', models.CharField(blank=True, max_length=150)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.CharField(blank=True, help_text='yes, no, or a figure', max_length=20)),
                ('answer_note', models.TextField(blank=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='reconciliation.exceptioncase')),
                ('resolution', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='request', to='reconciliation.resolution')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('state', 'answered'), models.Q(('answered_by', ''), _negated=True)), models.Q(models.Q(('state', 'answered'), _negated=True), ('answered_at__isnull', True), ('answered_by', '')), _connector='OR'), name='case_request_answered_who_and_when'), models.CheckConstraint(condition=models.Q(('amount__isnull', True), models.Q(('currency', ''), _negated=True), _connector='OR'), name='case_request_amount_in_a_currency')],
            },
        ),
    ]
