"""Speed and memory, each measured next to a peer in the same run: ``make bench``."""
