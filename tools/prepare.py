"""What `./dev up` does before serving, in one Django process as the owner: migrate, build assets, collect them."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path

from tools.places import CHECKOUT, var
from tools.testbase import OWNER_COMMANDS

ASSETS_MODULE = "maitruong.foundation.ui.assets"
STATIC_SOURCES = (
    "maitruong/**/static/**/*",
    "maitruong/foundation/ui/**/*",
    "requirements/run.txt",
    "tools/prepare.py",
)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maitruong.site.settings")
    assets, stamp = var() / "assets", var() / "static" / "sources.sha256"
    wanted = static_hash()
    is_stale = not stamp.exists() or stamp.read_text() != wanted
    if is_stale:
        build_assets(assets)  # before settings are read: they list the folder only if it is there
    sys.argv = ["django-admin", "migrate"]  # settings take the owner's address for this command
    import django
    from django.core.management import call_command, get_commands

    django.setup()
    for command in OWNER_COMMANDS:
        if command in get_commands():
            call_command(command, **({"verbosity": 0} if command == "migrate" else {}))
    if is_stale:
        shutil.rmtree(var() / "static", ignore_errors=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted)
    return 0


def build_assets(target: Path) -> None:
    """Fonts and the like, made from packages; they are never committed."""
    if importlib.util.find_spec(ASSETS_MODULE) is None:
        return
    module = importlib.import_module(ASSETS_MODULE)
    target.mkdir(parents=True, exist_ok=True)
    module.build(target)


def static_hash() -> str:
    """Changes when anything does that static files are made from."""
    digest = hashlib.sha256()
    for path in sorted({file for pattern in STATIC_SOURCES for file in CHECKOUT.glob(pattern) if file.is_file()}):
        if path.suffix != ".pyc":
            digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
