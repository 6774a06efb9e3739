"""Django's settings: one file for every place; what differs between places comes from the environment."""

import os
from importlib.util import find_spec
from pathlib import Path

from csp.constants import NONE, SELF

from chengxin.site.environment import database, envbool, envint, envlist, envsecret
from chengxin.site.home import home, secret
from chengxin.site.server import server_address, server_url

SITE = Path(__file__).parent

# Where everything that this installation keeps stands (CHENGXIN_HOME).
CHENGXIN_HOME = home()

# Shows errors with their inner state; for developers only.
DEBUG = envbool("CHENGXIN_DEBUG", False)

# Signs cookies and forms; drawn on first use into the key folder unless one is given.
SECRET_KEY = envsecret("CHENGXIN_SECRET_KEY") or secret("django.key")

# The names under which the site may be asked for.
ALLOWED_HOSTS = envlist("CHENGXIN_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", "testserver"])

# The addresses of the proxies in front of the site: what they say of whom they serve is believed, and of nobody else.
CHENGXIN_PROXIES = envlist("CHENGXIN_PROXIES", [])

# The header by which a proxy that ends TLS tells a client's certificate; empty, and none is believed. With a secret, the proxy shows it in
# X-Chengxin-Proxy-Secret; without one, it must come from an address of CHENGXIN_PROXIES.
CHENGXIN_CERTIFICATE_HEADER = os.environ.get("CHENGXIN_CERTIFICATE_HEADER", "")
CHENGXIN_CERTIFICATE_SECRET = envsecret("CHENGXIN_CERTIFICATE_SECRET")

# Whether the site stands behind HTTPS, whose proxy says so in X-Forwarded-Proto.
HTTPS = envbool("CHENGXIN_HTTPS", False)

# Whether reading these settings may start the embedded server; off for tools that only look at the code.
START_SERVER = envbool("CHENGXIN_START_SERVER", True)

