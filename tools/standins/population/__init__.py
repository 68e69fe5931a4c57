"""A stand-in for the population register: its own process, its own data, its own doors, faults on demand. Standard library only."""
