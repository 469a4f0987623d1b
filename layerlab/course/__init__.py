"""The course's exercises: they check themselves, give hints, and know the common mistakes."""
