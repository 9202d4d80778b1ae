"""Groups: golden values of published sources, a second implementation, and every odd input with its stated reason."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score
from statsmodels.stats.proportion import proportions_ztest

from docgen.errors import UsageError
from docgen.evaluate.comparisons import adjusted, four_fifths
from docgen.evaluate.fairness import Choices, choices_of, fairness
from docgen.evaluate.groups import axes_of
from docgen.evaluate.intervals import Method
from docgen.evaluate.outcomes import Outcomes, counting
from docgen.evaluate.protection import protected
from docgen.evaluate.redraw import moments_of, redrawn, values_of
from docgen.evaluate.resample import Clusters, Resampling
from docgen.evaluate.settings import Settings
from docgen.model.formats import AdverseImpact, DataRef, FairnessFile, ImpactRow, ScoreRow

COMPAS = {"Black": (990, 805, 532, 1369), "White": (1139, 349, 461, 505)}
"""TN, FP, FN, TP: ProPublica, 'How We Analyzed the COMPAS Recidivism Algorithm' (2016), its notebook."""


def rows_of(cells: dict[str, tuple[int, int, int, int]]) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Rows of truth, prediction and group that give these counts."""
    truth = np.concatenate([np.repeat([0, 0, 1, 1], counts) for counts in cells.values()])
    predicted = np.concatenate([np.repeat([0, 1, 0, 1], counts) for counts in cells.values()])
    group = np.concatenate([np.repeat(name, sum(counts)) for name, counts in cells.items()])
    return truth, predicted, pd.DataFrame({"group": group})


def clustered(codes: np.ndarray | None) -> Clusters | None:
    return None if codes is None else Clusters(codes=codes, count=int(codes.max()) + 1, name="patient")


def evaluated(
    truth: np.ndarray,
    predicted: np.ndarray,
    sensitive: object,
    *,
    score: np.ndarray | None = None,
    periods: object = None,
    task: str = "binary",
    labels: tuple[str, ...] = ("0", "1"),
    clusters: np.ndarray | None = None,
    draws: int = 400,
    **choices: object,
) -> FairnessFile:
    outcomes = Outcomes(task=task, truth=truth, predicted=predicted, labels=labels, score=score)  # type: ignore[arg-type]
    return fairness(
        outcomes,
        sensitive,
        Choices(**({"favourable": labels[-1] if labels else ""} | choices)),  # type: ignore[arg-type]
        Resampling(method=Method(draws=draws, seed=3), rows=len(truth), clusters=clustered(clusters)),
        split="test",
        dataset=DataRef(name="d", rows=len(truth)),
        periods=periods,
    )


def rate(record: FairnessFile, metric: str, group: str, feature: str = "group") -> float | None:
    (table,) = [table for table in record.groups if (table.metric, table.feature) == (metric, feature)]
    return next(row.value for row in table.rows if row.group == group)


def disparity(record: FairnessFile, key: str) -> float | None:
    return next(gap.quantity.value for gap in record.disparities if gap.key == key)


def test_compas_gives_the_rates_that_propublica_printed() -> None:
    record = evaluated(*rows_of(COMPAS))
    printed = {"Black": (0.4485, 0.2799), "White": (0.2345, 0.4772)}
    by_fairlearn = {"Black": (0.4484680, 0.2798527), "White": (0.2345430, 0.4772257)}
    for wanted, digits in ((printed, 5e-5), (by_fairlearn, 5e-8)):
        for group, (false_positive, false_negative) in wanted.items():
            assert rate(record, "false_positive_rate", group) == pytest.approx(false_positive, abs=digits)
            assert 1 - rate(record, "true_positive_rate", group) == pytest.approx(false_negative, abs=digits)
    for group, (tn, fp, fn, tp) in COMPAS.items():
        assert (rate(record, "false_positive_rate", group), rate(record, "true_positive_rate", group)) == (
            fp / (fp + tn),
            tp / (tp + fn),
        )


def test_disparities_of_compas_are_those_of_fairlearn_on_rows_and_of_aif360() -> None:
    truth, predicted, sensitive = rows_of(COMPAS)
    record = evaluated(truth, predicted, sensitive)
    groups = {"sensitive_features": sensitive["group"]}
    oracles = {
        "selection_rate.difference": fairlearn.demographic_parity_difference(truth, predicted, **groups),
        "selection_rate.ratio": fairlearn.demographic_parity_ratio(truth, predicted, **groups),
        "equalized_odds.difference": fairlearn.equalized_odds_difference(truth, predicted, **groups),
        "equalized_odds.mean_difference": fairlearn.equalized_odds_difference(truth, predicted, agg="mean", **groups),
        "true_positive_rate.difference": fairlearn.equal_opportunity_difference(truth, predicted, **groups),
    }
    aif360 = {  # aif360 0.6.1, ClassificationMetric on the same rows
        "selection_rate.difference": 0.2402002032197631,
        "selection_rate.ratio": 0.5916375569916079,
        "equalized_odds.mean_difference": 0.20564895979925069,
        "true_positive_rate.difference": 0.19737296377737334,
    }
    for key, expected in oracles.items():
        assert disparity(record, key) == pytest.approx(expected, rel=1e-14), key
    for key, expected in aif360.items():
        assert disparity(record, key) == pytest.approx(expected, rel=1e-14), key
    assert disparity(record, "equalized_odds.difference") == pytest.approx(0.2139249558, abs=1e-10)


