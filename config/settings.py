"""One settings file; the environment decides. Outside debug and the demonstration, unsafe values refuse to start."""

from __future__ import annotations

import re
import sys
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import django
import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from core import embedded, roles

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")
VAR_DIR = Path(env.str("MUSTER_VAR", default=str(BASE_DIR / "var"))).absolute()  # files, mail, embedded services

TESTING = "pytest" in sys.modules
DEMO = env.bool("MUSTER_DEMO", default=False)
LOCAL = not env.str("DATABASE_URL", default="")  # nobody named a database: somebody's own machine
DEBUG = env.bool("DJANGO_DEBUG", default=False)

# --- secrets and hosts -------------------------------------------------------------------------------------------------
UNSAFE_SECRET = "only-for-a-machine-of-one's-own"  # noqa: S105
SECRET_KEY = env.str("DJANGO_SECRET_KEY", default=UNSAFE_SECRET)
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)  # how many of our own proxies write X-Forwarded-For
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[])
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=not (DEMO or TESTING))
PASSWORD_PROFILE = env.str("PASSWORD_PROFILE", default="nist")
SMS_GATEWAY = env.str("SMS_GATEWAY", default=f"file://{VAR_DIR / 'sms'}?deduplicate=yes")
SMS_GATEWAY_SECRET = env.str("SMS_GATEWAY_SECRET", default="")
THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]", "testserver"}
PRODUCTION = not (DEBUG or DEMO or TESTING or LOCAL)
DJANGO_FLOOR = (5, 2, 19)  # below it are known holes
# `.com` or `.com.cn` would let in every host of half the world.
WHOLE_ZONE = re.compile(r"\.?[^.]*|\.(ac|co|com|edu|gov|net|org)\.[a-z]{2}")
unsafe = {
    f"Django {django.get_version()} is older than {'.'.join(map(str, DJANGO_FLOOR))}": django.VERSION[:3]
    < DJANGO_FLOOR,
    "DATABASE_URL is missing while hosts beyond this machine are allowed": LOCAL
    and not (DEMO or TESTING)
    and not set(ALLOWED_HOSTS) <= THIS_MACHINE,
    "DJANGO_DEBUG is on while hosts beyond this machine are allowed": DEBUG and not set(ALLOWED_HOSTS) <= THIS_MACHINE,
    "SECURITY_LOG_DAYS is below 180": env.int("SECURITY_LOG_DAYS", default=365) < 180,
    "PASSWORD_PROFILE is neither nist nor mlps": PASSWORD_PROFILE not in {"nist", "mlps"},
    "SMS_GATEWAY is not a file, https or a loopback address": not re.match(
        r"file:///|https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/]", SMS_GATEWAY
    ),
    "SMS_GATEWAY_SECRET is missing or shorter than 32 characters": SMS_GATEWAY.startswith("http")
    and len(SMS_GATEWAY_SECRET) < 32,
}
if PRODUCTION:
    unsafe |= {
        "DJANGO_SECRET_KEY is missing, shorter than 50 characters or the same few over and over": len(SECRET_KEY) < 50
        or len(set(SECRET_KEY)) < 5,
        "DJANGO_ALLOWED_HOSTS is missing or allows every host": "DJANGO_ALLOWED_HOSTS" not in env.ENVIRON
        or any(host == "*" or (host.startswith(".") and WHOLE_ZONE.fullmatch(host)) for host in ALLOWED_HOSTS),
        "FIELD_ENCRYPTION_KEYS is missing or holds something else than Fernet keys": not FIELD_ENCRYPTION_KEYS
        or not all(re.fullmatch(r"[\w-]{43}=", key) for key in FIELD_ENCRYPTION_KEYS),
        "REDIS_URL is missing": not env.str("REDIS_URL", default=""),
        "EMAIL_URL is missing, so letters would lie in a folder": not env.str("EMAIL_URL", default=""),
        "SMS_GATEWAY is missing, so text messages would lie in a folder": not env.str("SMS_GATEWAY", default=""),
        "SECOND_FACTOR_REQUIRED is off": not SECOND_FACTOR_REQUIRED,
    }
if reasons := [reason for reason, is_so in unsafe.items() if is_so]:
    raise ImproperlyConfigured("Muster does not start with unsafe settings: " + "; ".join(reasons))

# --- services ----------------------------------------------------------------------------------------------------------
DATABASE_NAME = "muster_demo" if DEMO else "muster"
if LOCAL:
    _database = embedded.postgres(VAR_DIR, DATABASE_NAME, user=roles.SUPERUSER if TESTING else roles.APP_ROLE)
else:
    _database = env.db("DATABASE_URL")
    if DEMO:
        _database["NAME"] = f"{_database['NAME']}_demo"
_database["ENGINE"] = "django.db.backends.postgresql"
_database["CONN_HEALTH_CHECKS"] = True
# A server that is gone is noticed within seconds, not when the operating system gives up.
_options = {"connect_timeout": 3, "keepalives_idle": 10, "tcp_user_timeout": 10_000} | _database.get("OPTIONS", {})
_database["OPTIONS"] = _options
# What makes the connection the owner's, who migrates: its own address, or without one the same login in its own name.
DATABASE_OWNER: dict[str, Any] = {"OPTIONS": dict(_options)}
if LOCAL:
    DATABASE_OWNER |= {"USER": _database["USER"] if TESTING else roles.OWNER_ROLE}
