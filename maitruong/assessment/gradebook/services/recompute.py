"""Results made again for a whole class by the plain rules."""
