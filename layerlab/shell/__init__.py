"""A small shell, and the commands that it understands."""
