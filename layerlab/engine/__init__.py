"""Engine: images, containers and layers on one machine, as a Docker engine keeps them."""
