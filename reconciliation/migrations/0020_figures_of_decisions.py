"""Let a judgement in bulk keep its figures instead of a question and an answer in full."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reconciliation', '0019_split_lines'),
        ('masterdata', '0003_change_trigger'),
    ]

    operations = [
        migrations.CreateModel(
            name='MatchGround',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.JSONField()),
                ('content_hash', models.BinaryField(max_length=16, unique=True)),
            ],
        ),
        migrations.RunSQL(
            "CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON reconciliation_matchground "
            "FOR EACH ROW EXECUTE FUNCTION tieout_refuse_change()",
            "DROP TRIGGER only_added_to ON reconciliation_matchground",
        ),
        migrations.AlterField('matchdecision', 'question', models.JSONField(db_column='question')),
        migrations.AlterField('matchdecision', 'answer', models.JSONField(db_column='answer')),
        migrations.RenameField('matchdecision', 'question', 'kept_question'),
        migrations.RenameField('matchdecision', 'answer', 'kept_answer'),
        migrations.AlterField('matchdecision', 'kept_question', models.JSONField(db_column='question', null=True)),
        migrations.AlterField('matchdecision', 'kept_answer', models.JSONField(db_column='answer', null=True)),
        migrations.AddField('matchdecision', 'figures', models.TextField(null=True)),
        migrations.AddField(
            model_name='matchdecision',
            name='ground',
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name='+',
                to='reconciliation.matchground',
            ),
        ),
        migrations.AlterField(
            model_name='matchdecision',
            name='policy_version',
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text='The rules it was judged by',
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name='+',
                to='reconciliation.policyversion',
            ),
        ),
        migrations.AlterField(
            model_name='matchdecision',
            name='invoice',
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name='decisions',
                to='reconciliation.supplierinvoice',
            ),
        ),
        migrations.AddConstraint(
            model_name='matchdecision',
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ('figures__isnull', True), ('kept_answer__isnull', False), ('kept_question__isnull', False)
                )
                | models.Q(
                    ('figures__isnull', False),
                    ('ground__isnull', False),
                    ('kept_answer__isnull', True),
                    ('kept_question__isnull', True),
                ),
                name='decision_keeps_words_or_figures',
            ),
        ),
    ]
