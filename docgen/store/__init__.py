"""Effects on disk: content-addressed objects, snapshots and their pointers, dossiers."""
