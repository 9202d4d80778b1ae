"""The demo: a small credit model, trained and tracked for real, so that a newcomer sees a whole dossier at once."""
