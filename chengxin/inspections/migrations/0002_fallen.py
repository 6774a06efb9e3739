"""Of a result which of the drawn were no longer in the class by which they were drawn."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_draws")]

    operations = [migrations.AddField("result", "fallen", models.JSONField(default=list))]
