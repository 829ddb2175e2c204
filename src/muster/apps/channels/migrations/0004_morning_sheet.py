"""The summary of the morning sheet is a kind of message of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0003_reply_relay'),
    ]

    operations = [
        migrations.AlterField(
            model_name='outmessage',
            name='kind',
            field=models.CharField(choices=[('alert', 'alert'), ('release', 'release'), ('stand_down', 'stand_down'), ('thanks', 'thanks'), ('reminder', 'reminder'), ('sheet', 'sheet')], max_length=12),
        ),
    ]
