"""Columns of the tables that evidence uses, so that a reader, a block and an exporter agree on them by name."""

from __future__ import annotations

from docgen.model.evidence import Column

GROUP_COLUMNS = (
    Column(key="group", title="Group"),
    Column(key="value", title="Value", kind="fraction"),
    Column(key="low", title="Low", kind="fraction"),
    Column(key="high", title="High", kind="fraction"),
    Column(key="n", title="Rows", kind="count", unit="rows"),
    Column(key="events", title="Events", kind="count", unit="rows"),
    Column(key="note", title="Note"),
)
"""Columns of every `fairness:<metric>/<feature>@<split>` table. Attributes: level, method, reference, min_group,
max_group, min_group_size, suppress_below, metric_title, unit."""

COMPARISON_COLUMNS = (
    Column(key="group", title="Group"),
    Column(key="difference", title="Difference", kind="number"),
    Column(key="difference_low", title="Low", kind="number"),
    Column(key="difference_high", title="High", kind="number"),
    Column(key="ratio", title="Ratio", kind="number"),
    Column(key="ratio_low", title="Low", kind="number"),
    Column(key="ratio_high", title="High", kind="number"),
    Column(key="n", title="Rows", kind="count", unit="rows"),
    Column(key="note", title="Note"),
)
"""Columns of `fairness:<metric>.to_reference/<feature>@<split>`: group minus and divided by the reference group.
Attributes: metric_title, reference, level, difference_method, ratio_method, suppress_below."""

IMPACT_COLUMNS = (
    Column(key="group", title="Group"),
    Column(key="selected", title="Favourable", kind="count", unit="rows"),
    Column(key="n", title="Rows", kind="count", unit="rows"),
    Column(key="rate", title="Rate", kind="fraction"),
    Column(key="ratio", title="Adverse impact ratio", kind="number"),
    Column(key="low", title="Low", kind="number"),
    Column(key="high", title="High", kind="number"),
    Column(key="four_fifths", title="At least 4/5"),
    Column(key="p", title="Fisher p", kind="number"),
    Column(key="p_holm", title="p, Holm", kind="number"),
    Column(key="p_bh", title="p, Benjamini-Hochberg", kind="number"),
    Column(key="note", title="Note"),
)
"""Columns of `fairness:selection_rate.air_by_group/<feature>@<split>`. Attributes: favourable, reference,
reference_rule, level, method, family, untested, suppress_below."""

SCORE_GAP_COLUMNS = (
    Column(key="group", title="Group"),
    Column(key="n", title="Rows", kind="count", unit="rows"),
    Column(key="mean", title="Mean", kind="number"),
    Column(key="sd", title="SD", kind="number"),
    Column(key="smd", title="SMD, two groups", kind="number"),
    Column(key="low", title="Low", kind="number"),
    Column(key="high", title="High", kind="number"),
    Column(key="smd_all_rows", title="SMD, all rows", kind="number"),
    Column(key="note", title="Note"),
)
"""Columns of `fairness:<score or prediction>.smd_by_group/<feature>@<split>`. Attributes: of, reference, level, method,
suppress_below."""

PERIOD_COLUMNS = (Column(key="period", title="Period"), *GROUP_COLUMNS)
"""Columns of `fairness:<metric>.by_period/<feature>@<split>`. Attributes: metric_title, level, method, min_group_size,
suppress_below."""

CALIBRATION_COLUMNS = (
    Column(key="low_edge", title="From", kind="fraction"),
    Column(key="high_edge", title="To", kind="fraction"),
    Column(key="n", title="Rows", kind="count", unit="rows"),
    Column(key="predicted", title="Mean predicted", kind="fraction"),
    Column(key="observed", title="Observed", kind="fraction"),
    Column(key="low", title="Low", kind="fraction"),
    Column(key="high", title="High", kind="fraction"),
)
"""Columns of `calibration:curve@<split>` and `calibration:curve/<class>@<split>`. Attributes: bins (rule), level,
method; of several classes also of: the class, or that it is the most probable one."""

