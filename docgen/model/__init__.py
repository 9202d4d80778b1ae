"""Pure values: evidence, snapshots, regimes, assessments, documents. No effects, no clock, no network."""
