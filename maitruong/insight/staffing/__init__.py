"""Teachers a school may have by its classes, and has: surplus and shortage, by school and by subject."""
