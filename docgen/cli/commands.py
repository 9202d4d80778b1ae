"""What each command does: the pipeline's functions, and their results in words or JSON."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from docgen import pipeline
from docgen.cli.console import Console
from docgen.cli.days import day_of
from docgen.config import CONFIG_NAME, Config, load_config
from docgen.errors import ExitCode, IntegrityError, SourceError, UsageError
from docgen.model.assessment import Assessment, in_words
from docgen.model.snapshot import Finding, Snapshot

_CONFIG = """\
# Where docgen reads and what it makes; every key is explained in the README under Configuration.
[mlflow]
tracking_uri = "sqlite:///mlflow.db"   # http(s)://..., sqlite:///..., postgresql://... or a folder of runs

[dossier]
regimes = [{regimes}]
narratives = "narratives"              # what people write, one file a slot
store = ".docgen"                      # snapshots; add it to your backups
output = "dossiers"
"""


def run(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Run the command that was asked for.

    Raises:
        DocgenError: as the pipeline's functions.
    """
    if asked.version or asked.command is None:
        return _version(asked)
    return _COMMANDS[asked.command](asked, console)


def _version(asked: argparse.Namespace) -> ExitCode:
    from docgen import __version__
    from docgen.cli.parser import parser

    if asked.version:
        print(f"docgen {__version__}")
        return ExitCode.DONE
    parser().print_help()
    return ExitCode.USAGE