def test_a_difference_to_the_reference_keeps_its_sign_where_fairlearn_drops_it() -> None:
    truth, predicted, sensitive = rows_of(COMPAS)
    for reference, sign in (("Black", -1), ("White", 1)):
        record = evaluated(truth, predicted, sensitive, references={"group": reference})
        (table,) = [table for table in record.comparisons if table.metric == "selection_rate"]
        other = next(row for row in table.rows if row.group != reference)
        assert table.reference == reference
        assert other.difference == pytest.approx(sign * 0.2402002032197631)
        assert next(row for row in table.rows if row.group == reference).note == "reference"


def test_the_adverse_impact_ratio_is_against_the_reference_and_no_min_max_ratio() -> None:
    """Rates .60, .50 (reference), .42: 0.84 against the reference, 0.70 between the extremes."""
    cells = {"a": (400, 600, 0, 0), "ref": (500, 500, 0, 0), "b": (580, 420, 0, 0)}
    record = evaluated(*rows_of(cells), references={"group": "ref"})
    (impact,) = record.adverse_impact
    assert {row.group: row.ratio for row in impact.rows} == {
        "a": pytest.approx(1.2),
        "b": pytest.approx(0.84),
        "ref": None,
    }
    assert impact.reference_rule == "declared"
    assert disparity(record, "selection_rate.air") == pytest.approx(0.84)
    assert disparity(record, "selection_rate.ratio") == pytest.approx(0.70)


def test_the_examples_of_the_eeoc_are_decided_as_it_decides_them() -> None:
    """EEOC, Questions and Answers on the Uniform Guidelines (1979), no. 12: 60, 45, 48, 51 of 100."""
    cells = {name: (100 - k, k, 0, 0) for name, k in (("W", 60), ("AI", 45), ("H", 48), ("B", 51))}
    (impact,) = evaluated(*rows_of(cells)).adverse_impact
    found = {row.group: (row.ratio, row.four_fifths) for row in impact.rows}
    assert impact.reference == "W"
    assert impact.reference_rule == "highest rate"
    assert found["AI"] == (pytest.approx(0.75), False)
    assert found["H"] == (pytest.approx(0.80), True)
    assert found["B"] == (pytest.approx(0.85), True)
    assert next(row.p for row in impact.rows if row.group == "AI") == pytest.approx(0.0471655, abs=5e-8)
    z, p = proportions_ztest([45, 60], [100, 100])  # the large-sample test, which would seem surer than it is
    assert (z, p) == (pytest.approx(-2.12398, abs=5e-6), pytest.approx(0.0336721, abs=5e-8))


def test_four_fifths_at_its_border_is_decided_in_whole_numbers() -> None:
    """0.4 / 0.5 is 0.8 exactly; so are these, where floating point says 0.7999999999999999."""
    for one, reference in (((48, 100), (60, 100)), ((36, 75), (3, 5)), ((4, 49), (5, 49)), ((28, 49), (35, 49))):
        assert four_fifths(one, reference)
        assert not four_fifths((one[0] - 1, one[1]), reference)
    assert any((k / n) / (r / m) < 0.8 for k, n, r, m in [(4 * i, 49, 5 * i, 49) for i in range(1, 9)])


def test_fishers_p_is_that_of_the_lady_tasting_tea() -> None:
    """Fisher, The Design of Experiments (1935): 3 of 4 and 1 of 4, two-sided 0.4857."""
    cells = {"milk first": (1, 3, 0, 0), "tea first": (3, 1, 0, 0)}
    (impact,) = evaluated(*rows_of(cells), suppress_below=1, min_group_size=1).adverse_impact
    assert next(row.p for row in impact.rows if row.p is not None) == pytest.approx(0.4857143, abs=5e-8)


