"""A kind of conflict more: a match by name that a code contradicts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Matching."""

    dependencies = [
        ("subjects", "0002_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="conflict",
            name="kind",
            field=models.TextField(
                choices=[
                    ("code-several-names", "一码多名 one code under several names"),
                    ("name-several-codes", "一名多码 one name under several codes"),
                    ("old-number-and-new-code", "新旧号码并存 an old number and a new code for one firm"),
                    ("branch-under-parent-code", "分支机构用总机构代码 a branch under its parent's code"),
                    ("match-against-code", "按名称的认定与代码不符 a match by name that a code contradicts"),
                ],
                db_collation="C",
            ),
        ),
    ]
