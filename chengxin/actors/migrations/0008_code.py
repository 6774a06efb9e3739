"""The code of a unit that acts here."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0007_calls"),
    ]

    operations = [
        migrations.AddField(
            model_name="actor",
            name="code",
            field=models.TextField(db_collation="C", default=""),
        ),
    ]