DATABASES = {
    "default": database(
        server_url() if START_SERVER else server_address(),
        # The most connections one serving process holds open; 0 keeps one a thread, without a pool.
        pool=envint("CHENGXIN_POOL", 0),
        # A statement is prepared on the server when it comes this many times; 0 prepares each at once.
        prepare_after=envint("CHENGXIN_PREPARE_AFTER", 5),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The rooms that know Django, in the order in which they may import each other. kernel and law are no apps: they are
# pure Python, the console finds the command `law` by its file, and who asks nothing of the law need not load it.
ROOMS = [
    "chengxin.ledger",
    "chengxin.vault",
    "chengxin.actors",
    "chengxin.signatures",
    "chengxin.subjects",
    "chengxin.accounts",
    "chengxin.cases",
    "chengxin.records",
    "chengxin.lists",
    "chengxin.inspections",
    "chengxin.disclosure",
    "chengxin.checks",
    "chengxin.reports",
    "chengxin.rights",
    "chengxin.commerce.merchants",
    "chengxin.commerce.circles",
    "chengxin.commerce.objections",
    "chengxin.commerce.badges",
    "chengxin.commerce.trades",
    "chengxin.commerce.trails",
    "chengxin.commerce.complaints",
    "chengxin.commerce.leads",
    "chengxin.commerce.logistics",
    "chengxin.commerce.warnings",
    "chengxin.commerce.monitoring",
    "chengxin.commerce.ratings",
    "chengxin.assessments",
    "chengxin.mydata",
    "chengxin.audits",
    "chengxin.benefits",
    "chengxin.portal",
    "chengxin.desk",
    "chengxin.site",
]
# What the ledger's log is called in its checkpoints: a name of yours without spaces, for good; one is drawn where none is given.
CHENGXIN_LEDGER_ORIGIN = os.environ.get("CHENGXIN_LEDGER_ORIGIN", "")

# Where checkpoints are laid for others to copy and keep.
CHENGXIN_LEDGER_FOLDER = Path(os.environ.get("CHENGXIN_LEDGER_FOLDER") or CHENGXIN_HOME / "ledger")

# Hands notices over; the default lays them into a folder for a person or a program to send.
CHENGXIN_SENDER = os.environ.get("CHENGXIN_SENDER", "chengxin.cases.services.sending.folder")

# Whose reports these are: the centre's name in the letterhead, in both languages.
CHENGXIN_CENTRE = os.environ.get("CHENGXIN_CENTRE", "公共信用信息中心")
CHENGXIN_CENTRE_EN = os.environ.get("CHENGXIN_CENTRE_EN", "Public Credit Information Centre")

# Where trades lie as Parquet: a folder, or an object store as pyarrow writes its address (s3://bucket/folder?region=…).
CHENGXIN_LAKE = os.environ.get("CHENGXIN_LAKE") or str(CHENGXIN_HOME / "lake")

# By whose law the portal issues a firm's own reports: cn, or a place of the lawbook.
CHENGXIN_PLACE = os.environ.get("CHENGXIN_PLACE", "cn")

# Where the site is reached from outside: the QR code on a report leads to its page of verification.
CHENGXIN_SITE_URL = os.environ.get("CHENGXIN_SITE_URL", "http://localhost:8000")

# The centre's own key and certificate (PEM) for signing reports; without them the installation makes its own, which says so.
CHENGXIN_SIGNING_KEY_FILE = os.environ.get("CHENGXIN_SIGNING_KEY_FILE", "")
CHENGXIN_SIGNING_CERTIFICATE_FILE = os.environ.get("CHENGXIN_SIGNING_CERTIFICATE_FILE", "")

# A folder of the roots (PEM) that are trusted for certificates with which others sign, and of lists of revoked ones (.crl); empty for none.
CHENGXIN_SIGNER_ROOTS = os.environ.get("CHENGXIN_SIGNER_ROOTS", "")

# A timestamp service (RFC 3161) for the signatures of PDFs; empty for none.
CHENGXIN_TIMESTAMP_URL = os.environ.get("CHENGXIN_TIMESTAMP_URL", "")
# Gives the keys of a ring, which never stand in the database; the default keeps them in files of the key folder.
CHENGXIN_KEYS = os.environ.get("CHENGXIN_KEYS", "chengxin.kernel.keyfile.keys_in_files")
# The cipher and hash of every key that is made from now on.
CHENGXIN_SUITE = os.environ.get("CHENGXIN_SUITE", "aes-256-gcm-sha-256")
# What lies under keys and is no sealed column; each is told when a key is replaced.
SEALED_ELSEWHERE = [
    "chengxin.records.bulk.holding.HeldFiles",
    "chengxin.subjects.bulk.vaulting.PersonMarks",
    "chengxin.records.bulk.persons.CertificateMarks",
    "chengxin.accounts.bulk.IdentityMarks",
    "chengxin.subjects.bulk.population.RegisterFile",
]
# Counts consumers' complaints about a firm for its report: (code, on, known_at) → counts, or nothing. Reports stand below the rooms of e-commerce.
COMPLAINTS_COUNTED = "chengxin.commerce.complaints.selectors.solved_told"
# The population register: answers yes or no to a number and a name. The default asks a sealed file.
CHENGXIN_POPULATION = os.environ.get("CHENGXIN_POPULATION", "chengxin.subjects.bulk.population.from_file")
# Where `chengxin.subjects.bulk.register_service.from_service` asks: an address, what it shows;
# the file of roots (PEM) that vouch for it, or the public ones.
CHENGXIN_POPULATION_URL = os.environ.get("CHENGXIN_POPULATION_URL", "")
CHENGXIN_POPULATION_TOKEN = envsecret("CHENGXIN_POPULATION_TOKEN")
CHENGXIN_POPULATION_ROOTS = os.environ.get("CHENGXIN_POPULATION_ROOTS", "")
# A file of roots (PEM) that vouch for the official pages of licences, beside nobody else; the public ones where it is empty.
CHENGXIN_LINKS_ROOTS = os.environ.get("CHENGXIN_LINKS_ROOTS", "")
# How divisions begin that no place has, so that tests and the demo can invent persons; empty where real ones are filed.
CHENGXIN_INVENTED_DIVISION = os.environ.get("CHENGXIN_INVENTED_DIVISION", "")

# Accounts rest on Django's own: of its two apps nothing is used but the handling of passwords and of who is here.
INSTALLED_APPS = [
    *ROOMS,
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "chengxin.site.middleware.permissions_policy",
    "chengxin.site.middleware.method_problem",
    "chengxin.site.middleware.PagePolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chengxin.site.middleware.PageLocale",
    "chengxin.site.middleware.PageSession",
    "chengxin.site.middleware.PageAccount",
    "chengxin.site.middleware.PageCommon",
    "chengxin.site.middleware.PageForgery",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "chengxin.site.urls"
WSGI_APPLICATION = "chengxin.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.static",
            ],
        },
    }
]

