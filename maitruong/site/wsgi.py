"""The door for web servers."""

import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maitruong.site.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from maitruong.foundation.ui import assets

# Before the server looks at the static folder, the kit's files must lie there.
assets.build(Path(settings.STATIC_ROOT))
application = get_wsgi_application()
