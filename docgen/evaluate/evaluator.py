"""The MLflow evaluator: `mlflow.models.evaluate(..., evaluators=["default", "docgen"])`.

It logs evidence files and no MLflow metrics, so that no number stands in the run twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from mlflow.models.evaluation.base import EvaluationResult, ModelEvaluator

from docgen.errors import UsageError
from docgen.evaluate.log import log_evidence
from docgen.evaluate.settings import settings_of

MLFLOWS = frozenset({
    "average", "explainability_algorithm", "explainability_kernel_link", "explainability_nsamples", "log_explainer",
    "log_metrics_with_dataset_info", "log_model_explainability", "max_classes_for_multiclass_roc_pr", "metric_prefix",
    "pos_label", "sample_weights",
})  # fmt: skip
"""Options of MLflow's own evaluator of classifiers and regressors, as of MLflow 2.10 to 3.17."""


class DocgenEvaluator(ModelEvaluator):
    """Performance with intervals, calibration, fairness and explanations of a model on one data set.

    `evaluator_config={"docgen": {...}}` takes every field of `docgen.evaluate.settings.Settings`, and

    - `sensitive_features`: names of columns of the data, or a DataFrame, Series or mapping of as many rows;
    - `groups`: the name of a column of the data, or as many keys as rows, of rows that belong together;
    - `periods`: the name of a column of the data, or as many times or names of periods as rows;
    - `background`: a frame of the model's inputs, for the attributions.
    """

    @classmethod
    def can_evaluate(
        cls,
        *,
        model_type: str,
        evaluator_config: dict[str, Any] | None = None,
        **_options: Any,  # noqa: ANN401  # MLflow's signature
    ) -> bool:
        """Whether this evaluator serves the model type, classifiers and regressors, and was meant.

        A call that names no evaluator goes to every installed one with the same options; options of MLflow's own
        evaluator say that it alone was meant.
        """
        return model_type in {"classifier", "regressor"} and not MLFLOWS.intersection(evaluator_config or {})

    def evaluate(
        self,
        *,
        model_type: str,
        dataset: Any,  # noqa: ANN401  # MLflow's own, untyped
        run_id: str,
        evaluator_config: dict[str, Any] | None,
        model: Any = None,  # noqa: ANN401
        **_options: Any,  # noqa: ANN401
    ) -> EvaluationResult:
        """Compute evidence, log it to the run.

        Raises:
            UsageError: an option is unknown or does not fit the data.
        """
        import numpy as np
        import pandas as pd

        config = dict(evaluator_config or {})
        sensitive, background = config.pop("sensitive_features", None), config.pop("background", None)
        periods, groups = config.pop("periods", None), config.pop("groups", None)
        if model_type == "regressor":
            config.setdefault("task", "regression")
        config.setdefault("dataset_name", dataset.name or "")
        settings = settings_of(config)
        features = dataset.features_data
        frame = (
            features if isinstance(features, pd.DataFrame) else pd.DataFrame(features, columns=dataset.feature_names)
        )
        inputs = _inputs(model, frame)
        raw = _raw(model)
        predicted = dataset.predictions_data if model is None else model.predict(inputs)
        score = None
        if model_type == "classifier" and hasattr(raw, "predict_proba"):
            score = raw.predict_proba(inputs)
            if not settings.classes:
                settings = replace(settings, classes=tuple(np.asarray(raw.classes_).tolist()))
        log_evidence(
            y_true=dataset.labels_data,
            y_score=score,
            y_pred=None if score is not None else predicted,
            groups=_column(groups, frame),
            sensitive_features=_columns(sensitive, frame),
            model=raw,
            X=inputs,
            background=background,
            periods=_column(periods, frame),
            run_id=run_id,
            settings=settings,
        )
        # MLflow would log returned metrics once more, without interval, n and data.
        result: Any = EvaluationResult
        return cast("EvaluationResult", result(metrics={}, artifacts={}, run_id=run_id))


def _raw(model: Any) -> Any:  # noqa: ANN401
    """Return the estimator behind a pyfunc model, or None where the flavour does not give it."""
    try:
        return model.get_raw_model()
    except (AttributeError, NotImplementedError, TypeError):
        return None
    except Exception as err:  # flavours raise MlflowException without a raw model
        if type(err).__name__ == "MlflowException":
            return None
        raise


def _inputs(model: Any, frame: Any) -> Any:  # noqa: ANN401
    """Return the columns that the model's signature asks for, in its order; the whole frame without a signature."""
    schema = model.metadata.get_input_schema() if model is not None and model.metadata else None
    names = schema.input_names() if schema is not None and schema.has_input_names() else None
    return frame[names] if names and set(names) <= set(frame.columns) else frame


def _column(given: Any, frame: Any) -> Any:  # noqa: ANN401
    """Return the column of the data that was named, anything else as it is."""
    return _columns(given, frame).iloc[:, 0] if isinstance(given, str) else given


def _columns(given: Any, frame: Any) -> Any:  # noqa: ANN401
    """Return columns of the data where names were given, anything else as it is."""
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, (list, tuple)):
        return given
    absent = [name for name in given if name not in frame.columns]
    if absent:
        known = ", ".join(str(name) for name in frame.columns)
        raise UsageError(
            f"docgen's evaluator: the data has no column {absent[0]!r} (there: {known})",
            hint="pass a DataFrame with the columns when they are no inputs of the model",
        )
    return frame[list(given)]
