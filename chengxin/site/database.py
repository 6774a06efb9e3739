"""Makes the database ready for a command: reachable, of a version that will do, every migration applied."""

from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError, connection

from chengxin.kernel.errors import Refusal
from chengxin.site.server import chinese_check, server_url

OLDEST = 15
LOCK = 0x636E_7863  # any number, the same for every process that prepares this database


class DatabaseNotReached(Refusal):
    """The database cannot be reached: {words}. Look at DATABASE_URL, or unset it to use the embedded server."""

    code = "database-not-reached"
    status = 503
    zh = "无法连接数据库：{words}。请检查 DATABASE_URL；不设置时使用内嵌的服务器。"


class DatabaseTooOld(Refusal):
    """The database is PostgreSQL {found}; {oldest} or later is needed."""

    code = "database-too-old"
    status = 503
    zh = "数据库是 PostgreSQL {found}，需要 {oldest} 或更新的版本。"


def database_prepare() -> None:
    """Starts the embedded server where it is needed and applies what migrations are missing; one query if none is."""
    server_url()
    try:
        if _missing():
            _migrate()
    except OperationalError as error:
        raise not_reached(error) from error


def not_reached(error: Exception) -> DatabaseNotReached:
    """The refusal for an error of the connection, with the first line of its words."""
    return DatabaseNotReached(words=(str(error).strip().splitlines() or [type(error).__name__])[0])


def _migrate() -> None:
    """One process migrates, the others wait for it and find nothing left to do."""
    connection.ensure_connection()
    if connection.pg_version < OLDEST * 10000:  # type: ignore[attr-defined]
        raise DatabaseTooOld(found=connection.pg_version // 10000, oldest=OLDEST)  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            if _missing():
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                chinese_check(connection.connection)
                call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _missing() -> set[tuple[str, str]]:
    """Migrations that lie on disk and are not applied; the files' names are enough to know."""
    on_disk = {
        (app.label, path.stem)
        for app in apps.get_app_configs()
        for path in Path(app.path, "migrations").glob("[0-9]*.py")
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return on_disk - set(cursor.fetchall())
    except ProgrammingError:  # no such table: a fresh database
        return on_disk