# Chinese first; a reader whose browser asks for English gets English.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [SITE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
# ninja is no app here: importing it costs every command a quarter of a second, and its files are all that is needed.
STATICFILES_DIRS = [("ninja", Path(str(find_spec("ninja").origin)).parent / "static" / "ninja")]  # type: ignore[union-attr]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

# A page loads nothing from anywhere else, runs no inline script, sends its forms here and stands in nobody's frame.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "script-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Who signs in, and what their passwords must be.
AUTH_USER_MODEL = "accounts.Account"
PASSWORD_LEAST = 10
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LEAST},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login",)},
    },
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
# A file (YAML) of the providers of identities by which persons, firms and staff sign in; without one accounts are our own alone.
CHENGXIN_PROVIDERS = os.environ.get("CHENGXIN_PROVIDERS", "")
# A session ends after so many minutes without a request, and after so many at all.
CHENGXIN_SESSION_IDLE = envint("CHENGXIN_SESSION_IDLE", 30)
CHENGXIN_SESSION_LONGEST = envint("CHENGXIN_SESSION_LONGEST", 480)
# Whether programs of platforms, credit-service firms and associations need an agreement in force; one that has any is held to them in any case.
CHENGXIN_AGREEMENTS = envbool("CHENGXIN_AGREEMENTS", False)
# Whether decisions on cases and changes of keys take two persons; off where one person runs all of it.
CHENGXIN_FOUR_EYES = envbool("CHENGXIN_FOUR_EYES", False)
# Sessions stand in the database, so that they can be ended. Only pages on which somebody signs in set a cookie. Lax, not strict: whoever comes
# back from an identity provider comes from another site; what changes anything is a POST, for which the cookie is not sent from there.
SESSION_ENGINE = "chengxin.accounts.sessions"
SESSION_COOKIE_NAME = "chengxin_session"
SESSION_COOKIE_AGE = CHENGXIN_SESSION_LONGEST * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# Tokens of forms are asked for by PageForgery, a subclass of the middleware whose absence this check tells of.
SILENCED_SYSTEM_CHECKS = ["security.W003"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

# One JSON object a line on standard error: no request bodies, no parameter values, no words of a database's error.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "chengxin.site.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": envlist("CHENGXIN_LOG_LEVEL", ["WARNING"])[0]},
    "loggers": {
        # A 404 or 422 is an answer, not an event; its path names whom somebody asked about.
        "django.request": {"level": "ERROR"},
        "django": {"handlers": [], "propagate": True},
        # Of a certificate that is not trusted it would tell the subject, which may be a person; what failed is a refusal anyway.
        "pyhanko": {"level": "CRITICAL"},
        "pyhanko_certvalidator": {"level": "CRITICAL"},
    },
}