ATTRIBUTION_COLUMNS = (
    Column(key="feature", title="Feature"),
    Column(key="mean_abs", title="Mean |SHAP|", kind="number"),
    Column(key="low", title="Low", kind="number"),
    Column(key="high", title="High", kind="number"),
    Column(key="mean", title="Mean SHAP", kind="number"),
    Column(key="direction", title="Direction", kind="number"),
)
"""Columns of `explanation:global@<split>`, largest first; direction is the rank correlation of value and attribution.
Attributes: unit, explainer, output, n, background_rows, background_sha256, background_choice, seed, level, method,
rows_asked, budget, additivity_error, additivity_tolerance."""

GROUP_ATTRIBUTION_COLUMNS = (
    Column(key="group", title="Group"),
    Column(key="feature", title="Feature"),
    Column(key="mean_abs", title="Mean |SHAP|", kind="number"),
    Column(key="n", title="Rows", kind="count", unit="rows"),
    Column(key="note", title="Note"),
)
"""Columns of `explanation:by_group/<feature>@<split>`. Attributes: unit, suppress_below."""

STABILITY_COLUMNS = (
    Column(key="seed", title="Seed", kind="count"),
    Column(key="n", title="Rows", kind="count", unit="rows"),
    Column(key="spearman", title="Rank correlation", kind="number"),
    Column(key="top_shared", title="Leading features shared", kind="count"),
    Column(key="top", title="Leading features", kind="count"),
)
"""Columns of `explanation:stability@<split>`: the ranking of the features with other seeds against that of `seed`."""

INTERACTION_COLUMNS = (
    Column(key="first", title="Feature"),
    Column(key="second", title="With"),
    Column(key="mean_abs", title="Mean |interaction|", kind="number"),
)
"""Columns of `explanation:interactions@<split>`, strongest first. Attributes: unit, n, pairs."""

PERMUTATION_COLUMNS = (
    Column(key="feature", title="Feature"),
    Column(key="drop", title="Drop of the score", kind="number"),
    Column(key="sd", title="SD over repeats", kind="number"),
)
"""Columns of `explanation:permutation@<split>`, largest first. Attributes: scoring, baseline, n, repeats, seed."""

REASON_COLUMNS = (
    Column(key="feature", title="Feature"),
    Column(key="reason", title="Reason"),
    Column(key="events", title="Decisions", kind="count", unit="rows"),
    Column(key="share", title="Share", kind="fraction"),
    Column(key="note", title="Note"),
)
"""Columns of `explanation:reason_codes@<split>`. Attributes: adverse, top, n, principal, with_reason,
suppress_below."""

CONFUSION_COLUMNS = (Column(key="actual", title="Actual"),)
"""Then one count column for each predicted label, keyed and titled by the label. `table:confusion@<split>`."""

EVALUATION_COLUMNS = (Column(key="item", title="Item"), Column(key="value", title="Value"))
"""Columns of `table:evaluation@<split>`, what an evaluation was made on. Items: task, data, rows, sha256,
positive_label, threshold, clusters, cluster_key; those that do not apply are left out. Of `comparison:models@<split>`
too, with the items champion, challenger, champion_threshold, challenger_threshold, keys_sha256; of
`sensitivity:evaluation@<split>`, with output and seed."""

DECISION_COLUMNS = (
    Column(key="champion", title="Champion"),
    Column(key="right", title="challenger right", kind="count", unit="rows"),
    Column(key="wrong", title="challenger wrong", kind="count", unit="rows"),
)
"""Columns of `comparison:decisions@<split>`, a row where the champion was right and one where it was wrong."""

RESPONSE_COLUMNS = (
    Column(key="name", title="Changed"),
    Column(key="what", title="How"),
    Column(key="direction", title="Input"),
    Column(key="mean", title="Mean change of the score", kind="number"),
    Column(key="mean_low", title="Low", kind="number"),
    Column(key="mean_high", title="High", kind="number"),
    Column(key="mean_absolute", title="Mean size of the change", kind="number"),
    Column(key="largest", title="Largest in a row", kind="number"),
    Column(key="flips", title="Decisions that flip", kind="fraction"),
    Column(key="flips_low", title="Low", kind="fraction"),
    Column(key="flips_high", title="High", kind="fraction"),
    Column(key="flipped", title="Rows that flip", kind="count", unit="rows"),
    Column(key="raised", title="To positive", kind="count", unit="rows"),
    Column(key="metric", title="Change of the measure", kind="number"),
    Column(key="metric_low", title="Low", kind="number"),
    Column(key="metric_high", title="High", kind="number"),
    Column(key="rows", title="Rows changed", kind="count", unit="rows"),
    Column(key="outside", title="Beyond the data", kind="count", unit="rows"),
    Column(key="note", title="Note"),
)
"""Columns of `sensitivity:<shock, range, missing or joint>@<split>`; the name is that of an input or a scenario, the
direction raised, lowered or empty; of a scenario, rows and outside are those of the input with the most. Attributes:
n, unit, metric, metric_title, level, score_method, flips_method, metric_method."""

