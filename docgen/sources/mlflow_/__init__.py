"""MLflow: one model version, read from a server, a database or a folder of runs, never changing it."""
