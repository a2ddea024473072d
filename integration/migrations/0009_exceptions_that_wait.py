"""Let rules speak of exceptions that wait."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0008_replay_takes_the_mapping_in_force'),
    ]

    operations = [
        migrations.AlterField(
            model_name='channel',
            name='audience',
            field=models.CharField(blank=True, help_text='Of e-mail: “owner” is whoever a cause or an exception is given to, else it is a role', max_length=150, verbose_name='whom'),
        ),
        migrations.AlterField(
            model_name='escalationrule',
            name='subject',
            field=models.CharField(choices=[('failing', 'failing, and tried again'), ('dead', 'dead letter'), ('refused', 'refused by Business Central'), ('waiting', 'waiting for something'), ('stopped', 'deliveries stopped'), ('held', 'held records'), ('run', 'failed run'), ('standstill', 'Business Central does not answer'), ('clock', 'the clock or a worker stands still'), ('silent', 'nothing came by the time it was expected'), ('cases', 'exceptions that wait')], max_length=10, verbose_name='what'),
        ),
        migrations.AlterField(
            model_name='historicalchannel',
            name='audience',
            field=models.CharField(blank=True, help_text='Of e-mail: “owner” is whoever a cause or an exception is given to, else it is a role', max_length=150, verbose_name='whom'),
        ),
        migrations.AlterField(
            model_name='historicalescalationrule',
            name='subject',
            field=models.CharField(choices=[('failing', 'failing, and tried again'), ('dead', 'dead letter'), ('refused', 'refused by Business Central'), ('waiting', 'waiting for something'), ('stopped', 'deliveries stopped'), ('held', 'held records'), ('run', 'failed run'), ('standstill', 'Business Central does not answer'), ('clock', 'the clock or a worker stands still'), ('silent', 'nothing came by the time it was expected'), ('cases', 'exceptions that wait')], max_length=10, verbose_name='what'),
        ),
        migrations.AlterField(
            model_name='incident',
            name='subject',
            field=models.CharField(choices=[('failing', 'failing, and tried again'), ('dead', 'dead letter'), ('refused', 'refused by Business Central'), ('waiting', 'waiting for something'), ('stopped', 'deliveries stopped'), ('held', 'held records'), ('run', 'failed run'), ('standstill', 'Business Central does not answer'), ('clock', 'the clock or a worker stands still'), ('silent', 'nothing came by the time it was expected'), ('cases', 'exceptions that wait')], max_length=10),
        ),
    ]
