"""Sample evidence of each subject, for the snapshot of `docgen.testing`."""
