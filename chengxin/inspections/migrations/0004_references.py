"""Of the members of a population and its inspections the references held by one join a statement, and no index that another covers."""

import django.db.models.deletion
from django.db import migrations, models

from chengxin.ledger.guards import refers


def _reference(model: str, to: str, name: str) -> migrations.AlterField:
    return migrations.AlterField(
        model,
        to.rpartition(".")[2],
        models.ForeignKey(
            db_constraint=False,
            db_index=False,
            on_delete=django.db.models.deletion.PROTECT,
            related_name=name,
            to=to,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("inspections", "0003_one_open"), ("subjects", "0004_search")]

    operations = [
        _reference("member", "inspections.draw", "members"),
        _reference("member", "subjects.subject", "+"),
        _reference("inspection", "inspections.draw", "inspections"),
        _reference("inspection", "subjects.subject", "+"),
        refers("inspections_member", "draw_id", "inspections_draw", few=True),
        refers("inspections_member", "subject_id", "subjects_subject"),
        refers("inspections_inspection", "draw_id", "inspections_draw", few=True),
        refers("inspections_inspection", "subject_id", "subjects_subject"),
    ]
