"""Explanations: golden trees, which explainer serves which model, and averages that hide single rows."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest
import shap
from sklearn.ensemble import (
    AdaBoostClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeRegressor

from docgen.errors import UsageError
from docgen.evaluate.assemble import evidence_files
from docgen.evaluate.attributions import Question, attributions
from docgen.evaluate.explain import explain_rows
from docgen.evaluate.reasons import read_reasons, reason_of
from docgen.evaluate.settings import Settings
from docgen.model.formats import ExplanationFile

CORNERS = pd.DataFrame({"x1": [0.0, 0.0, 1.0, 1.0], "x2": [0.0, 1.0, 0.0, 1.0]})
BOTH = pd.DataFrame({"x1": [1.0], "x2": [1.0]})


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize(
    ("truth", "base", "expected"),
    [
        ([0, 0, 0, 1], 0.25, (0.375, 0.375)),
        ([0, 1, 1, 1], 0.75, (0.125, 0.125)),
        ([0, 1, 1, 0], 0.5, (-0.25, -0.25)),
        ([0, 0, 2, 3], 1.25, (1.375, 0.375)),
    ],
    ids=["and", "or", "xor", "and plus 2 x1"],
)
def test_small_trees_have_the_values_that_the_definition_gives(truth, base, expected) -> None:
    """Lundberg's notebook 'Explaining a simple OR function' and its AND, XOR and boost examples; worked by hand."""
    model = DecisionTreeRegressor().fit(CORNERS, np.array(truth, dtype=float))
    found = explain_rows(model, BOTH, CORNERS)
    assert found.loc[0, ["x1", "x2"]].tolist() == pytest.approx(expected)
    assert found.loc[0, "base value"] == pytest.approx(base)
    exact = shap.ExactExplainer(model.predict, shap.maskers.Independent(CORNERS))(BOTH)
    assert np.asarray(exact.values)[0].tolist() == pytest.approx(expected)  # shap.Explanation


@pytest.fixture(scope="module")
def data() -> tuple[pd.DataFrame, np.ndarray]:
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(draw.normal(size=(900, 5)), columns=list("abcde"))
    return frame, (frame["a"] - frame["b"] * frame["c"] + draw.normal(size=900) > 0).astype(int).to_numpy()


def test_a_linear_models_values_are_its_coefficients_times_the_distance_to_the_background(data) -> None:
    frame, truth = data
    model = LogisticRegression().fit(frame, truth)
    background = frame.head(300)  # more than the 100 rows that SHAP keeps by itself
    found = attributions(model, frame.tail(20), background, Question())
    assert found.phi == pytest.approx(model.coef_[0] * (frame.tail(20) - background.mean()).to_numpy())
    assert (found.explainer, found.unit) == ("LinearExplainer", "log-odds")


