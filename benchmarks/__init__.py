"""Figures with their evidence: `./dev bench [area] --json`. Targets stand in targets.toml, and nowhere else."""