def test_intervals_of_differences_and_ratios_are_newcombes_and_the_log_methods() -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10: 56/70 - 48/80; scipy's example 27/122."""
    record = evaluated(*rows_of({"a": (14, 56, 0, 0), "b": (32, 48, 0, 0)}), references={"group": "b"})
    (table,) = [table for table in record.comparisons if table.metric == "selection_rate"]
    row = table.rows[0]
    assert (row.difference_low, row.difference_high) == (
        pytest.approx(0.0524, abs=5e-5),
        pytest.approx(0.3339, abs=5e-5),
    )
    (impact,) = evaluated(
        *rows_of({"a": (95, 27, 0, 0), "b": (443, 44, 0, 0)}), references={"group": "b"}
    ).adverse_impact
    other = stats.contingency.relative_risk(27, 122, 44, 487).confidence_interval(0.95)
    assert (impact.rows[0].low, impact.rows[0].high) == (
        pytest.approx(1.5836990926700116),
        pytest.approx(3.7886786315466354),
    )
    assert (impact.rows[0].low, impact.rows[0].high) == (pytest.approx(other.low), pytest.approx(other.high))
    none = evaluated(*rows_of({"a": (20, 0, 0, 0), "b": (15, 5, 0, 0)}), references={"group": "b"}).adverse_impact[0]
    assert (none.rows[0].ratio, none.rows[0].low) == (0.0, None)


def test_adjusted_p_values_reject_what_benjamini_and_hochberg_reject() -> None:
    """Benjamini and Hochberg, JRSS B 57 (1995) 289-300, section 4.1: 15 tests, 3 by Bonferroni and Holm, 4 by theirs."""
    published = (
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    )
    empty = dict.fromkeys(("selected", "n", "rate", "ratio", "low", "high", "four_fifths", "p_holm", "p_bh"))
    rows = [ImpactRow(group=f"g{i:02}", p=p, **empty) for i, p in enumerate(published)]  # type: ignore[arg-type]
    parts = [
        AdverseImpact(feature=name, reference="r", reference_rule="declared", rows=tuple(some))
        for name, some in (("a", rows[:7]), ("b", rows[7:]))
    ]
    found, tests = adjusted(parts)
    every = [row for part in found for row in part.rows]
    assert tests == 15
    assert sum(row.p_holm <= 0.05 for row in every if row.p_holm is not None) == 3
    assert sum(row.p_bh <= 0.05 for row in every if row.p_bh is not None) == 4
    second = stats.false_discovery_control([row.p for row in every], method="bh")
    assert [row.p_bh for row in every] == pytest.approx(second.tolist())
    assert [row.p_bh for row in every][:5] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625, 0.0603], abs=1e-9)


def test_the_standardized_mean_difference_names_both_denominators() -> None:
    """Austin, Statistics in Medicine 28 (2009) 3083-3107: rates .30 and .20 are 0.2325 apart (tableone prints 0.232)."""
    score = np.concatenate([np.repeat([1.0, 0.0], [3000, 7000]), np.repeat([1.0, 0.0], [2000, 8000])])
    sensitive = pd.DataFrame({"group": np.repeat(["a", "b"], 10_000)})
    called = (score > 0.5).astype(int)
    (gap,) = evaluated(called, called, sensitive, score=score, references={"group": "b"}).score_gaps
    row = next(row for row in gap.rows if row.group == "a")
    assert row.smd == pytest.approx(0.2324952775, rel=1e-4)
    pooled = math.sqrt((score[:10_000].var(ddof=1) + score[10_000:].var(ddof=1)) / 2)
    assert row.smd == pytest.approx((score[:10_000].mean() - score[10_000:].mean()) / pooled, rel=1e-12)
    assert row.smd_all_rows == pytest.approx(0.1 / score.std(ddof=1), rel=1e-12)
    assert row.low < row.smd < row.high


def exactly(mean: float, deviation: float, rows: int) -> np.ndarray:
    """Numbers whose mean and standard deviation (denominator rows - 1) are these."""
    drawn = np.random.default_rng(rows).normal(size=rows)
    return mean + deviation * (drawn - drawn.mean()) / drawn.std(ddof=1)


def score_row(first: np.ndarray, second: np.ndarray) -> ScoreRow:
    """The scores of group a, the first, against those of group b."""
    score, group = np.concatenate([first, second]), np.repeat(["a", "b"], [len(first), len(second)])
    called = np.zeros(len(score), dtype=int)
    (gap,) = evaluated(called, called, {"group": group}, score=score, references={"group": "b"}).score_gaps
    return next(row for row in gap.rows if row.group == "a")


def test_the_standardized_mean_difference_and_its_error_are_those_of_borenstein_and_hedges() -> None:
    """Borenstein, Hedges, Higgins and Rothstein, Introduction to Meta-Analysis (2009), chapter 4.

    Means 103 and 100, deviations 5.5 and 4.5, 50 rows each: d .5970, standard error .2044; tableone's tests hold both.
    """
    row = score_row(exactly(103.0, 5.5, 50), exactly(100.0, 4.5, 50))
    assert row.smd == pytest.approx(0.5970, abs=5e-5)
    assert (row.high - row.smd) / stats.norm.ppf(0.975) == pytest.approx(0.2044, abs=5e-5)


