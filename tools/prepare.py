"""What `./dev up` does before serving, in one Django process as the owner: build static files, migrate."""

from __future__ import annotations

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maitruong.site.settings")
    sys.argv = ["django-admin", "migrate"]  # settings take the owner's address for this command
    import django
    from django.conf import settings
    from django.core.management import call_command

    from maitruong.foundation.ui import assets
    from tools.testbase import OWNER_COMMANDS

    django.setup()
    assets.build(settings.STATIC_ROOT)  # keeps what is up to date
    for command in OWNER_COMMANDS:
        call_command(command, verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