@pytest.mark.parametrize(
    ("model", "explainer", "unit"),
    [
        (LogisticRegression(), "LinearExplainer", "log-odds"),
        (make_pipeline(StandardScaler(), LogisticRegression()), "LinearExplainer", "log-odds"),
        (LinearSVC(), "LinearExplainer", "margin"),
        (GradientBoostingClassifier(n_estimators=20), "TreeExplainer, interventional", "log-odds"),
        (RandomForestClassifier(20), "TreeExplainer, interventional", "probability"),
        (HistGradientBoostingClassifier(max_iter=20), "TreeExplainer, tree path dependent", "log-odds"),
        (AdaBoostClassifier(n_estimators=5), "PermutationExplainer", "probability"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_the_explainer_is_one_whose_values_add_up_to_the_output_whose_unit_is_named(
    data, model, explainer, unit
) -> None:
    frame, truth = data
    model.fit(frame, truth)
    for label, sign in ((1, 1), (0, -1)):
        found = attributions(model, frame.head(10), frame.tail(30), Question(label=label))
        assert (found.explainer, found.unit, found.output) == (explainer, unit, str(label))
        assert found.additive
        total = found.phi.sum(axis=1) + found.base
        if unit == "margin":
            assert total == pytest.approx(sign * model.decision_function(frame.head(10)))
        else:
            share = model.predict_proba(frame.head(10))[:, label]
            assert total == pytest.approx(share if unit == "probability" else np.log(share / (1 - share)), abs=1e-4)


@pytest.mark.parametrize(
    ("model", "unit"),
    [
        (LinearRegression(), "EUR"),
        (PoissonRegressor(), "log of EUR"),
        (HistGradientBoostingRegressor(loss="poisson", max_iter=20), "log of EUR"),
    ],
)
def test_regressions_are_explained_in_the_targets_unit_or_its_logarithm(data, model, unit) -> None:
    frame, _ = data
    model.fit(frame, np.exp(frame["a"]))
    found = attributions(model, frame.head(10), frame.tail(30), Question(unit="EUR"))
    assert (found.unit, found.output, found.additive) == (unit, "", True)


def test_a_slow_explainer_gets_as_many_rows_as_its_budget_allows_and_says_so(data) -> None:
    frame, truth = data
    model = AdaBoostClassifier(n_estimators=3).fit(frame, truth)
    found = attributions(model, frame.head(50), frame.tail(20), Question(budget=10_000))
    assert len(found.phi) == 4  # 10 * (2 * 5 + 1) * 20 = 2,200 predictions a row
    assert found.budget == "each row takes 2,200 predictions, of which 10,000 were allowed"


def test_a_label_that_the_model_has_not_is_refused(data) -> None:
    frame, truth = data
    model = LogisticRegression().fit(frame, truth)
    with pytest.raises(UsageError, match=r"explain_label is 'yes', expected one of the model's classes: 0, 1"):
        attributions(model, frame.head(3), frame, Question(label="yes"))


def explained(model: object, data: tuple[pd.DataFrame, np.ndarray], **options: object) -> ExplanationFile:
    frame, truth = data
    sensitive = options.pop("sensitive", None)
    files = evidence_files(
        y_true=truth,
        y_pred=model.predict(frame),  # type: ignore[attr-defined]
        sensitive_features=sensitive,
        model=model,
        frame=frame,
        background=options.pop("background", None),
        settings=Settings(**({"draws": 50} | options)),  # type: ignore[arg-type]
    )
    record = files[f"docgen/{options.get('split', 'test')}/explanations"][0]
    assert isinstance(record, ExplanationFile)
    return record


def test_global_attributions_have_size_sign_and_direction(data) -> None:
    frame, truth = data
    model = LogisticRegression().fit(frame, truth)
    record = explained(model, data, explain_rows=100)
    rows = {row.feature: row for row in record.features}
    assert record.features[0].feature == "a"
    assert rows["a"].direction == pytest.approx(1.0)  # a linear model: its value alone orders its attribution
    negative = min(zip(frame.columns, model.coef_[0], strict=True), key=lambda pair: pair[1])[0]
    assert rows[negative].direction == pytest.approx(-1.0)
    assert all(row.low <= row.mean_abs <= row.high for row in record.features)
    assert record.additivity_error <= record.additivity_tolerance
    assert (record.n, record.rows_asked, record.budget) == (100, 100, "")


def test_a_constant_feature_has_no_direction(data) -> None:
    frame, truth = data
    constant = frame.assign(k=1.0)
    record = explained(LogisticRegression().fit(constant, truth), (constant, truth))
    assert next(row for row in record.features if row.feature == "k").direction is None


def test_trees_that_use_no_background_name_none(data) -> None:
    frame, truth = data
    record = explained(HistGradientBoostingClassifier(max_iter=10).fit(frame, truth), data, background=frame.head(50))
    assert (record.background_rows, record.background_sha256) == (0, None)
    assert record.background_choice.startswith("none given")
    assert record.stability == ()
    assert "no seed enters TreeExplainer" in next(one.reason for one in record.left_out if "stability" in one.feature)


def test_the_ranking_is_compared_over_backgrounds(data) -> None:
    frame, truth = data
    record = explained(GradientBoostingClassifier(n_estimators=20).fit(frame, truth), data, explain_seeds=3, seed=7)
    assert [row.seed for row in record.stability] == [8, 9]
    assert all(row.spearman > 0.5 and 0 <= row.top_shared <= row.top == 5 for row in record.stability)
    assert explained(LogisticRegression().fit(frame, truth), data, explain_seeds=1).stability == ()


def test_interactions_find_the_pair_that_acts_together_and_are_left_out_where_they_are_dear(data) -> None:
    frame, truth = data
    record = explained(GradientBoostingClassifier(n_estimators=40).fit(frame, truth), data)
    strongest = record.interactions.rows[0]
    assert {strongest.first, strongest.second} == {"b", "c"}
    assert (record.interactions.n, record.interactions.pairs) == (50, 10)
    forest = explained(RandomForestClassifier(300, n_jobs=1).fit(frame, truth), data, explain_rows=5, explain_seeds=1)
    assert forest.interactions is None
    assert "too many or too deep" in next(one.reason for one in forest.left_out if one.feature == "interactions")


def test_permutation_importance_is_scikit_learns_on_held_out_rows(data) -> None:
    frame, truth = data
    model = LogisticRegression().fit(frame, truth)
    record = explained(model, data, permutation_repeats=3, seed=4)
    other = permutation_importance(model, frame, truth, scoring="roc_auc", n_repeats=3, random_state=4)
    assert {row.feature: row.drop for row in record.permutation.rows} == pytest.approx(
        dict(zip(frame.columns, other.importances_mean, strict=True))
    )
    assert (record.permutation.scoring, record.permutation.n, record.permutation.repeats) == ("roc_auc", 900, 3)
    train = explained(model, data, split="train")
    assert train.permutation is None
    assert any("training rows" in one.reason for one in train.left_out)
    assert explained(model, data, permutation_repeats=0).permutation is None


def test_permutation_importance_reproduces_scikit_learns_documentation() -> None:
    """sklearn.inspection.permutation_importance, example: [0.4667, 0, 0], sd [0.2211, 0, 0]."""
    from docgen.evaluate.importance import permutation

    frame = pd.DataFrame([[1, 9, 9], [1, 9, 9], [1, 9, 9], [0, 9, 9], [0, 9, 9], [0, 9, 9]], columns=list("abc"))
    truth = np.array([1, 1, 1, 0, 0, 0])
    model = LogisticRegression().fit(frame, truth)
    found, _ = permutation(model, frame, truth, "multiclass", Settings(permutation_repeats=10, seed=0))
    rows = {row.feature: (row.drop, row.sd) for row in found.rows}
    assert rows["a"] == (pytest.approx(0.46666667), pytest.approx(0.22110832))
    assert rows["b"] == rows["c"] == (0, 0)


def test_attributions_by_group_hide_small_groups_and_what_gives_them_away(data) -> None:
    frame, truth = data
    group = pd.Series(np.where(np.arange(900) < 6, "tiny", np.where(np.arange(900) % 2, "one", "two")), name="g")
    record = explained(
        LogisticRegression().fit(frame, truth), data, explain_rows=900, sensitive=group, suppress_below=11
    )
    (table,) = record.by_group
    shown = {row.group for row in table.rows if row.mean_abs is not None}
    hidden = {row.group for row in table.rows if row.mean_abs is None}
    assert "tiny" in hidden
    assert len(hidden) == 2
    assert len(shown) == 1
    assert all(row.n is None and row.note == "suppressed" for row in table.rows if row.group in hidden)


REASONS = {"a": "Debt is too high", "b": "Income is too low"}


def test_reasons_count_how_often_each_feature_leads_towards_the_adverse_outcome(data) -> None:
    frame, truth = data
    model = LogisticRegression().fit(frame, truth)
    record = explained(
        model, data, explain_rows=900, reason_codes=REASONS, favourable_label=0, reasons_top=2, suppress_below=1,
        explain_seeds=1,
    )  # fmt: skip
    adverse = model.predict(frame) == 1
    towards = model.coef_[0] * (frame[adverse] - frame.sample(100, random_state=0).mean())
    leading = towards.rank(axis=1, ascending=False) <= 2
    expected = (leading & (towards > 0)).sum().to_dict()
    found = {row.feature: row.events for row in record.reasons.rows}
    assert found == {name: count for name, count in expected.items() if count or name in REASONS}
    assert (record.reasons.adverse, record.reasons.n) == ("1", adverse.sum())
    assert record.reasons.principal == sum(expected.values())
    assert record.reasons.with_reason == expected["a"] + expected["b"]
    assert {row.feature: row.reason for row in record.reasons.rows}["c"] is None


def test_reasons_turn_round_with_the_label_that_is_explained(data) -> None:
    frame, truth = data
    model = LogisticRegression().fit(frame, truth)
    options = {"explain_rows": 300, "reason_codes": REASONS, "favourable_label": 0, "explain_seeds": 1}
    one, other = (explained(model, data, explain_label=label, **options).reasons for label in (1, 0))
    assert one == other


def test_small_counts_of_reasons_are_hidden_so_that_their_total_does_not_tell_them(data) -> None:
    from collections import Counter

    from docgen.evaluate.reasons import _hidden

    assert _hidden(Counter(a=40, b=30, c=3), 60, 11) == {"b", "c"}
    assert _hidden(Counter(a=40, b=30), 60, 11) == set()
    assert _hidden(Counter(a=55, b=30, c=20), 60, 11) == {"a", "c"}  # 60 - 55 is small as well
    assert _hidden(Counter(a=40, b=2, c=3, d=20), 60, 11) == {"b", "c", "d"}


def test_a_reason_belongs_to_a_feature_or_to_the_column_it_was_made_of() -> None:
    reasons = {"purpose": "Purpose of the loan", "age": "Age of the account", "purpose_car": "Loan for a car"}
    assert reason_of("age", reasons) == "Age of the account"
    assert reason_of("num__age", reasons) == "Age of the account"
    assert reason_of("cat__purpose_boat", reasons) == "Purpose of the loan"
    assert reason_of("cat__purpose_car", reasons) == "Loan for a car"
    assert reason_of("ages", reasons) is None


def test_reasons_are_read_from_a_file_and_refused_in_words(tmp_path) -> None:
    path = tmp_path / "reasons.json"
    path.write_text(json.dumps(REASONS))
    assert read_reasons(str(path)) == REASONS
    for given, words in (
        (str(tmp_path / "none.json"), "cannot be read"),
        (["a"], "is a list, expected feature -> reason"),
        ({"a": "", "b": 3}, "expected a text of 1 to 500 characters for each of 'a', 'b'"),
    ):
        with pytest.raises(UsageError) as caught:
            read_reasons(given)
        assert words in caught.value.message


def test_no_file_holds_a_value_of_a_single_row(data) -> None:
    """Every list of the file is as long as there are features, groups or seeds, whatever the number of rows."""
    frame, truth = data
    model = GradientBoostingClassifier(n_estimators=10).fit(frame, truth)
    group = pd.Series(np.where(np.arange(900) % 2, "one", "two"), name="g")
    few, many = (
        explained(model, data, explain_rows=rows, sensitive=group, reason_codes=REASONS, favourable_label=0)
        for rows in (100, 300)
    )
    assert len(few.features) == len(many.features) == 5
    assert len(few.by_group[0].rows) == len(many.by_group[0].rows) == 10
    assert len(few.stability) == len(many.stability) == 2


def test_the_same_rows_give_the_same_file(data) -> None:
    frame, truth = data
    model = GradientBoostingClassifier(n_estimators=10, random_state=0).fit(frame, truth)
    assert explained(model, data, seed=5) == explained(model, data, seed=5)
