"""Evidence against requirements. Pure: facts in, verdicts out."""
