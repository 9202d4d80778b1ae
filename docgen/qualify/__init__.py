"""Installation and operational qualification: docgen proved on the user's own machine, by its own functions."""