def yang_and_dalton(first: list[float], second: list[float]) -> float:
    """The distance of two distributions over categories, as tableone computes it for any number of them.

    Yang and Dalton, A unified approach to measuring the effect size between two groups using SAS, SAS Global Forum
    2012, paper 335: Mahalanobis' distance by the mean of the groups' multinomial covariances, one category left out.
    """
    p, q = np.array(first[1:]), np.array(second[1:])
    spread = sum(np.diag(share) - np.outer(share, share) for share in (p, q)) / 2
    return math.sqrt((p - q) @ np.linalg.solve(spread, p - q))


def test_a_second_formula_gives_the_standardized_mean_difference_of_a_yes_or_no() -> None:
    """Rates .30 and .20: 0.2324952775, which tableone prints as 0.232."""
    assert yang_and_dalton([0.7, 0.3], [0.8, 0.2]) == pytest.approx(0.2324952775, abs=5e-11)
    row = score_row(np.repeat([1.0, 0.0], [30_000, 70_000]), np.repeat([1.0, 0.0], [20_000, 80_000]))
    assert row.smd == pytest.approx(yang_and_dalton([0.7, 0.3], [0.8, 0.2]), rel=1e-5)


def test_the_denominators_of_two_groups_and_of_all_rows_lie_as_far_apart_as_published() -> None:
    """tableone's 0.346: .3462 by Austin's denominator, .3412 by the deviation of all rows, which holds the gap too."""
    row = score_row(exactly(0.3462, 1.0, 1000), exactly(0.0, 1.0, 1000))
    assert (row.smd, row.smd_all_rows) == (pytest.approx(0.3462, abs=1e-9), pytest.approx(0.3412, abs=5e-5))


def test_rates_of_many_features_are_those_of_fairlearn_on_rows() -> None:
    draw = np.random.default_rng(5)
    sensitive = pd.DataFrame({
        "sex": draw.choice(["f", "m"], 6000),
        "age": draw.choice(["young", "old"], 6000, p=[0.3, 0.7]),
        "site": draw.choice([1, 2, 3], 6000),
    })  # fmt: skip
    truth, predicted = draw.integers(0, 2, 6000), draw.integers(0, 2, 6000)
    record = evaluated(truth, predicted, sensitive)
    functions = {
        "selection_rate": fairlearn.selection_rate,
        "true_positive_rate": fairlearn.true_positive_rate,
        "false_positive_rate": fairlearn.false_positive_rate,
    }
    features = [["sex"], ["age"], ["site"], ["sex", "age"], ["sex", "site"], ["age", "site"]]
    assert [table.feature for table in record.groups if table.metric == "accuracy"] == [
        "sex", "age", "site", "sex & age", "sex & site", "age & site",
    ]  # fmt: skip
    for names in features:
        frame = fairlearn.MetricFrame(
            metrics=functions, y_true=truth, y_pred=predicted, sensitive_features=sensitive[names]
        )
        for metric in functions:
            for group, expected in frame.by_group[metric].items():
                name = " & ".join(str(part) for part in group) if isinstance(group, tuple) else str(group)
                assert rate(record, metric, name, " & ".join(names)) == pytest.approx(expected, rel=1e-13)


def scored(rows: int = 1200, seed: int = 3) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    draw = np.random.default_rng(seed)
    signal = draw.normal(size=rows)
    truth = (draw.random(rows) < 1 / (1 + np.exp(-signal))).astype(int)
    groups = pd.DataFrame({"sex": draw.choice(["f", "m"], rows), "site": draw.choice(list("abc"), rows)})
    noise = np.where(groups["sex"] == "f", 0.3, 1.5)
    return truth, 1 / (1 + np.exp(-signal - noise * draw.normal(size=rows))), groups


def test_the_area_of_each_group_is_that_of_its_rows_and_differences_add_variances() -> None:
    truth, score, sensitive = scored()
    record = evaluated(truth, (score > 0.5).astype(int), sensitive, score=score, references={"sex": "m"})
    areas = {table.feature: table for table in record.groups if table.metric == "roc_auc"}
    assert set(areas) == {"sex", "site", "sex & site"}
    assert {table.method for table in areas.values()} == {"DeLong"}
    for row in areas["sex & site"].rows:
        mine = (sensitive["sex"] + " & " + sensitive["site"] == row.group).to_numpy()
        assert row.value == pytest.approx(roc_auc_score(truth[mine], score[mine]), abs=1e-12)
        assert (row.n, row.events) == (mine.sum(), truth[mine].sum())
        assert row.low < row.value < row.high
    by_group = {row.group: row for row in areas["sex"].rows}
    (against,) = [one for one in record.comparisons if (one.metric, one.feature) == ("roc_auc", "sex")]
    apart, reference = sorted(against.rows, key=lambda row: row.group)
    assert (reference.note, reference.difference) == ("reference", None)
    assert apart.difference == pytest.approx(by_group["f"].value - by_group["m"].value)
    halves = [(row.high - row.low) / 2 for row in by_group.values()]
    assert apart.difference_high - apart.difference == pytest.approx(math.hypot(*halves), rel=1e-9)
    assert not [gap for gap in record.disparities if gap.key.startswith("roc_auc")]


