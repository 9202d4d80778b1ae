"""What README and docs hold that the code says of itself: one function a block. `make docs` writes all of them again.

A block stands between `<!-- generated: <name> -->` and `<!-- end of generated -->`.
"""

from __future__ import annotations

import argparse
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import docgen
from docgen.cli.parser import parser
from docgen.config import ApprovalsConfig, Config, DossierConfig, MlflowConfig
from docgen.errors import ExitCode
from docgen.sources.mlflow_ import monitoring_runs
from support import (
    approvals_page,
    findings_page,
    formats_page,
    lineage_page,
    part11_page,
    qualification_page,
    records_page,
    schemas,
)
from support.docstrings import field_docs, purpose
from support.markdown import table

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"(<!-- generated: ([a-z_ -]+) -->\n).*?(<!-- end of generated -->)", re.DOTALL)
COLUMNS = "100"
"""The width that help is wrapped at."""


def pages() -> list[Path]:
    """Every page of documentation."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def renewed(text: str) -> str:
    """A page with every generated block made anew."""
    return BLOCK.sub(lambda found: f"{found[1]}{make(found[2])}\n{found[3]}", text)


def make(name: str) -> str:
    """The content of a block."""
    return MAKERS[name]()


def help_of(*command: str) -> str:
    """What `docgen <command> --help` prints, as a fenced block."""
    found = parser()
    for word in command:
        found = choices(found)[word]
    os.environ["COLUMNS"] = COLUMNS
    return f"```text\n{found.format_help().rstrip()}\n```"


def choices(of: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands below a parser."""
    return next((dict(item.choices) for item in of._actions if isinstance(item, argparse._SubParsersAction)), {})


def every_help() -> str:
    return "\n\n".join(_helps(parser(), ()))


def _helps(of: argparse.ArgumentParser, command: tuple[str, ...]) -> Iterator[str]:
    for name, below in choices(of).items():
        words = (*command, name)
        yield f"{'#' * (len(words) + 1)} docgen {' '.join(words)}\n\n{help_of(*words)}"
        yield from _helps(below, words)


def configuration() -> str:
    parts = []
    for name, record in (("mlflow", MlflowConfig), ("dossier", DossierConfig), ("approvals", ApprovalsConfig)):
        docs = field_docs(record)
        rows = [(f"`{item.name}`", f"`{_toml(_default(item))}`", docs[item.name]) for item in fields(record)]
        parts.append(f"{purpose(record)}\n\n{table((f'`[{name}]`', 'Default', 'Meaning'), rows)}")
    assert {item.name for item in fields(Config)} == {"mlflow", "dossier", "approvals", "root"}
    return "\n\n".join(parts)


def _default(item: Any) -> object:
    return item.default if item.default is not MISSING else item.default_factory()


def _toml(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return "{}" if value == {} else str(value)


def exit_codes() -> str:
    docs = field_docs(ExitCode)
    return table(("Exit", "Meaning"), [(str(int(code)), docs[code.name]) for code in ExitCode])


def api() -> str:
    rows = []
    for name in docgen.__all__:
        found = getattr(docgen, name)
        what = "The version, as text." if name == "__version__" else purpose(found)
        call = "()" if inspect.isfunction(found) else ""
        rows.append((f"`{name}{call}`", what))
    return table(("Name in `docgen`", "What it is"), rows)


def monitoring_tags() -> str:
    return (monitoring_runs.__doc__ or "").partition("\n\n")[2].strip()


MAKERS: dict[str, Callable[[], str]] = {
    "help": help_of,
    "help of every command": every_help,
    "configuration": configuration,
    "exit codes": exit_codes,
    "python api": api,
    "part eleven": part11_page.matrix,
    "qualification steps": qualification_page.steps,
    "software assurance": qualification_page.assurance,
    "gates": approvals_page.gates,
    "signers": approvals_page.signers,
    "ledger entries": approvals_page.kinds,
    "findings": findings_page.fields_of_findings,
    "evidence files": formats_page.overview,
    "evidence formats": formats_page.every_format,
    "foreign formats": formats_page.foreign,
    "older versions": formats_page.versions,
    "monitoring tags": monitoring_tags,
    "regime file": records_page.regime_file,
    "requirement row": records_page.requirement_row,
    "checks": records_page.every_check,
    "select": records_page.select,
    "evidence ids": records_page.evidence_ids,
    "blocks": records_page.every_block,
    "verdicts": records_page.every_verdict,
    "warnings": records_page.every_warning,
    "policy file": records_page.policy_file,
    "plan file": records_page.plan_file,
    "candidate file": records_page.candidate_file,
    "deployment file": lineage_page.deployment,
    "pipeline tags": lineage_page.pipelines,
    "image tags": lineage_page.images,
}


def main() -> int:
    """Write every generated block and every JSON Schema again."""
    for path, text in (*schemas.files(), *findings_page.files(), *approvals_page.files()):
        path.write_text(text, "utf-8")
    for page in pages():
        page.write_text(renewed(page.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
