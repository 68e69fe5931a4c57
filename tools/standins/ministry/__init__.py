"""A stand-in for the ministry's gate: its own process, its own schema, its own eyes for a seal, faults on demand. Standard library only."""
