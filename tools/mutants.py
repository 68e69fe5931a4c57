"""`./dev mutants [name ...]`: take one protection away at a time, in a copy of the checkout; the tests must turn red.

A suite that stays green while a wall is missing guards nothing. Each mutant is a change of text that must be found exactly
once, so that one that no longer fits the code says so instead of passing. Exit 1 when a mutant survives, 2 when the proof
itself does not hold (a text not found, tests red before anything was changed).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tools import postgres
from tools.places import CHECKOUT
from tools.trouble import Trouble

TESTS_FAILED = 1
"""pytest's exit code for red tests; every other one but 0 means that the tests did not really run."""


@dataclass(frozen=True)
class Mutant:
    """A protection, the text that is it, what stands there instead, and the tests that must notice."""

    name: str
    removes: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "visible_to",
        "the filter by the scope's grants when a class is opened",
        "maitruong/registry/enrolment/queries.py",
        "row = SchoolClass.objects.visible_to(scope, permission).filter(pk=class_id).first()",
        "row = SchoolClass._base_manager.filter(pk=class_id).first()",
        ("maitruong/registry/enrolment/tests/test_classes.py",),
    ),
    Mutant(
        "audit",
        "the audit entry of a save in the gradebook",
        "maitruong/assessment/gradebook/services/entry.py",
        "return entry, fact",
        "return (fact,)",
        ("maitruong/assessment/gradebook/tests/test_entry.py",),
    ),
    Mutant(
        "rounding",
        "half up",
        "maitruong/assessment/gradebook/rules/rounding.py",
        "return (2 * total_tenths + divisor) // (2 * divisor)",
        "return round(total_tenths / divisor)",
        ("maitruong/assessment/gradebook/tests/test_tt22_examples.py",),
    ),
    Mutant(
        "signature",
        "asking the key whether the value of a signature is its own",
        "maitruong/foundation/signing/xades.py",
        "if not _key_accepts(certificate, shape.to_sign, value):",
        "if False:",
        ("maitruong/assessment/school_records/tests/test_forgery.py",),
    ),
    Mutant(
        "policy",
        "the policy that shows a family its own child and nobody else",
        "maitruong/foundation/access/rls.py",
        "    for name, rest in policies(model).items():\n",
        "    for name, rest in policies(model).items():\n"
        '        if (table, name) == ("people_person", "family"):\n            continue\n',
        ("tests/house/test_rows.py",),
    ),
    Mutant(
        "guard",
        "asking whether the workspace carries the permission of a route",
        "maitruong/foundation/access/doors.py",
        "if scope is None or not (permission == SIGNED_IN or scope.may(permission)):",
        "if scope is None:",
        ("tests/house/test_routes.py",),
    ),
)


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev mutants", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(mutant.name for mutant in MUTANTS)}; all by default")
    names = parser.parse_args(arguments).names
    unknown = set(names) - {mutant.name for mutant in MUTANTS}
    if unknown:
        parser.error(f"no such mutant: {', '.join(sorted(unknown))}")
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    with tempfile.TemporaryDirectory(prefix="maitruong-mutants-") as folder:
        copy = Path(folder) / "checkout"
        Path(folder).chmod(0o755)  # the database's own user must find its data in there
        try:
            return _prove(chosen, copy)
        finally:
            _forget_database(copy)


def _prove(chosen: list[Mutant], copy: Path) -> int:
    copy_checkout(CHECKOUT, copy)
    for mutant in chosen:
        mutated(mutant, copy)  # all of them fit before the first test runs
    tests = sorted({test for mutant in chosen for test in mutant.tests})
    code, said = _pytest(copy, tests)
    if code:
        raise Trouble(
            f"The tests are red before anything was taken away ({code}):\n{said[-2000:]}", "Repair them first."
        )
    survivors = [mutant for mutant in chosen if not _is_caught(mutant, copy)]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants caught")
    return 1 if survivors else 0


def copy_checkout(source: Path, copy: Path) -> None:
    """What git knows or would know of, as it stands in the folder now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=source,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (source / name).is_file():
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target)


def mutated(mutant: Mutant, checkout: Path) -> str:
    """The text of the mutant's file without the protection. Raises Trouble when it does not stand there exactly once."""
    text = (checkout / mutant.file).read_text()
    if text.count(mutant.before) != 1:
        raise Trouble(
            f"Mutant {mutant.name}: the text to take away stands {text.count(mutant.before)} times in {mutant.file}.",
            "The code has moved on; write the mutant anew in tools/mutants.py.",
        )
    return text.replace(mutant.before, mutant.after)


def _is_caught(mutant: Mutant, copy: Path) -> bool:
    """Run the mutant's tests with the protection gone, then put it back."""
    file = copy / mutant.file
    whole, began = file.read_text(), time.monotonic()
    file.write_text(mutated(mutant, copy))
    try:
        code, said = _pytest(copy, list(mutant.tests))
    finally:
        file.write_text(whole)
    seconds = time.monotonic() - began
    if code not in (0, TESTS_FAILED):
        raise Trouble(f"Mutant {mutant.name}: the tests did not run ({code}):\n{said[-2000:]}", "")
    red = re.findall(r"^FAILED (\S+)", said, re.M)
    verdict = f"caught by {red[0]}" if code and red else "SURVIVED" if not code else "caught before a test ran"
    print(f"{mutant.name:12} {verdict} ({seconds:.0f} s): without {mutant.removes}", flush=True)
    return code == TESTS_FAILED


def _pytest(copy: Path, tests: list[str]) -> tuple[int, str]:
    """Exit code and words of the tests of the copy, on a database of its own; the first red one ends them."""
    foreign = ("MT_OWNER_URL", "MT_APP_URL", "MT_TEST_PROCESS", "DJANGO_SETTINGS_MODULE")
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=copy,
        env=kept | {"PYTHONPATH": str(copy), "MT_VAR": str(copy / "var"), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def _forget_database(copy: Path) -> None:
    """Data that lie outside the copy, because the database's user could not reach into it."""
    place = postgres.layout(copy / "var" / "test" / "postgres")
    if place.base != place.home:
        shutil.rmtree(place.base, ignore_errors=True)
