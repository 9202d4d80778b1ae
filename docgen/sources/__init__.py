"""Where facts come from: MLflow, git, narratives. Reads only."""
