"""The role of the machine behind the wall screen."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0002_village_lead")]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="role",
            field=models.CharField(
                choices=[
                    ("office_head", "Office head"),
                    ("commander", "Duty commander"),
                    ("duty_officer", "Duty officer"),
                    ("town_officer", "Town officer"),
                    ("village_lead", "Village lead"),
                    ("member", "Member"),
                    ("auditor", "Auditor"),
                    ("wall_screen", "Wall screen"),
                    ("system_admin", "System administrator"),
                ],
                max_length=20,
            ),
        ),
    ]
