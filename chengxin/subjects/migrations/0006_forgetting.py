"""A person of whom nothing else is held may be forgotten: one, by name of the subject, and nobody by mistake."""

from django.db import migrations

FORGETTING = migrations.RunSQL(
    """
    create function subjects_person_forgotten() returns trigger language plpgsql as $$
    begin
        if coalesce(current_setting('chengxin.forgetting', true), '') = '' then
            raise exception 'DELETE on subjects_person is refused: the table is append-only; a person is forgotten alone, when nothing else is held of them'
                using errcode = 'integrity_constraint_violation';
        end if;
        return null;
    end $$;
    create function subjects_person_that_one() returns trigger language plpgsql as $$
    begin
        if old.subject_id::text is distinct from current_setting('chengxin.forgetting', true) then
            raise exception 'DELETE on subjects_person is refused: the table is append-only; another person is being forgotten'
                using errcode = 'integrity_constraint_violation';
        end if;
        return old;
    end $$;
    drop trigger subjects_person_append_only on subjects_person;
    create trigger subjects_person_append_only before truncate on subjects_person
        for each statement execute function chengxin_refuse_change();
    create trigger subjects_person_forgotten before delete on subjects_person
        for each statement execute function subjects_person_forgotten();
    create trigger subjects_person_that_one before delete on subjects_person
        for each row execute function subjects_person_that_one()
    """,
    """
    drop trigger subjects_person_that_one on subjects_person; drop trigger subjects_person_forgotten on subjects_person;
    drop function subjects_person_that_one(); drop function subjects_person_forgotten();
    drop trigger subjects_person_append_only on subjects_person;
    create trigger subjects_person_append_only before delete or truncate on subjects_person
        for each statement execute function chengxin_refuse_change()
    """,
)


class Migration(migrations.Migration):
    dependencies = [("subjects", "0005_persons")]

    operations = [FORGETTING]
