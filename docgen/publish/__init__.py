"""Pages become HTML and PDF."""
