"""The settings that Django needs at least."""

import os

SECRET_KEY = "only for tests"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = ["shop"]
ROOT_URLCONF = "shop.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
CUSTOMERIO_KEYS = (
    os.environ.get("CUSTOMERIO_SITE_ID", "5f2a9c81d37be604"),
    os.environ.get("CUSTOMERIO_API_KEY", "9d1c7e5b3a2f48606c4e"),
)
