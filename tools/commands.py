"""The subcommands of `./dev`. What is not listed here is a management command of the project."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from tools.trouble import Trouble


def up(arguments: list[str]) -> int:
    from tools.up import up as run

    return run(arguments)


def test(arguments: list[str]) -> int:
    from tools.testing import run

    return run(arguments)


def check(arguments: list[str]) -> int:
    from tools.checks import run

    return run(arguments)


def bench(arguments: list[str]) -> int:
    """Figures, in an installation of their own."""
    os.execv(sys.executable, [sys.executable, "-m", "benchmarks", *arguments])  # noqa: S606 - our own Python


def mutants(arguments: list[str]) -> int:
    from tools.mutants import run

    return run(arguments)


def lock(arguments: list[str]) -> int:
    from tools.locks import lock as write

    write(upgrade="--upgrade" in arguments)
    return 0


def psql(arguments: list[str]) -> int:
    """psql as the application's role (`--owner`, `--superuser` for the others)."""
    from tools import binaries, database, roles

    base = database.hold()
    url = base.addresses.app
    if "--owner" in arguments:
        url = base.addresses.owner
    elif "--superuser" in arguments and base.running:
        url = base.running.superuser_url
    rest = [argument for argument in arguments if argument not in ("--owner", "--superuser")]
    address, secret = roles.for_a_program(url)
    os.environ |= secret
    return become([binaries.find().program("psql"), address, *rest], base)


def seed(arguments: list[str]) -> int:
    """A demo province in an empty database."""
    _prepare()
    return manage("seed", arguments)


def new_province(arguments: list[str]) -> int:
    """A real province in an empty database."""
    _prepare()
    return manage("new-province", arguments)


def _prepare() -> None:
    """Make the database ready as `up` makes it, unless this very code has done so."""
    from tools import database, testbase

    base = database.hold(prepare=True)
    if base.note("prepared") != (code := testbase.code_hash()):
        environment = os.environ | base.addresses.environment() | {"DJANGO_SETTINGS_MODULE": "maitruong.site.settings"}
        subprocess.run([sys.executable, "-m", "tools.prepare"], env=environment, stdout=sys.stderr, check=True)
        base.write_note("prepared", code)
    base.release()


def backup(arguments: list[str]) -> int:
    from tools.backup import backup_command

    return backup_command(arguments)


def restore(arguments: list[str]) -> int:
    from tools.backup import restore_command

    return restore_command(arguments)


def upgrade_database(arguments: list[str]) -> int:
    from tools.upgrade import upgrade_command

    return upgrade_command(arguments)


def stand_in(arguments: list[str]) -> int:
    """A neighbour system to try things with, as a process of its own."""
    name, *rest = arguments or [""]
    if name == "ministry":
        from tools.standins.ministry.server import run as run_ministry

        return run_ministry(rest)
    if name != "population":
        raise Trouble(f"There is no stand-in {name!r}.", "Stand-ins: ministry, population.")
    from tools.standins.population.server import run

    return run(rest)


def help_(arguments: list[str]) -> int:
    print(HELP)
    return 0


HELP = """\
./dev up [--check] [--port N] [--host H]   run everything here; --check: start, say OK, stop; a demo leaves this
                                           machine only with --expose-demo
./dev test [paths, -k ...]                 run the tests (all of them without arguments)
./dev check                                format, lint, types, contracts, Django's checks, locks
./dev bench [area] [--json]                measure, against benchmarks/targets.toml
./dev mutants [name]                       take one protection away at a time; the tests must turn red
./dev psql [--owner]                       psql as the application (or the owner)
./dev backup FOLDER | restore FOLDER       database, files and keys as one consistent set
./dev second-factors seal|rotate           seal the secrets of second factors; rotate: under a new key
./dev quality run [--school C] --json       look for what is wrong in the sector's data
./dev openid add FILE | list | remove KEY  houses people may sign in through (OpenID Connect)
./dev connections add FILE | list | ...    programs of other houses that read rosters (OneRoster)
./dev upgrade-database                     move the data to a newer PostgreSQL
./dev lock [--upgrade]                     compile requirements/*.in again
./dev seed NAME [--seed N] [--scale 1/10]  a demo province in an empty database: small, or province (MT_VAR outside)
./dev new-province --province 31 ...       an empty real province (README: A real province)
./dev stand-in ministry --port N --key F   the ministry's gate to try with; --fault drop_answer|double|reorder|mixed|...
./dev stand-in population --port N         a population register to try with; --people CSV, --fault slow|down|wrong|...
./dev NAME ...                             any management command, e.g. rules, verify, audit, routes
"""

COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "up": up,
    "test": test,
    "check": check,
    "bench": bench,
    "mutants": mutants,
    "lock": lock,
    "psql": psql,
    "seed": seed,
    "new-province": new_province,
    "backup": backup,
    "restore": restore,
    "upgrade-database": upgrade_database,
    "stand-in": stand_in,
    "help": help_,
    "--help": help_,
    "-h": help_,
}


def manage(name: str, arguments: list[str]) -> int:
    """Become Django's command, with the database running for as long as it does."""
    from tools import database

    base = database.hold(prepare=name == "migrate")
    if name == "migrate":
        base.write_note("prepared", "")  # somebody moves the schema by hand; the next start looks again
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maitruong.site.settings")
    return become([sys.executable, "-m", "django", name.replace("-", "_"), *arguments], base)


def become(command: list[str], base: object) -> int:
    """Replace this process, so that signals and exit code are the command's own. The database's lock goes along."""
    from tools.database import Database
    from tools.places import var

    assert isinstance(base, Database)
    os.environ |= {**base.addresses.environment(), "MT_VAR": str(var())}
    if base.cluster:
        os.set_inheritable(base.cluster.lock_file(), True)
    os.execv(command[0], command)  # noqa: S606 - our own Python or psql


def main() -> int:
    name, *arguments = sys.argv[1:] or ["help"]
    command = COMMANDS.get(name)
    try:
        return command(arguments) if command else manage(name, arguments)
    except Trouble as trouble:
        print(trouble.what, file=sys.stderr)
        if trouble.remedy:
            print(f"  {trouble.remedy}", file=sys.stderr)
        return trouble.code
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
