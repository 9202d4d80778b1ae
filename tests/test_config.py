"""docgen.toml: defaults, every fault at once, advice."""

import pytest

from docgen.config import Config, load_config
from docgen.errors import ProblemsError, UsageError


def test_without_a_file_the_defaults_hold(tmp_path):
    assert load_config(folder=tmp_path) == Config(root=tmp_path)


def test_every_fault_is_reported_at_once_with_advice(tmp_path):
    (tmp_path / "docgen.toml").write_text(
        'colour = 1\n[mlflow]\ntracking_url = "x"\ntimeout_seconds = "15"\nretries = true\n'
        '[dossier]\nregimes = "model_card"\nnarratives = 3\npolicies = "p.yaml"\n'
    )
    with pytest.raises(ProblemsError) as caught:
        load_config(folder=tmp_path)
    assert [str(problem) for problem in caught.value.problems] == [
        "colour: unknown key (known: mlflow, dossier, approvals)",
        "mlflow.tracking_url: unknown key (did you mean mlflow.tracking_uri?)",
        "mlflow.timeout_seconds: got '15', expected a whole number from 0 to 1000000",
        "mlflow.retries: got True, expected a whole number from 0 to 1000000",
        "dossier.regimes: got 'model_card', expected a list of text",
        "dossier.narratives: got 3, expected text",
        "dossier.policies: unknown key (did you mean dossier.policy?)",
    ]


def test_a_file_that_is_no_toml_says_where(tmp_path):
    (tmp_path / "docgen.toml").write_text("[mlflow\n")
    with pytest.raises(ProblemsError, match="line 1"):
        load_config(folder=tmp_path)


def test_a_named_file_must_exist(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        load_config(tmp_path / "other.toml")


def test_values_are_taken_and_paths_start_at_the_file(tmp_path):
    (tmp_path / "docgen.toml").write_text(
        '[mlflow]\nartifact_roots = { "file:///C:/x" = "moved" }\n[dossier]\nregimes = ["a", "b"]\n'
    )
    config = load_config(tmp_path / "docgen.toml")
    assert config.dossier.regimes == ("a", "b")
    assert config.mlflow.artifact_roots == {"file:///C:/x": "moved"}
    assert config.path(config.dossier.output) == tmp_path / "dossiers"
