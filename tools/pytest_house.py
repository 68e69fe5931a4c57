"""Loaded by pytest before Django's settings are: tells them the addresses of this process's own test database.

Also counts what was not run, and keeps tests that need a missing Debian program from running.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings as hypothesis_settings

from tools import packages
from tools.places import var
from tools.testbase import TestServer

if "MT_TEST_PROCESS" not in os.environ:
    # An address given for real work must never reach a test, and nor may the installation's own files.
    os.environ["MT_VAR"] = str(var() / "test")
    os.environ["MT_TEST_PROCESS"] = "main"

DATABASE = f"mt_test_{os.getpid()}"
server = TestServer()
os.environ |= server.addresses(DATABASE).environment()

EXIT_NOT_ALL_RUN = 3
BROWSER = ("chromium", "libatomic.so.1")
LONG = ("tests/journeys/", "tests/faults/", "tests/house/")

# A busy machine must not turn a property red: examples have no deadline of their own. The same examples every run.
hypothesis_settings.register_profile("house", deadline=None, derandomize=True)
hypothesis_settings.load_profile("house")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a run in several processes: files of minutes first, or one process is left with them when the others are done."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_runtest_setup(item: pytest.Item) -> None:
    missing = [program for program in programs_needed(item) if not packages.is_here(program)]
    if missing:
        pytest.skip(f"{packages.MISSING} {' '.join(missing)}")


def programs_needed(item: pytest.Item) -> list[str]:
    """The programs a test names in its `tools` markers; a journey always needs the browser and its driver's library."""
    named = [str(program) for marker in item.iter_markers("tools") for program in marker.args]
    return [*named, *(BROWSER if item.get_closest_marker("journey") else [])]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    missing: set[str] = set()
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if packages.MISSING in reason:
            missing.update(reason.partition(packages.MISSING)[2].split())
    if missing:
        terminalreporter.write_line(
            f"Some tests need Debian packages: {packages.apt_command(sorted(missing))}", yellow=True
        )
    terminalreporter.write_line(f"not run: {len(skipped) + _never_reached(terminalreporter)}")


def _never_reached(terminalreporter: pytest.TerminalReporter) -> int:
    """Tests that were selected but not come to, because the run was broken off."""
    kinds = ("passed", "failed", "skipped", "xfailed", "xpassed", "error")
    reached = {
        report.nodeid for kind in kinds for report in terminalreporter.stats.get(kind, []) if hasattr(report, "when")
    }
    selected = terminalreporter._numcollected - len(terminalreporter.stats.get("deselected", []))
    parallel = terminalreporter.config.pluginmanager.get_plugin("dsession")
    if parallel and parallel.sched:  # the workers collect; the scheduler knows what they agreed on
        selected = len(parallel.sched.collection or [])
    return max(0, selected - len(reached))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus != pytest.ExitCode.OK or reporter is None or hasattr(session.config, "workerinput"):
        return
    if session.config.option.collectonly:
        return
    reasons = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
    if any(packages.MISSING in reason for reason in reasons):
        session.exitstatus = EXIT_NOT_ALL_RUN
    elif reasons and os.environ.get("MT_ALL_MUST_RUN"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
