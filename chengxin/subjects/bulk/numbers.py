"""The number by which a row about a subject is filed, inside other statements: `subjects/selectors.number_of` in SQL."""


def number_within(root: str) -> str:
    """A scalar select of the number of the subject that the column holds, as known at %(known_at)s; null where it has none that proves itself."""
    return f"""(
    select i.value from (select {root} as subject union all select k.subject_id from subjects_link k where k.root_id = {root}
        and k.known_from <= %(known_at)s and (k.known_to is null or k.known_to > %(known_at)s)) m
    join subjects_identifier i on i.subject_id = m.subject and i.known_at <= %(known_at)s
        and i.scheme in ('uscc', 'registration-number', 'organisation-code')
    order by array_position(array['uscc', 'registration-number', 'organisation-code'], i.scheme::text), i.value limit 1
)"""