ROC_COLUMNS = (
    Column(key="false_positive_rate", title="False positive rate", kind="fraction"),
    Column(key="true_positive_rate", title="True positive rate", kind="fraction"),
)
"""Columns of `table:roc@<split>`, from (0, 0) to (1, 1), thinned."""

LIFT_COLUMNS = (
    Column(key="part", title="Tenth", kind="count"),
    Column(key="n", title="Rows", kind="count", unit="rows"),
    Column(key="events", title="Events", kind="count", unit="rows"),
    Column(key="score", title="Mean score", kind="number"),
    Column(key="observed", title="Observed rate", kind="fraction"),
    Column(key="low", title="Low", kind="fraction"),
    Column(key="high", title="High", kind="fraction"),
    Column(key="lift", title="Lift", kind="number"),
    Column(key="rows_so_far", title="Share of rows so far", kind="fraction"),
    Column(key="gain", title="Share of events so far", kind="fraction"),
    Column(key="lift_so_far", title="Lift so far", kind="number"),
)
"""Columns of `table:lift@<split>`, highest scores first. Attributes: level, method."""

RESIDUAL_COLUMNS = (
    Column(key="part", title="Tenth", kind="count"),
    Column(key="n", title="Rows", kind="count", unit="rows"),
    Column(key="predicted", title="Mean predicted", kind="number"),
    Column(key="observed", title="Mean observed", kind="number"),
    Column(key="residual", title="Mean residual", kind="number"),
    Column(key="low", title="Low", kind="number"),
    Column(key="high", title="High", kind="number"),
    Column(key="spread", title="SD of residuals", kind="number"),
)
"""Columns of `table:residuals@<split>`, lowest predictions first. Attributes: unit, level, method."""

RESIDUAL_QUANTILE_COLUMNS = (
    Column(key="share", title="Share of rows at or below", kind="fraction"),
    Column(key="value", title="Residual", kind="number"),
)
"""Columns of `table:residual_quantiles@<split>`. Attributes: unit."""

SIGNATURE_COLUMNS = (
    Column(key="role", title="Role"),
    Column(key="name", title="Name"),
    Column(key="type", title="Type"),
    Column(key="required", title="Required"),
)
"""Columns of `signature:model`; role is input, output or param."""

DIFF_COLUMNS = (
    Column(key="path", title="Path"),
    Column(key="added", title="Lines added", kind="count"),
    Column(key="removed", title="Lines removed", kind="count"),
)
"""Columns of `commit:diff` (attributes: from, to, files, added, removed) and of `commit:uncommitted` (attributes:
files, added, removed, untracked, sha256)."""

DVC_COLUMNS = (
    Column(key="role", title="Role"),
    Column(key="name", title="Path or parameter"),
    Column(key="algorithm", title="Hash"),
    Column(key="digest", title="Value of the hash", kind="digest"),
    Column(key="size", title="Bytes", kind="count"),
    Column(key="files", title="Files", kind="count"),
    Column(key="value", title="Value"),
)
"""Columns of `dvc:<stage or path>`; role is dep, out or param. Attributes: kind (stage or data), command, rows."""

DEPLOYMENT_COLUMNS = (
    Column(key="key", title="What"),
    Column(key="value", title="Value"),
)
"""Columns of `deployment:<kind>@<environment>`; keys are the fields of the deployment file. Attributes: environment,
recorded, recorded_by."""

PIPELINE_COLUMNS = (
    Column(key="key", title="Tag"),
    Column(key="value", title="Value"),
    Column(key="on", title="Set on"),
)
"""Columns of `pipeline:<system>`; on is run or parent."""

IMAGE_COLUMNS = (
    Column(key="key", title="Tag"),
    Column(key="value", title="Value"),
    Column(key="pinned", title="Holds a digest"),
)
"""Columns of `runtime:image`. Attribute: sha256, of the first tag that holds one."""