def test_areas_of_groups_are_suppressed_or_undefined_in_words() -> None:
    truth, score, sensitive = scored()
    sensitive["site"] = np.where(np.arange(1200) < 4, "tiny", sensitive["site"])
    sensitive["kind"] = np.where(truth == 1, "case", "rest")
    called = (score > 0.5).astype(int)
    record = evaluated(truth, called, sensitive, score=score, suppress_below=5)
    rows = {
        (table.feature, row.group): row for table in record.groups if table.metric == "roc_auc" for row in table.rows
    }
    assert (rows["site", "tiny"].value, rows["site", "tiny"].n, rows["site", "tiny"].note) == (None, None, "suppressed")
    for group in ("case", "rest"):
        row = rows["kind", group]
        assert row.value is None
        assert row.note in {"suppressed", "undefined: only one class in the group"}
    alone = evaluated(truth, called, sensitive[["kind"]], score=score, suppress_below=1)
    notes = {row.note for table in alone.groups if table.metric == "roc_auc" for row in table.rows}
    assert notes == {"undefined: only one class in the group"}
    assert not [table for table in evaluated(truth, called, sensitive).groups if table.metric == "roc_auc"]


def methods_of(record: FairnessFile) -> list[str]:
    """How every interval of a file was formed."""
    return [
        record.method,
        *(table.method for table in record.groups if table.method),
        *(one.difference_method for one in record.comparisons),
        *(one.ratio_method for one in record.comparisons if one.ratio_method),
        *(impact.method for impact in record.adverse_impact),
        *(gap.method for gap in record.score_gaps),
        *(gap.quantity.interval.method for gap in record.disparities if gap.quantity.interval),
    ]


def repeated(times: int) -> tuple[FairnessFile, FairnessFile, FairnessFile]:
    """The same 600 patients: each row once, each row several times, and these as clusters."""
    truth, score, sensitive = scored(600)
    called = (score > 0.5).astype(int)
    alone = evaluated(truth, called, sensitive, score=score, draws=1000, suppress_below=1)
    more = {"score": np.repeat(score, times), "draws": 1000, "suppress_below": 1}
    rows = (np.repeat(truth, times), np.repeat(called, times), sensitive.loc[sensitive.index.repeat(times)])
    apart = evaluated(*rows, **more)  # type: ignore[arg-type]
    together = evaluated(*rows, **more, clusters=np.repeat(np.arange(600), times))  # type: ignore[arg-type]
    return alone, apart, together


def widths(record: FairnessFile) -> dict[tuple[str, ...], float]:
    """How wide each interval is, by what it is of."""
    found: dict[tuple[str, ...], tuple[float | None, float | None]] = {}
    for table in record.groups:
        found |= {(table.metric, table.feature, row.group): (row.low, row.high) for row in table.rows}
    for one in record.comparisons:
        for row in one.rows:
            key = (one.metric, one.feature, row.group)
            found[(*key, "difference")] = (row.difference_low, row.difference_high)
            found[(*key, "ratio")] = (row.ratio_low, row.ratio_high)
    for kind, several in (("impact", record.adverse_impact), ("smd", record.score_gaps)):
        found |= {(kind, each.feature, row.group): (row.low, row.high) for each in several for row in each.rows}
    for gap in record.disparities:
        if gap.quantity.interval is not None:
            found[gap.key, gap.feature] = (gap.quantity.interval.low, gap.quantity.interval.high)
    return {key: high - low for key, (low, high) in found.items() if low is not None and high is not None}


def test_rows_that_repeat_each_other_need_clusters_for_honest_intervals_of_groups() -> None:
    """Every patient nine times: as rows intervals are a third as wide, as clusters about those of the patients."""
    alone, apart, together = repeated(9)
    known = widths(alone)
    ratios = {key: width / known[key] for key, width in widths(together).items()}
    assert set(ratios) == set(known)
    assert len(ratios) > 120
    assert all(0.75 < ratio < 1.45 for ratio in ratios.values()), sorted(ratios.items(), key=lambda item: item[1])
    assert np.median(list(ratios.values())) == pytest.approx(1, abs=0.05)
    narrow = [width / known[key] for key, width in widths(apart).items()]
    assert np.median(narrow) == pytest.approx(1 / 3, abs=0.05)