def _init(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.sources.narratives import scaffold
    from docgen.store.files import write_atomic

    folder = Path(asked.folder)
    config = load_config(folder=folder)
    names = tuple(asked.regime or config.dossier.regimes)
    written: list[str] = []

    def write(path: Path, text: str) -> None:
        if not path.exists():
            write_atomic(path, text.encode("utf-8"))
            written.append(str(path))

    regimes = pipeline.load_regimes(config, names)
    write(folder / CONFIG_NAME, _CONFIG.format(regimes=", ".join(f'"{name}"' for name in names)))
    for regime, home in regimes:
        for slot in regime.narratives:
            write(config.path(config.dossier.narratives) / f"{slot.slot}.md", scaffold(slot))
        for file in sorted(path for path in (home / "scaffold").rglob("*") if path.is_file()):
            write(folder / file.relative_to(home / "scaffold"), file.read_text("utf-8"))
    for path in written:
        console.line(f"wrote {path}")
    console.line("next: write the narratives, then docgen build models:/<name>/<version>")
    console.result({"written": written})
    return ExitCode.DONE


def _demo(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli.device import run as run_device
    from docgen.demo.folder import MODEL, VERSIONS, make_demo

    folder = Path(asked.folder)
    if asked.device:
        return run_device(folder, console)
    make_demo(folder, step=console.step)
    config = load_config(folder / CONFIG_NAME)
    reports = []
    for version in VERSIONS:
        collected = pipeline.collect(f"models:/{MODEL}/{version}", config=config, step=console.step)
        reports.append(pipeline.build(collected.snapshot, config=config, step=console.step))
    for version, report in zip(VERSIONS, reports, strict=True):
        console.line(f"{MODEL} version {version}: {_counts(report.assessments[0])}")
        console.line(f"  HTML  {report.html}")
        for pdf in report.pdfs:
            console.line(f"  PDF   {pdf}")
    return ExitCode.DONE


def _collect(asked: argparse.Namespace, console: Console) -> ExitCode:
    config = _config(asked)
    found = pipeline.collect(asked.model, config=config, tracking_uri=_tracking(asked), step=console.step)
    subject = found.snapshot.subject
    console.line(f"{subject.uri}: snapshot {found.digest} ({'new' if found.new else 'nothing had changed'})")
    _tell_findings(found.snapshot.findings, console)
    console.result(
        {
            "subject": subject.uri,
            "snapshot": found.digest,
            "new": found.new,
            "evidence": len(found.snapshot.evidence),
            **_found(found.snapshot),
        }
    )
    return ExitCode.DONE


def _check(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.ledgers import drift_of

    config, snapshot = _snapshot(asked, console)
    assessments = pipeline.assess(
        snapshot, config=config, regimes=_regimes(asked), policy=_policy(asked), as_of=_day(asked)
    )
    console.line(f"{snapshot.subject.uri}, snapshot {snapshot.digest()[:12]}")
    _tell_findings([item for item in snapshot.findings if item.severity == "serious"], console)
    _tell(assessments, console)
    kept = asked.offline or asked.snapshot
    drift = drift_of(
        config, snapshot, None if kept else lambda name: pipeline.aliases_now(name, config, _tracking(asked))
    )
    for text in drift:
        console.line(f"  drift: {text}")
    if console.form in {"junit", "sarif"}:
        from docgen.export import report

        regimes = tuple(regime for regime, _ in pipeline.load_regimes(config, _regimes(asked)))
        found = pipeline.open_issues(
            snapshot, assessments, config=config, regimes=_regimes(asked), policy=_policy(asked), drift=drift
        )
        console.document(report(console.form, regimes, assessments, found))
    console.result(
        {
            "subject": snapshot.subject.uri,
            "snapshot": snapshot.digest(),
            "drift": list(drift),
            **_found(snapshot),
            **_assessed(assessments),
        }
    )
    return ExitCode.GATE_CLOSED if drift else _gate(assessments)


def _build(asked: argparse.Namespace, console: Console) -> ExitCode:
    config, snapshot = _snapshot(asked, console)
    if not (asked.snapshot or asked.as_of or asked.output or asked.regime or asked.policy):
        snapshot = _as_signed(snapshot, config, console, pdf=not asked.no_pdf)
    report = pipeline.build(
        snapshot,
        config=config,
        regimes=_regimes(asked),
        policy=_policy(asked),
        as_of=_day(asked),
        output=Path(asked.output) if asked.output else None,
        pdf=not asked.no_pdf,
        force=asked.force,
        step=console.step,
    )
    for line in report.warnings:
        console.step(f"warning: {line}")
    console.line(f"{snapshot.subject.uri}, snapshot {report.snapshot[:12]}")
    _tell_findings([item for item in snapshot.findings if item.severity == "serious"], console)
    _tell(report.assessments, console)
    state = "" if report.rendered else "  (nothing had changed)"
    console.line(f"HTML  {report.html}{state}")
    for pdf in report.pdfs:
        console.line(f"PDF   {pdf}{state}")
    console.result(
        {
            "subject": snapshot.subject.uri,
            "snapshot": report.snapshot,
            "folder": str(report.folder),
            "html": str(report.html),
            "pdf": [str(path) for path in report.pdfs],
            "rendered": report.rendered,
            "warnings": list(report.warnings),
            **_found(snapshot),
            **_assessed(report.assessments),
        }
    )
    return _gate(report.assessments)


def _verify(asked: argparse.Namespace, console: Console) -> ExitCode:
    pdfs = [path for path in asked.paths if path.lower().endswith(".pdf") and not Path(path).is_dir()]
    if pdfs or asked.against:
        return _verify_pdfs(pdfs, asked, console)
    sealed = [path for path in asked.paths if Path(path).is_file()]
    if sealed and len(sealed) == len(asked.paths):
        from docgen.cli import approvals

        return approvals.verify(asked, console)
    absent = [path for path in asked.paths if not Path(path).exists()]
    if absent:
        raise SourceError(f"{absent[0]}: no such file or folder", hint="name a dossier's folder or a sealed dossier")
    if sealed or _of_archives(asked):
        raise UsageError(
            "verify: --key, --signers, --timestamp-roots, --record and archives are for sealed dossiers, "
            "which are verified by themselves",
            hint="docgen verify <archive> --key <public key>",
        )
    report = pipeline.verify(tuple(Path(path) for path in asked.paths), config=_config(asked), step=console.step)
    if report.faults:
        lines = "\n".join(f"  {fault}" for fault in report.faults)
        raise IntegrityError(
            f"{len(report.faults)} digest(s) do not hold:\n{lines}",
            hint="restore from a backup, or build again from a snapshot that holds",
        )
    console.line(
        f"every digest holds: {len(report.dossiers)} dossier(s) with {report.files} files, "
        f"{report.snapshots} snapshot(s)"
    )
    console.result(
        {"dossiers": [str(path) for path in report.dossiers], "files": report.files, "snapshots": report.snapshots}
    )
    return ExitCode.DONE


def _of_archives(asked: argparse.Namespace) -> bool:
    """Whether an option is given that is for sealed dossiers alone."""
    return bool(asked.key or asked.signers or asked.timestamp_roots or asked.record)


def _verify_pdfs(pdfs: list[str], asked: argparse.Namespace, console: Console) -> ExitCode:
    if len(pdfs) != len(asked.paths) or not pdfs or _of_archives(asked):
        raise UsageError(
            "verify: PDFs are verified by themselves, with --against and no other option",
            hint="docgen verify <file.pdf> --against <dossier folder, sealed dossier or snapshot.json>",
        )
    from docgen.cli import pdfs as command

    return command.verify(asked, console)


def _sign_pdf(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli import pdfs as command

    return command.sign(asked, console)


def _narratives(asked: argparse.Namespace, console: Console) -> ExitCode:
    path, snapshot, pins = pipeline.pin_narrative(
        asked.slot, config=_config(asked), model=asked.model, evidence=tuple(asked.evidence or ())
    )
    console.line(f"{path}: pinned to {len(pins)} piece(s) of evidence of {snapshot.subject.uri}")
    for pin in pins:
        console.line(f"  {pin.id}  {(pin.sha256 or '')[:12]}  {'' if pin.value is None else pin.value}".rstrip())
    console.result(
        {
            "narrative": str(path),
            "snapshot": snapshot.digest(),
            "evidence": [{"id": pin.id, "sha256": pin.sha256, "value": pin.value} for pin in pins],
        }
    )
    return ExitCode.DONE


def _inventory(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.inventory import build_inventory

    day = _day(asked)
    output = Path(asked.output) if asked.output else None
    report = build_inventory(_config(asked), output=output, as_of=day, step=console.step)
    console.line(f"{len(report.entries)} model versions as of {report.as_of}")
    for label, path in (("HTML", report.html), ("CSV ", report.csv), ("XLSX", report.xlsx)):
        console.line(f"{label}  {path}")
    console.result(
        {
            "as_of": report.as_of,
            "html": str(report.html),
            "csv": str(report.csv),
            "xlsx": str(report.xlsx),
            "models": [{"address": item.uri, "dossier": item.state, "path": item.place} for item in report.entries],
        }
    )
    return ExitCode.DONE


def _findings(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli.findings import run as run_findings

    return run_findings(asked, console)


def _approval(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli import approvals

    actions = {"gate": approvals.gate, "sign": approvals.sign, "waive": approvals.waive, "seal": approvals.seal}
    return actions[asked.command](asked, console)


def _alias(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli import releases

    actions = {"release": releases.release, "rollback": releases.rollback}
    return actions[asked.command](asked, console)


def _history(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli.ledger import history

    return history(asked, console)


def _ledger(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli.ledger import run as run_ledger

    return run_ledger(asked, console)


def _change(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli.change import run as run_change

    return run_change(asked, console)


def _regime(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli.regimes import run as run_regime

    return run_regime(asked, console)


def _evidence(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli.evidence import run as run_evidence

    return run_evidence(asked, console)


def _policies(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli.policies import run as run_policies

    return run_policies(asked, console)


def _qualify(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli.qualify import run as run_qualify

    return run_qualify(asked, console)


_COMMANDS: dict[str, Callable[[argparse.Namespace, Console], ExitCode]] = {
    "init": _init,
    "demo": _demo,
    "collect": _collect,
    "check": _check,
    "build": _build,
    "verify": _verify,
    "narratives": _narratives,
    "findings": _findings,
    "inventory": _inventory,
    "gate": _approval,
    "sign": _approval,
    "waive": _approval,
    "seal": _approval,
    "sign-pdf": _sign_pdf,
    "release": _alias,
    "rollback": _alias,
    "ledger": _ledger,
    "history": _history,
    "diff": _change,
    "decide": _change,
    "pccp": _change,
    "regime": _regime,
    "evidence": _evidence,
    "policy": _policies,
    "qualify": _qualify,
}


def _config(asked: argparse.Namespace) -> Config:
    return load_config(Path(asked.config) if asked.config else None)


def _tracking(asked: argparse.Namespace) -> str | None:
    return asked.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI") or None


def _regimes(asked: argparse.Namespace) -> tuple[str, ...] | None:
    return tuple(asked.regime) if asked.regime else None


def _policy(asked: argparse.Namespace) -> Path | None:
    return Path(asked.policy) if asked.policy else None


def _day(asked: argparse.Namespace) -> date | None:
    return None if asked.as_of is None else day_of(asked.as_of)


def _snapshot(asked: argparse.Namespace, console: Console) -> tuple[Config, Snapshot]:
    """Return the snapshot to work on: a kept one where that was asked for, else a new one."""
    config = _config(asked)
    _day(asked)  # faults of the user's own files should not wait for MLflow, nor leave a snapshot
    regimes = tuple(regime for regime, _ in pipeline.load_regimes(config, _regimes(asked)))
    pipeline.read_policy(config, regimes, _policy(asked))
    if asked.offline or asked.snapshot:
        return config, pipeline.latest_snapshot(asked.model, config=config, digest=asked.snapshot)
    collected = pipeline.collect(
        asked.model,
        config=config,
        tracking_uri=_tracking(asked),
        regimes=_regimes(asked),
        policy=_policy(asked),
        step=console.step,
    )
    return config, collected.snapshot


def _as_signed(snapshot: Snapshot, config: Config, console: Console, *, pdf: bool) -> Snapshot:
    """Return the snapshot that was signed, where only the version's place in the registry changed since.

    A dossier of anything else that lies there, or that another policy, regime or docgen would make another, is none
    that could stay: then the newest snapshot is the one to build.
    """
    from docgen.approvals import signed_snapshot

    signed = signed_snapshot(snapshot, config) if snapshot.subject.version else None
    if signed is None or pipeline.is_built(signed, config=config, pdf=pdf) is False:
        return snapshot
    console.line(
        f"snapshot {signed.digest()[:12]} was signed, and since then only aliases or tags of its release changed: its "
        f"dossier stays (the other one: --snapshot {snapshot.digest()[:12]})"
    )
    return signed


def _tell_findings(findings: Iterable[Finding], console: Console) -> None:
    for item in findings:
        console.line(f"  {item.severity}: {item.message} [{item.code}]")


def _found(snapshot: Snapshot) -> dict[str, object]:
    return {
        "findings": [
            {"code": item.code, "severity": item.severity, "message": item.message, "evidence": list(item.evidence)}
            for item in snapshot.findings
        ]
    }


def _tell(assessments: tuple[Assessment, ...], console: Console) -> None:
    for assessment in assessments:
        console.line(f"{assessment.regime}: {_counts(assessment)}")
        for name in assessment.overdue:
            console.line(f"  {name} is overdue, which closes the gate by the firm's policy")
        for gap in assessment.gaps:
            console.line(f"  gap {gap.requirement}: {gap.wanted}")
            console.line(f"      why: {gap.why}")
            console.line(f"      from the {gap.owner}: {gap.supply}")


def _counts(assessment: Assessment) -> str:
    gate = "gate open" if assessment.gate_open else "gate closed"
    return f"{in_words(assessment.counts) or 'nothing assessed'}; {gate}"


def _assessed(assessments: tuple[Assessment, ...]) -> dict[str, object]:
    return {
        "gate_open": bool(assessments) and all(item.gate_open for item in assessments),
        "regimes": [
            {
                "regime": item.regime,
                "as_of": item.as_of,
                "overdue_findings": list(item.overdue),
                "verdicts": item.counts,
                "gaps": [
                    {
                        "requirement": gap.requirement,
                        "wanted": gap.wanted,
                        "why": gap.why,
                        "owner": gap.owner,
                        "supply": gap.supply,
                        "evidence": list(gap.evidence),
                    }
                    for gap in item.gaps
                ],
            }
            for item in assessments
        ],
    }


def _gate(assessments: tuple[Assessment, ...]) -> ExitCode:
    done = bool(assessments) and all(item.gate_open for item in assessments)
    return ExitCode.DONE if done else ExitCode.GATE_CLOSED
