"""Run one management command if the project has it; say nothing and succeed if it has not."""

from __future__ import annotations

import os
import sys


def main() -> int:
    from django.core.management import ManagementUtility, get_commands

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maitruong.site.settings")
    if sys.argv[1] not in get_commands():
        return 0
    # Settings look at the command's name in sys.argv to choose the owner's address.
    sys.argv = ["django-admin", *sys.argv[1:]]
    ManagementUtility(sys.argv).execute()
    return 0


if __name__ == "__main__":
    sys.exit(main())