VERSION_COLUMNS = (
    Column(key="version", title="Version"),
    Column(key="created", title="Registered"),
    Column(key="status", title="State"),
    Column(key="stage", title="Stage"),
    Column(key="aliases", title="Aliases"),
    Column(key="run_id", title="Run", kind="digest"),
)
"""Columns of `versions:earlier`, newest first. Attribute: total, of all earlier versions."""

PROFILE_COLUMNS = (
    Column(key="name", title="Column"),
    Column(key="sort", title="Kind"),
    Column(key="n", title="Rows with a value", kind="count", unit="rows"),
    Column(key="missing", title="Missing", kind="count", unit="rows"),
    Column(key="infinite", title="Infinite", kind="count", unit="rows"),
    Column(key="distinct", title="Distinct", kind="count"),
    Column(key="mean", title="Mean", kind="number"),
    Column(key="deviation", title="SD", kind="number"),
    Column(key="low", title="Low", kind="number"),
    Column(key="low_is", title="Low is"),
    Column(key="lower_quartile", title="Lower quartile", kind="number"),
    Column(key="median", title="Median", kind="number"),
    Column(key="upper_quartile", title="Upper quartile", kind="number"),
    Column(key="high", title="High", kind="number"),
    Column(key="high_is", title="High is"),
    Column(key="first", title="First"),
    Column(key="last", title="Last"),
)
"""Columns of `profile:<context>`; sort is number, category or time. Attributes: suppress_below, rows."""

LEVEL_COLUMNS = (
    Column(key="column", title="Column"),
    Column(key="value", title="Value"),
    Column(key="n", title="Rows", kind="count", unit="rows"),
    Column(key="share", title="Share", kind="fraction"),
    Column(key="merged", title="Values", kind="count"),
)
"""Columns of `profile:<context>/levels`; value None: so many rare values together. Attributes: suppress_below, rows."""

OVERLAP_COLUMNS = (
    Column(key="what", title="What"),
    Column(key="n", title="Found", kind="count"),
    Column(key="of", title="Of", kind="count"),
    Column(key="share", title="Share", kind="fraction"),
)
"""Columns of `overlap:<first>/<second>`; what is one of `OVERLAP_ROWS`. Attributes: first, second, columns, key,
row_method, key_method."""

OVERLAP_ROWS = (
    "shared_rows",
    "shared_entities",
    "shared_entity_rows",
    "duplicates_first",
    "duplicates_second",
    "keyless_first",
    "keyless_second",
)
"""What the rows of an overlap table say."""

SHIFT_COLUMNS = (
    Column(key="column", title="Column"),
    Column(key="role", title="Role"),
    Column(key="index", title="Index", kind="number", unit="nats"),
    Column(key="low", title="Low", kind="number"),
    Column(key="high", title="High", kind="number"),
    Column(key="expected", title="Mean by chance", kind="number"),
    Column(key="noise", title="Bound of chance", kind="number"),
    Column(key="bins", title="Bins", kind="count"),
    Column(key="empty", title="Empty bins", kind="count"),
    Column(key="n_reference", title="Reference rows", kind="count", unit="rows"),
    Column(key="n_current", title="Current rows", kind="count", unit="rows"),
    Column(key="note", title="Note"),
)
"""Columns of `shift:<reference>~<current>`; role is score, target or feature. Attributes: reference, current, rule,
epsilon, level, method, suppress_below, reference_sha256, current_sha256."""

MONITORING_COLUMNS = (
    Column(key="time", title="Time"),
    Column(key="value", title="Value", kind="number"),
    Column(key="low", title="Low", kind="number"),
    Column(key="high", title="High", kind="number"),
    Column(key="n", title="Rows", kind="count", unit="rows"),
    Column(key="amber", title="Amber", kind="number"),
    Column(key="red", title="Red", kind="number"),
    Column(key="state", title="State"),
    Column(key="note", title="Note"),
    Column(key="source", title="Read from"),
    Column(key="sha256", title="SHA-256", kind="digest"),
)
"""Columns of `monitoring:<series>`, in order of time; state is within, amber, red or None. Attributes: title, kind,
feature, unit, worse, amber, red, limits_source, limits_file, level, method, system, reference, cadence_days; of a whole
series also first_seen, last_seen, points, ambers, reds."""
