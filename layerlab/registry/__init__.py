"""Registry: blobs, manifests and tags, and what crossed the wire."""
