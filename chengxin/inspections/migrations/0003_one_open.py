"""One open draw of an agency and domain, held by the database: a draw is over when its result is written, and by nothing else."""

from django.db import migrations, models

from chengxin.ledger.guards import append_only

_OVER = """
update inspections_draw d set over = true where exists (select from inspections_result r where r.draw_id = d.id)
"""
_GUARD = """
create function inspections_draw_keeps() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' and not new.over then
        return new;
    end if;
    if tg_op = 'UPDATE' and new.over and not old.over and to_jsonb(new) - 'over' = to_jsonb(old) - 'over'
            and exists (select from inspections_result r where r.draw_id = old.id) then
        return new;
    end if;
    raise exception '% on inspections_draw is refused: it is append-only, and over only with its result', tg_op
        using errcode = 'integrity_constraint_violation';
end $$;
create trigger inspections_draw_keeps before insert or update on inspections_draw
    for each row execute function inspections_draw_keeps();
create trigger inspections_draw_append_only before delete or truncate on inspections_draw
    for each statement execute function chengxin_refuse_change();
create function inspections_draw_ends() returns trigger language plpgsql as $$
begin
    update inspections_draw set over = true where id = new.draw_id;
    return null;
end $$;
create trigger inspections_draw_ends after insert on inspections_result
    for each row execute function inspections_draw_ends()
"""
_UNGUARD = """
drop trigger inspections_draw_ends on inspections_result; drop function inspections_draw_ends();
drop trigger inspections_draw_append_only on inspections_draw;
drop trigger inspections_draw_keeps on inspections_draw; drop function inspections_draw_keeps()
"""


class Migration(migrations.Migration):
    dependencies = [("inspections", "0002_fallen")]

    operations = [
        migrations.RunSQL(
            "drop trigger inspections_draw_append_only on inspections_draw", append_only("inspections_draw").sql
        ),
        migrations.AddField("draw", "over", models.BooleanField(default=False)),
        migrations.RunSQL(_OVER, migrations.RunSQL.noop),
        migrations.RunSQL(_GUARD, _UNGUARD),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.UniqueConstraint(
                condition=models.Q(("over", False)), fields=("agency", "domain"), name="inspections_draw_one_open"
            ),
        ),
    ]
