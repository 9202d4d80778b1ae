"""What tests of several areas share: real stores, and a reader of built dossiers."""
