"""Who is on duty on a day, the sheet of each morning, and who gets its summary by text."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0001_field_entries'),
        ('people', '0002_own_columns'),
    ]

    operations = [
        migrations.CreateModel(
            name='DailySheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('state', models.CharField(choices=[('asked', 'Being made'), ('made', 'Made'), ('missed', 'Not made')], default='asked', max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField(null=True)),
                ('content', models.JSONField(default=dict)),
                ('digest', models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='DutyDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('leader_name', models.CharField(blank=True, max_length=40)),
                ('officer_name', models.CharField(blank=True, max_length=40)),
                ('entered_at', models.DateTimeField()),
                ('entered_by', models.CharField(max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name='SheetReader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreed_at', models.DateTimeField()),
                ('added_by', models.CharField(max_length=80)),
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sheet_reader', to='people.member')),
            ],
        ),
    ]
