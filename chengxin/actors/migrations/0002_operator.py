"""The operator of the installation acts from the first command on; its actors are admitted by it."""

from datetime import UTC, datetime

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
ACTORS = (
    ("operator", "operator", "系统运行单位", "Operator of this installation"),
    ("public", "public", "公众", "The public"),
)


def add(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Add the two actors that no file names."""
    actor = apps.get_model("actors", "Actor")
    for key, kind, title, title_en in ACTORS:
        actor.objects.get_or_create(
            key=key, defaults={"kind": kind, "title": title, "title_en": title_en, "created_at": FIRST}
        )


class Migration(migrations.Migration):
    """The operator and the public."""

    dependencies = [("actors", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
