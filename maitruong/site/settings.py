"""Django's settings. Everything that differs between installations comes from `config`."""

from __future__ import annotations

import sys

from maitruong.site import config as house_config

CONFIG = house_config.read()
SECRET_KEY = house_config.secret_key(CONFIG)
DEBUG = False
ALLOWED_HOSTS = list(CONFIG.hosts)

MODULES = [
    "maitruong.foundation.ui",
    "maitruong.foundation.reference",
    "maitruong.foundation.organisations",
    "maitruong.foundation.access",
    "maitruong.foundation.events",
    "maitruong.foundation.audit",
    "maitruong.foundation.people",
    "maitruong.foundation.files",
    "maitruong.foundation.jobs",
    "maitruong.foundation.identity",
    "maitruong.foundation.signing",
    "maitruong.foundation.exchange",
    "maitruong.registry.calendar",
    "maitruong.registry.schools",
    "maitruong.registry.staff",
    "maitruong.registry.students",
    "maitruong.registry.enrolment",
    "maitruong.registry.transfers",
    "maitruong.registry.dossiers",
    "maitruong.registry.verification",
    "maitruong.registry.duplicates",
    "maitruong.registry.periods",
    "maitruong.teaching.curriculum",
    "maitruong.teaching.timetable",
    "maitruong.teaching.attendance",
    "maitruong.assessment.gradebook",
    "maitruong.assessment.school_records",
    "maitruong.insight.indicators",
    "maitruong.insight.staffing",
    "maitruong.insight.data_quality",
    "maitruong.insight.dashboard",
    "maitruong.integration.ministry_sync",
    "maitruong.integration.open_api",
    "maitruong.site",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    *MODULES,
]

MIDDLEWARE = [
    "maitruong.site.middleware.RequestIdMiddleware",
    "maitruong.site.middleware.HttpsOnlyMiddleware",
    "maitruong.site.middleware.SecurityHeadersMiddleware",
    "maitruong.site.middleware.NoPersonalNumberMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "maitruong.foundation.identity.middleware.AccountMiddleware",
    "maitruong.site.middleware.TextMiddleware",
    "maitruong.site.middleware.AddressOfAnActMiddleware",
]

ROOT_URLCONF = "maitruong.site.urls"
WSGI_APPLICATION = "maitruong.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [],
        "OPTIONS": {
            "environment": "maitruong.foundation.ui.jinja.environment",
            "context_processors": ["maitruong.site.context.shell"],
        },
    }
]

DATABASES = {
    "default": {
        **house_config.database(CONFIG.app_url),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": False,
    },
}
# Prepared statements halve the server's work for a page; plans stay generic and right under row security.
DATABASES["default"]["OPTIONS"] = {  # type: ignore[assignment]
    **DATABASES["default"]["OPTIONS"],  # type: ignore[dict-item]
    "server_side_binding": True,
    "prepare_threshold": 1,
}
if sys.argv[1:2] and sys.argv[1] in {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "secure_rows"}:
    DATABASES["default"].update(house_config.database(CONFIG.owner_url))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["maitruong.foundation.identity.backends.AccountBackend"]
PASSWORD_HASHERS = ["maitruong.foundation.identity.hashers.HouseArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["login"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 14}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "maitruong.foundation.identity.validators.OwnWordsValidator"},
    {
        "NAME": "maitruong.foundation.identity.validators.LeakedPasswordValidator",
        "OPTIONS": {"file": CONFIG.leaked_passwords},
    },
]

SESSION_ENGINE = "maitruong.foundation.identity.sessions"
# Over https no other name of the same domain, and no page without it, can put a cookie in the place of ours.
_OURS = "__Host-" if CONFIG.secure_cookies else ""
SESSION_COOKIE_NAME = f"{_OURS}mt_phien"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CONFIG.secure_cookies
CSRF_COOKIE_NAME = f"{_OURS}mt_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = CONFIG.secure_cookies
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [CONFIG.public_address] if CONFIG.secure_cookies else []
CSRF_FAILURE_VIEW = "maitruong.site.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if CONFIG.secure_cookies else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.secure_cookies else None

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

# The kit builds its files into STATIC_ROOT under a folder named by their contents; whitenoise serves them for ever.
STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.var / "static"
WHITENOISE_MAX_AGE = 31536000
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no page of another site needs our files

FILE_STORE = CONFIG.file_store
FILE_STORE_ENDPOINT = CONFIG.file_store_endpoint
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_HANDLERS = ["maitruong.site.uploads.NamelessFileUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "maitruong.site.logs.RequestIdFilter"}},
    "formatters": {"json": {"()": "maitruong.site.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "filters": ["request_id"], "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
    },
}
