"""Docker's face: the docker command with its exact output, and ``/var/lib/docker`` as a tree.

``command`` runs a line. A command is a value (``spec``); ``tree`` has them all by name,
``flags`` takes options apart, ``topics`` and ``helping`` know the help. Each module of commands
prints through ``formatting``: rows (``gotemplate``'s records) by a template, or in a ``table``.
``filters`` picks; ``summaries`` and ``listing`` are the engine's lists of images and containers;
``structs`` are the client's types for what ``inspecting`` shows. ``host`` is the machine's tree.
"""
