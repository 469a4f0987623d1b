"""Docker's face: the docker command with its exact output, and ``/var/lib/docker`` as a tree."""
