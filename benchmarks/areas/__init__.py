"""What is measured, one file a subject. Each area is `def run(bench) -> list[Figure]` and may raise NotRun."""
