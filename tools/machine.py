"""PostgreSQL settings sized to the machine it runs on."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

MB = 1024 * 1024

EVERYWHERE = {
    "timezone": "UTC",
    "jit": "off",  # our statements are short; compiling them costs more than it saves
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.max": "2000",
    "track_io_timing": "on",
    "random_page_cost": "1.1",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    # Statements and the values in DETAIL lines carry personal data; neither belongs in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def memory_bytes() -> int:
    """What this process may use: the machine's memory, or less when its control group says so."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return total
    return min(total, int(limit)) if limit.isdigit() else total


def settings_for_this_machine(data: Path) -> dict[str, str]:
    """Settings for real work: a quarter to an eighth of the memory as buffers, the write-ahead log by the free disk."""
    memory, cores = memory_bytes(), os.cpu_count() or 1
    free = shutil.disk_usage(data).free if os.access(data.parent, os.X_OK) else 20 * 1024 * MB
    return EVERYWHERE | {
        "max_connections": "100",
        "shared_buffers": _megabytes(memory / 8, 128, 4096),
        "effective_cache_size": _megabytes(memory / 2, 256, 65536),
        "maintenance_work_mem": _megabytes(memory / 32, 64, 1024),
        "work_mem": _megabytes(memory / 512, 8, 64),
        "max_wal_size": _megabytes(free / 10, 512, 4096),
        "checkpoint_timeout": "15min",
        "max_parallel_workers": str(max(2, cores)),
        "idle_in_transaction_session_timeout": "10min",
        **_shared_memory(),
    }


def settings_for_tests() -> dict[str, str]:
    """Settings for a database that may be lost at any moment: nothing waits for the disk."""
    return EVERYWHERE | {
        "max_connections": "100",
        "shared_buffers": "128MB",
        "max_wal_size": "1GB",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        **_shared_memory(),
    }


def _megabytes(size: float, least: int, most: int) -> str:
    return f"{int(min(max(size / MB, least), most))}MB"


def _shared_memory() -> dict[str, str]:
    """Containers often give /dev/shm 64 MB; a parallel query that wants more would fail there."""
    try:
        room = shutil.disk_usage("/dev/shm").total  # noqa: S108
    except OSError:
        room = 0
    return {} if room >= 256 * MB else {"dynamic_shared_memory_type": "mmap"}
