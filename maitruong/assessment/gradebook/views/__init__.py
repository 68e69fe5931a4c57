"""Pages of the mark books: parse, one service or query, render."""
