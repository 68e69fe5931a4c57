"""Settings of the test suite: as in production, for the hosts a test is reached by."""

from maitruong.site.settings import *  # noqa: F403

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
