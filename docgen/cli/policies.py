"""`docgen policy`: a worked example and its schema to begin with, and every fault of a policy at once."""

from __future__ import annotations

import argparse
from pathlib import Path

from docgen import pipeline
from docgen.cli.console import Console
from docgen.config import load_config
from docgen.errors import ExitCode, UsageError
from docgen.resources import templates_dir

_FILES = {"example": "example.yaml", "schema": "schema.json"}


def run(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Run the action that was asked for.

    Raises:
        UsageError: the policy is at fault.
    """
    if asked.action in _FILES:
        print((templates_dir() / "policy" / _FILES[asked.action]).read_text("utf-8"), end="")
        return ExitCode.DONE
    if not asked.file:
        raise UsageError("policy lint: no file is named", hint="docgen policy lint policy.yaml")
    config = load_config(Path(asked.config) if asked.config else None)
    loaded = pipeline.load_regimes(config, tuple(asked.regime) if asked.regime else None)
    regimes = tuple(regime for regime, _ in loaded)
    policy = pipeline.read_policy(config, regimes, Path(asked.file))
    console.line(f"{asked.file}: {policy.name}: {len(policy.bounds)} lines, {len(policy.program)} answers, no fault")
    console.result({"policy": policy.name, "sha256": policy.digest, "regimes": [regime.id for regime in regimes]})
    return ExitCode.DONE