def test_the_values_do_not_depend_on_clusters_and_every_method_names_them() -> None:
    _, apart, together = repeated(3)
    name = "cluster bootstrap percentile, 600 clusters by patient, 1000 draws, seed 3"
    assert set(methods_of(together)) == {name}
    assert not set(methods_of(apart)) & {name}
    plain = {gap.key + gap.feature: gap.quantity.value for gap in apart.disparities}
    assert {gap.key + gap.feature: gap.quantity.value for gap in together.disparities} == plain


def test_rows_that_form_clusters_are_not_tested_as_rows() -> None:
    _, apart, together = repeated(2)
    assert apart.untested == ""
    assert (together.family, together.untested) == (
        "",
        "not tested: Fisher's exact test takes rows as independent, and these form 600 clusters by patient",
    )
    assert {row.p for impact in together.adverse_impact for row in impact.rows} == {None}
    assert any(row.four_fifths is not None for impact in together.adverse_impact for row in impact.rows)


def test_the_draws_of_groups_are_those_of_whole_clusters() -> None:
    """Each draw by hand: every row as often as its cluster was drawn."""
    truth, score, sensitive = scored(300)
    called, codes = (score > 0.5).astype(int), np.random.default_rng(1).integers(0, 60, 300)
    how = Resampling(method=Method(draws=50, seed=3), rows=300, clusters=clustered(codes))
    counted = counting(Outcomes(task="binary", truth=truth, predicted=called, labels=("0", "1"), score=score))
    axes = axes_of(sensitive, 300)
    (sex, site, both) = redrawn(protected(axes, None, counted, 1).views, counted, how)
    weights = np.concatenate(list(how.weights()))
    for shown, names in ((sex, sensitive["sex"]), (site, sensitive["site"]), (both, sensitive.agg(" & ".join, axis=1))):
        for group in shown.groups:
            mine = (names == group.name).to_numpy()
            for measure, of, hit in (
                (counted.measures[0], mine, called == 1),
                (counted.measures[2], mine & (truth == 1), called == 1),
            ):
                by_hand = [(row[of & hit]).sum() / row[of].sum() for row in weights]
                assert values_of(measure, group) == pytest.approx(by_hand, abs=1e-12)
            mean, variance = moments_of(counted.score, group)  # type: ignore[arg-type]
            again = np.repeat(score[mine], weights[0][mine].astype(int))
            assert (mean[0], variance[0]) == (pytest.approx(again.mean()), pytest.approx(again.var(ddof=1)))


