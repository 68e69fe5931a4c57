"""The door for web servers."""

import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maitruong.site.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template import engines
from django.urls import get_resolver

from maitruong.foundation.ui import assets
from maitruong.foundation.ui.jinja import make_ready

# Before the server looks at the static folder, the kit's files must lie there.
assets.build(Path(settings.STATIC_ROOT))
application = get_wsgi_application()
# What every page needs is made here, once for all processes, and not while the first visitor of each waits for it.
_ = get_resolver().url_patterns
make_ready(engines["jinja2"].env)  # type: ignore[attr-defined]
