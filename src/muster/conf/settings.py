"""Django settings. Everything that differs between sites comes from the environment (MUSTER_*) or the data folder."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from muster.access.sessions.networks import parse_networks
from muster.conf import tls
from muster.conf.database import database_settings
from muster.conf.home import home_path, load_secrets
from muster.web.labels import locale_paths

HOME = home_path()
SECRETS = load_secrets(HOME)
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = SECRETS.django_key
DEBUG = False
ALLOWED_HOSTS = os.environ.get("MUSTER_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("MUSTER_ORIGINS", "").split(",") if o]
HTTPS_HERE = tls.speaks_https(HOME, os.environ)  # our own web server speaks HTTPS
SECURE = HTTPS_HERE or os.environ.get("MUSTER_HTTPS", "") == "1"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "muster.journal",
    "muster.jobs",
    "muster.access",
    "muster.apps.people",
    "muster.apps.service",
    "muster.apps.channels",
    "muster.apps.maps",
    "muster.apps.plans",
    "muster.apps.incidents",
    "muster.apps.command",
    "muster.apps.desk",
    "muster.live",
    "muster.web",
]
if (HOME / "exercise.home").exists():
    INSTALLED_APPS.append("muster.exercise")  # its page tells the engine when the system has caught up

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "muster.web.nul.NulMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "muster.access.middleware.ActorMiddleware",
    "muster.access.middleware.SessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "muster.apps.maps.hosts.MapHostsMiddleware",  # inside: what it says of a page, the one before writes into the policy
    "django_htmx.middleware.HtmxMiddleware",
    "muster.web.errors.ErrorPageMiddleware",
    "muster.web.networks.NetworkMiddleware",
]

ROOT_URLCONF = "muster.conf.urls"
ASGI_APPLICATION = "muster.conf.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "muster.web.context.shell",
            ],
            "builtins": ["muster.web.templatetags.muster", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

DATABASES = {"default": database_settings(HOME, os.environ.get("MUSTER_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- accounts: by user name, no sign-up, no mail needed -------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "muster.access.adapter.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,20/5m/ip"}  # lock-out: 5 wrong passwords for one name in 5 minutes
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # before second factors are changed, the password is asked again
MFA_ADAPTER = "muster.access.second_factor.adapter.SealedAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # one step of 30 s either way: clocks of phones and of machines without internet differ
MFA_RECOVERY_CODES_SHOW_ONCE = True
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
SESSION_COOKIE_AGE = 12 * 3600  # one duty turn
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
# One day: long enough between two turns of duty, and a certificate that went wrong locks nobody out for months.
SECURE_HSTS_SECONDS = 24 * 3600 if HTTPS_HERE else 0
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "muster.web.errors.csrf_failure"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "muster_cache"}}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- languages and time ---------------------------------------------------------------------------------
LANGUAGE_CODE = os.environ.get("MUSTER_LANGUAGE", "zh-hans")
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
# "cn-militia" shows the names of a militia office; empty: civil names
LOCALE_PATHS = locale_paths(os.environ.get("MUSTER_LABELS", ""), PACKAGE / "web" / "locale")
LANGUAGE_COOKIE_NAME = "muster_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- Muster's own ---------------------------------------------------------------------------------------
MUSTER_OFFICE_NAME = os.environ.get("MUSTER_OFFICE_NAME", "")
MUSTER_DESK_PHONE = os.environ.get("MUSTER_DESK_PHONE", "")
MUSTER_PUBLIC_URL = os.environ.get(
    "MUSTER_PUBLIC_URL", ""
)  # where members' phones reach the reply page; empty: no links in messages
# the reply relay that MUSTER_PUBLIC_URL leads to: its address, or "files" across a one-way gate; empty: none
MUSTER_RELAY_URL = os.environ.get("MUSTER_RELAY_URL", "").rstrip("/")
MUSTER_DEMO_WORKBOOK = "muster.exercise.district.workbook.demo_workbook"  # (day) -> .xlsx of invented people
MUSTER_MACHINE_TROUBLES = "muster.conf.check_words.troubles"  # () -> what is wrong with this machine, in both languages
MUSTER_DAILY_AT = os.environ.get("MUSTER_DAILY_AT", "07:30")  # when the morning sheet is made, the office's time
MUSTER_PROVE_AT = os.environ.get("MUSTER_PROVE_AT", "03:10")  # when every plan is proved, the office's time
# an order is held so long in the browser and can be taken back before anything leaves; 0: it leaves at once
MUSTER_HOLD_SECONDS = min(30, max(0, int(os.environ.get("MUSTER_HOLD_SECONDS", "0"))))
MUSTER_UNCLEAR_MINUTES = int(os.environ.get("MUSTER_UNCLEAR_MINUTES", "10"))  # who can not say yet is asked again
MUSTER_SILENT_MINUTES = int(os.environ.get("MUSTER_SILENT_MINUTES", "0"))  # silent people are asked again; 0: never
MUSTER_NO_SHOW_MINUTES = int(os.environ.get("MUSTER_NO_SHOW_MINUTES", "30"))  # so late, nobody counts on him any more
MUSTER_DUTY_HOURS = int(os.environ.get("MUSTER_DUTY_HOURS", "12"))  # rota: hours on duty in one stretch, at most
MUSTER_REST_HOURS = int(os.environ.get("MUSTER_REST_HOURS", "8"))  # rota: hours of rest that end a stretch
MUSTER_WALL_NAMES = os.environ.get("MUSTER_WALL_NAMES", "1") != "0"  # names in the last line of the wall screen
MUSTER_SMS_URL = os.environ.get("MUSTER_SMS_URL", "")  # real gateway; never used for an exercise
MUSTER_EXERCISE_SMS_URL = os.environ.get("MUSTER_EXERCISE_SMS_URL", "")  # never used for an actual callout
MUSTER_VOICE_URL = os.environ.get("MUSTER_VOICE_URL", "")  # gateway that calls and reads aloud; the same two rules
MUSTER_EXERCISE_VOICE_URL = os.environ.get("MUSTER_EXERCISE_VOICE_URL", "")
MUSTER_MAIL_URL = os.environ.get(
    "MUSTER_MAIL_URL", ""
)  # smtp://user:password@host:port?from=address; see lines/mail.py
MUSTER_EXERCISE_MAIL_URL = os.environ.get("MUSTER_EXERCISE_MAIL_URL", "")
MUSTER_APP_HOSTS = os.environ.get(
    "MUSTER_APP_HOSTS", ""
)  # servers of office messengers, "chat.office.example,…"; actual only
MUSTER_TEST_DAYS = int(os.environ.get("MUSTER_TEST_DAYS", "100"))  # older communications tests are named; 0: never
MUSTER_CHANNELS = os.environ.get("MUSTER_CHANNELS", "")  # order and minutes, "sms:4,voice:3,call_list"; see order.py
MUSTER_PRICES = os.environ.get("MUSTER_PRICES", "")  # yuan per part, "sms=0.045,voice=0.12"

# networks that may open the pages: "10.20.0.0/16,fd00::/8"; empty: all. What members and gateways call from outside stays open.
MUSTER_ALLOWED_NETWORKS = parse_networks(os.environ.get("MUSTER_ALLOWED_NETWORKS", ""))
MUSTER_TRUSTED_PROXIES = parse_networks(
    os.environ.get("MUSTER_TRUSTED_PROXIES", "")
)  # whose X-Forwarded-For is believed
MUSTER_NETWORK_EXEMPT = tuple(
    path
    for path in os.environ.get("MUSTER_NETWORK_EXEMPT", "/r/,/c/,/gateway/,/standby/,/static/,/healthz/").split(",")
    if path
)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    found = (pair.partition(":") for pair in text.replace(" ", "").split(",") if pair)
    return tuple((base, role) for base, _colon, role in found)


# who may take a higher role by himself when the head can not be reached, for two hours: "duty_officer:commander"; empty: nobody
MUSTER_BREAK_GLASS = _pairs(os.environ.get("MUSTER_BREAK_GLASS", ""))
# only who holds the duty has a duty officer's rights, the others those of staff. Off by default: at night, with one officer
# ill and the duty not handed over, the one who comes instead must be able to act at once.
MUSTER_DUTY_STRICT = os.environ.get("MUSTER_DUTY_STRICT", "") == "1"
# roles that must sign in with a second factor: "system_admin,security_admin,auditor,office_head"
MUSTER_MFA_REQUIRED = frozenset(os.environ.get("MUSTER_MFA_REQUIRED", "").replace(" ", "").split(",")) - {""}

LOGGING_CONFIG = "muster.conf.logs.configure"
LOGGING = {"level": os.environ.get("MUSTER_LOG", "INFO")}
