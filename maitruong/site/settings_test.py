"""Settings of the test suite: as in production, for the hosts a test is reached by."""

from maitruong.site.settings import *  # noqa: F403
from maitruong.site.settings import STATIC_ROOT

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
# The server builds the kit's files before it looks here; a test that asks for a page alone finds an empty folder.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