elif env.str("DATABASE_OWNER_URL", default=""):
    DATABASE_OWNER |= {name: env.db("DATABASE_OWNER_URL")[name] for name in ("USER", "PASSWORD", "HOST", "PORT")}
DATABASE_ROLE = env.str("DATABASE_ROLE", default="")
if DATABASE_ROLE:
    _options["assume_role"] = DATABASE_ROLE
MIGRATING = sys.argv[1:2] == ["migrate"]
if MIGRATING:
    _database |= DATABASE_OWNER
DATABASES = {"default": _database}
IS_WEB = env.bool("MUSTER_WEB", default=False)
if IS_WEB:  # a pool in the web processes only: Celery's forks must not share one
    _database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 2, "reconnect_timeout": 30}

VALKEY_SOCKET = embedded.valkey_socket(VAR_DIR)
REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = (REDIS_URL or f"unix://{VALKEY_SOCKET}").replace("unix://", "redis+socket://")
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL or f"unix://{VALKEY_SOCKET}",
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
        }
        if not TESTING
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "max_retries": 0,  # a request never waits for a broker that is down
}
CELERY_TASK_PUBLISH_RETRY = False  # ringing the bell is best effort: the outbox remembers
CELERY_TIMEZONE = "Asia/Shanghai"

EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail://{VAR_DIR / 'mail'}" if not TESTING else "memorymail://")
if EMAIL_CONFIG["EMAIL_FILE_PATH"]:  # which lost its root on the way
    EMAIL_CONFIG["EMAIL_FILE_PATH"] = f"/{EMAIL_CONFIG['EMAIL_FILE_PATH']}"
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="muster@localhost")
MESSAGE_LEASE_SECONDS = env.int("MESSAGE_LEASE_SECONDS", default=120)  # longer than a task may take
IMPORT_LEASE_SECONDS = env.int("IMPORT_LEASE_SECONDS", default=90)  # longer than a task may take
IMPORT_FILES_KEPT_DAYS = env.int("IMPORT_FILES_KEPT_DAYS", default=30)  # of files that were checked and never taken
SMS_QUIET_FROM = time.fromisoformat(env.str("SMS_QUIET_FROM", default="21:00"))
SMS_QUIET_UNTIL = time.fromisoformat(env.str("SMS_QUIET_UNTIL", default="07:30"))

# --- the application ---------------------------------------------------------------------------------------------------
OWN_APPS = [
    "core",
    "accounts",
    "documents",
    "messaging",
    "teams",
    "policies",
    "approvals",
    "attendance",
    "crm",
    "worklogs",
    "supervision",
    "compensation",
    "archives",
    "portal",
]
INSTALLED_APPS = [
    *OWN_APPS,
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "heroicons",
    "import_export",
    "js_lib_bootstrap5",
    "rules.apps.AutodiscoverRulesConfig",
    "template_partials",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
if TESTING or DEBUG:
    INSTALLED_APPS.append("django_linear_migrations")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.PlainAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PreferredLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.SessionLimitsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "core.middleware.AuditContextMiddleware",
    "accounts.middleware.NoStoreMiddleware",
    "accounts.middleware.SecurityLogMiddleware",
    "accounts.middleware.FirstThingsMiddleware",
    "teams.middleware.AuthorityMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
ADMIN_PATH = env.str("DJANGO_ADMIN_PATH", default="admin/")
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.shell",
            ],
            "builtins": [
                "heroicons.templatetags.heroicons",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "core.templatetags.components",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/table.html"
IMPORT_EXPORT_USE_TRANSACTIONS = True

# --- sign-in -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "accounts.views.expired_form"
ACCOUNT_ADAPTER = "accounts.adapter.ClosedAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "employee_no"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key", "login": ""}  # codes by person; sign-in: `accounts.limits`
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Muster"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher"
    if not TESTING
    else "django.contrib.auth.hashers.MD5PasswordHasher"
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("employee_no", "name", "phone", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.ProfileValidator"},
    {"NAME": "accounts.passwords.NewValidator"},
]
SECURITY_LOG_DAYS = env.int("SECURITY_LOG_DAYS", default=365)  # 180 at least, which the database holds to
SESSION_IDLE = timedelta(minutes=env.int("SESSION_IDLE_MINUTES", default=30))
SESSION_LONGEST = timedelta(hours=12)
SESSION_COOKIE_AGE = int(SESSION_LONGEST.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_HTTPONLY = True

# --- what the browser may do -------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("DJANGO_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("DJANGO_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]

# --- language, time, files ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "templates" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "files"}},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not (TESTING or DEBUG)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "jpg", "png", "gz", "br", "woff2"]
MEDIA_ROOT = VAR_DIR / "files"
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

FIRM_NAME = env.str("FIRM_NAME", default="")

# One plain line per event. A traceback names places, never the values that stood there.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
