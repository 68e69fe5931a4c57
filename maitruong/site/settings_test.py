"""Settings of the test suite: as in production, but quick to hash and quiet."""

from maitruong.site.settings import *  # noqa: F403
from maitruong.site.settings import STORAGES

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