def test_an_interval_of_clusters_that_cannot_be_had_says_why() -> None:
    truth, score, sensitive = scored(400)
    called = np.where(sensitive["sex"] == "f", 0, (score > 0.5).astype(int))
    record = evaluated(truth, called, sensitive[["sex"]], clusters=np.arange(400) // 4, suppress_below=1)
    table = next(table for table in record.groups if table.metric == "selection_rate")
    row = next(row for row in table.rows if row.group == "f")
    assert (row.value, row.low, row.note) == (
        0.0,
        None,
        "no interval: every draw of the bootstrap gives the same value",
    )
    precision = next(table for table in record.groups if table.metric == "positive_predictive_value")
    assert next(row.note for row in precision.rows if row.group == "f").startswith("undefined: no positive predictions")


@pytest.mark.parametrize("clusters", [None, np.arange(2000) // 2], ids=["rows", "clusters"])
def test_the_interval_of_an_unsigned_disparity_holds_its_estimate_and_reaches_equality(
    clusters: np.ndarray | None,
) -> None:
    """Rates .1510 and .1500: a bootstrap of the larger minus the smaller alone begins above the estimate."""
    cells = {"a": (1698 // 2, 302 // 2, 0, 0), "b": (850, 150, 0, 0)}
    record = evaluated(*rows_of(cells), draws=1000, clusters=clusters)
    found = {gap.key: gap.quantity for gap in record.disparities}
    for key, end in (("selection_rate.difference", 0.0), ("selection_rate.ratio", 1.0)):
        quantity = found[key]
        assert quantity.interval is not None
        assert quantity.interval.low <= quantity.value <= quantity.interval.high
        assert end in (quantity.interval.low, quantity.interval.high)
    far = evaluated(*rows_of({"a": (500, 500, 0, 0), "b": (900, 100, 0, 0)}), clusters=clusters)
    apart = next(gap.quantity for gap in far.disparities if gap.key == "selection_rate.difference")
    assert apart.interval is not None
    assert 0.3 < apart.interval.low < 0.4 < apart.interval.high < 0.5


@given(st.lists(st.tuples(st.integers(30, 200), st.floats(0.02, 0.98)), min_size=2, max_size=8), st.integers(0, 10**6))
@settings(max_examples=15)
def test_every_disparity_lies_in_its_interval(groups: list[tuple[int, float]], seed: int) -> None:
    draw = np.random.default_rng(seed)
    cells = {}
    for number, (rows, share) in enumerate(groups):
        cells[f"g{number}"] = tuple(
            int(count) for count in draw.multinomial(rows, [share / 2, share / 2, 0.5 - share / 2, 0.5 - share / 2])
        )
    record = evaluated(*rows_of(cells), suppress_below=1)  # type: ignore[arg-type]
    for gap in record.disparities:
        if gap.quantity.interval is not None:
            assert gap.quantity.interval.low <= gap.quantity.value + 1e-12, gap.key
            assert gap.quantity.value - 1e-12 <= gap.quantity.interval.high, gap.key


def test_missing_sensitive_values_are_a_group_of_their_own() -> None:
    truth, predicted, sensitive = rows_of(COMPAS)
    sensitive.loc[:499, "group"] = None
    record = evaluated(truth, predicted, sensitive)
    (table,) = [table for table in record.groups if table.metric == "selection_rate"]
    assert {row.group: row.n for row in table.rows} == {"Black": 3196, "White": 2454, "not stated": 500}


def test_a_group_without_positives_has_a_reason_and_no_rate() -> None:
    record = evaluated(*rows_of({"a": (50, 50, 50, 50), "b": (60, 40, 0, 0)}))
    (table,) = [table for table in record.groups if table.metric == "true_positive_rate"]
    row = next(row for row in table.rows if row.group == "b")
    assert (row.value, row.low, row.high, row.n) == (None, None, None, 0)
    assert row.note == "undefined: no positive cases in the group"
    gap = next(gap.quantity for gap in record.disparities if gap.key == "true_positive_rate.difference")
    assert gap.value is None
    assert gap.special == "undefined"
    assert "fewer than two groups" in gap.note


def test_one_class_and_one_group_and_one_row_have_reasons_and_no_number_that_is_none() -> None:
    ones = np.ones(40, dtype=int)
    for sensitive in ({"g": ["x"] * 40}, {"g": ["x"] * 39 + ["y"]}):
        for k in (1, 5):
            record = evaluated(ones, ones, sensitive, score=np.full(40, 0.7), suppress_below=k)
            numbers = [
                value
                for table in (*record.groups, *record.comparisons, *record.adverse_impact, *record.score_gaps)
                for row in table.rows
                for name in row.__slots__
                if isinstance(value := getattr(row, name), float)
            ]
            assert all(math.isfinite(number) for number in numbers)
            for gap in record.disparities:
                assert gap.quantity.value is None or math.isfinite(gap.quantity.value)
                assert gap.quantity.value is not None or gap.quantity.note
    (gap,) = evaluated(ones, ones, {"g": ["x"] * 20 + ["y"] * 20}, score=np.full(40, 0.7)).score_gaps
    assert {row.note for row in gap.rows} == {"reference", "undefined: the scores do not vary"}


@pytest.mark.parametrize(
    ("sensitive", "words"),
    [
        ({"g": ["x"] * 3}, "it has 3 rows, expected 40 as in y_true"),
        ({"a": ["x"] * 40, "b": ["x"] * 39}, "columns of several lengths: 'a' has 40, 'b' has 39"),
        ({}, "it has no columns"),
        ([1, 2], "is a list, expected a DataFrame"),
        ({"a & b": ["x"] * 40}, "column 'a & b' holds ' & '"),
        ({"income": range(40)}, None),
        (pd.DataFrame([["x", "y"]] * 40, columns=["a", "a"]), "column 'a' stands twice"),
    ],
)
def test_sensitive_features_that_do_not_fit_are_refused_in_words(sensitive: object, words: str | None) -> None:
    ones = np.ones(40, dtype=int)
    if words is None:
        wide = {"income": np.arange(60)}
        with pytest.raises(UsageError, match=r"'income' has 60 groups, expected at most 50"):
            evaluated(np.ones(60, dtype=int), np.ones(60, dtype=int), wide)
        return
    with pytest.raises(UsageError) as caught:
        evaluated(ones, ones, sensitive)
    assert words in caught.value.message


def test_reference_groups_that_are_not_there_are_told_all_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        evaluated(*rows_of(COMPAS), references={"group": "Green", "age": "old"})
    assert "'group' has no group 'Green' (there: Black, White)" in caught.value.message
    assert "no feature 'age' (there: group)" in caught.value.message


def test_the_reference_of_an_intersection_is_made_of_those_of_its_features() -> None:
    draw = np.random.default_rng(0)
    sensitive = {"a": draw.choice(["x", "y"], 900), "b": draw.choice(["u", "v"], 900)}
    truth, predicted = draw.integers(0, 2, 900), draw.integers(0, 2, 900)
    record = evaluated(truth, predicted, sensitive, references={"a": "y", "b": "u"})
    assert {table.feature: table.reference for table in record.groups} == {"a": "y", "b": "u", "a & b": "y & u"}
    own = evaluated(truth, predicted, sensitive, references={"a & b": "x & v"})
    assert {table.feature: table.reference for table in own.groups}["a & b"] == "x & v"


def test_a_favourable_label_that_the_task_has_not_is_refused() -> None:
    outcomes = Outcomes(task="binary", truth=[0, 1], predicted=[0, 1], labels=("no", "yes"))
    assert choices_of(outcomes, Settings()).favourable == "yes"
    assert choices_of(outcomes, Settings(favourable_label="no")).favourable == "no"
    with pytest.raises(UsageError, match=r"favourable_label is 'maybe', expected one of the labels \(there: no, yes\)"):
        choices_of(outcomes, Settings(favourable_label="maybe"))


def test_periods_are_months_of_times_or_as_given() -> None:
    truth, predicted, sensitive = rows_of(COMPAS)
    order = np.random.default_rng(0).permutation(len(truth))
    truth, predicted, sensitive = truth[order], predicted[order], sensitive.iloc[order]
    times = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(len(truth)) % 90, unit="D")
    record = evaluated(truth, predicted, sensitive, periods=times)
    (table,) = [table for table in record.periods if table.metric == "selection_rate"]
    assert sorted({row.period for row in table.rows}) == ["2026-01", "2026-02", "2026-03"]
    month = pd.Series(times).dt.strftime("%Y-%m").to_numpy()
    for row in table.rows:
        mine = (month == row.period) & (sensitive["group"].to_numpy() == row.group)
        assert row.n == mine.sum()
        assert row.value == pytest.approx(predicted[mine].mean())
    halves = np.where(np.arange(len(truth)) < 3000, "H1", "H2")
    named = evaluated(truth, predicted, sensitive, periods=halves)
    assert sorted({row.period for table in named.periods for row in table.rows}) == ["H1", "H2"]
    with pytest.raises(UsageError, match="periods has 3 rows"):
        evaluated(truth, predicted, sensitive, periods=["a", "b", "c"])


def test_regression_compares_errors_with_intervals_of_student_and_welch() -> None:
    draw = np.random.default_rng(1)
    truth = draw.normal(100, 20, 400)
    group = np.repeat(["a", "b"], [150, 250])
    predicted = truth + draw.normal(np.where(group == "a", 3, 0), 10)
    record = evaluated(truth, predicted, {"g": group}, task="regression", labels=())
    error = predicted - truth
    by = {table.metric: {row.group: row for row in table.rows} for table in record.groups}
    assert by["mean_error"]["a"].value == pytest.approx(error[:150].mean())
    assert by["mean_absolute_error"]["b"].value == pytest.approx(np.abs(error[150:]).mean())
    student = stats.t.interval(0.95, 149, error[:150].mean(), stats.sem(error[:150]))
    assert (by["mean_error"]["a"].low, by["mean_error"]["a"].high) == pytest.approx(student)
    (table,) = [table for table in record.comparisons if table.metric == "mean_error"]
    row = next(row for row in table.rows if row.group == "a")
    welch = stats.ttest_ind(error[:150], error[150:], equal_var=False).confidence_interval(0.95)
    assert (row.difference_low, row.difference_high) == (pytest.approx(welch.low), pytest.approx(welch.high))
    assert row.ratio is None
    assert record.adverse_impact == ()
    assert [gap.of for gap in record.score_gaps] == ["prediction"]


def test_several_labels_have_a_selection_rate_each() -> None:
    draw = np.random.default_rng(2)
    labels = ("cat", "dog", "no/thing")
    truth, predicted = draw.integers(0, 3, 3000), draw.integers(0, 3, 3000)
    group = draw.choice(["a", "b"], 3000)
    record = evaluated(truth, predicted, {"g": group}, task="multiclass", labels=labels, favourable="dog")
    for code, key in enumerate(("cat", "dog", "no_thing")):
        mine = group == "a"
        assert rate(record, f"selection_rate[{key}]", "a", "g") == pytest.approx((predicted[mine] == code).mean())
        assert rate(record, f"true_positive_rate[{key}]", "a", "g") == pytest.approx(
            (predicted[mine & (truth == code)] == code).mean()
        )
    (impact,) = record.adverse_impact
    assert next(row for row in impact.rows if row.group == "a").rate == pytest.approx(
        (predicted[group == "a"] == 1).mean()
    )
    many = evaluated(
        draw.integers(0, 12, 3000), draw.integers(0, 12, 3000), {"g": group},
        task="multiclass", labels=tuple(f"l{i}" for i in range(12)), favourable="",
    )  # fmt: skip
    assert {table.metric for table in many.groups} == {"accuracy"}
    assert "12 labels" in many.left_out[0].reason


def test_the_same_rows_give_the_same_file_and_another_seed_only_other_bootstrap_intervals() -> None:
    truth, predicted, sensitive = rows_of(COMPAS)
    assert evaluated(truth, predicted, sensitive) == evaluated(truth, predicted, sensitive)
