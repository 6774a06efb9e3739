"""The number by which a row about a subject is filed, for many at once: `subjects/selectors.number_of` in SQL."""


def numbers_of(roots: str) -> str:
    """A select of `root` and `value`, its number as known at %(known_at)s, for the column `root` of the relation named; none for a root
    without a number that proves itself.
    """
    return f"""
    select distinct on (m.root) m.root, i.value from (
        select root, root as subject from {roots}
        union
        select k.root_id, k.subject_id from subjects_link k join {roots} g on g.root = k.root_id
        where k.known_from <= %(known_at)s and (k.known_to is null or k.known_to > %(known_at)s)
    ) m join subjects_identifier i on i.subject_id = m.subject and i.known_at <= %(known_at)s
        and i.scheme in ('uscc', 'registration-number', 'organisation-code')
    order by m.root, array_position(array['uscc', 'registration-number', 'organisation-code'], i.scheme::text), i.value
"""
