"""The command line: ``layerlab layers IMAGE`` and its kin.

``parsing`` says which commands there are; ``main`` runs one and turns what went wrong into words
and an exit code. ``looking``, ``judging``, ``taking`` and ``lab`` do the work and return an exit
code; ``images`` opens what IMAGE names, ``engines`` asks Docker or Podman for it. ``screen`` is
what they print to, ``progress`` the line that says how far a long reading is.
"""

from layerlab.command.main import main, run

__all__ = ["main", "run"]
