"""BuildKit's builder, as the engine 20.10 has it built in.

``frontend``, ``stages`` and ``dispatching`` make a graph of operations of a Dockerfile
(``graph``, ``mounts``). ``solving`` finds each in the cache (``keys``, ``content``, ``records``)
or carries it out: ``files`` is what COPY, ADD and WORKDIR do, ``running`` what RUN does.
``transferring`` is what the client sends, ``exporting`` makes the image, ``progress`` tells of
it all.
"""

from layerlab.build.buildkit.building import build

__all__ = ["build"]
