"""The Debian packages some tests need: which are missing, and how they are installed."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess

from tools.places import CHECKOUT

LIST = CHECKOUT / "deploy" / "packages-test.txt"
MISSING = "not on this machine:"


def programs() -> dict[str, str]:
    """Program or library → package, from lines like `poppler-utils  pdfsig pdftoppm`."""
    found: dict[str, str] = {}
    for line in LIST.read_text().splitlines():
        package, *names = line.partition("#")[0].split() or [""]
        found |= dict.fromkeys(names, package)
    return found


def missing() -> list[str]:
    """Packages of which at least one program or library is not here."""
    return sorted({package for name, package in programs().items() if not is_here(name)})


def is_here(name: str) -> bool:
    """Whether a program is on the path, or a shared library (`libatomic.so.1`) can be loaded."""
    if ".so" not in name:
        return shutil.which(name) is not None
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def apt_command(wanted: list[str]) -> str:
    """The line a person types; `wanted` may hold programs or packages."""
    names = {programs().get(name, name) for name in wanted}
    return f"sudo apt-get install {' '.join(sorted(names))}"


def install_missing() -> list[str]:
    """Install what is missing when root or a passwordless sudo may; returns the packages still missing."""
    wanted = missing()
    rights = _rights()
    if not wanted or rights is None:
        return wanted
    print(f"installing for the tests: {' '.join(wanted)}", flush=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *wanted]):
        done = subprocess.run(
            [*rights, "apt-get", *arguments], env=os.environ | quiet, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            break
    return missing()


def _rights() -> list[str] | None:
    """What to put before apt-get; None when this user may not install."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None
