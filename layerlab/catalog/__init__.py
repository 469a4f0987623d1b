"""Images that were measured or recorded elsewhere, as data."""
