"""Sealed dossiers: sign them, put them into one archive, prove them without the project at hand."""
