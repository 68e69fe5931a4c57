"""Lists in and out: safe reading of spreadsheets, column maps, dry run, problems at the cell, undo, annotated sheets back."""
