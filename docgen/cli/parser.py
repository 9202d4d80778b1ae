"""The words of the command line. Imports argparse and the errors alone, so that help comes at once."""

from __future__ import annotations

import argparse
from functools import partial
from typing import NoReturn

from docgen.cli.approvals_words import add_approvals
from docgen.errors import UsageError

_EXITS = """exit codes:
  0    done; every requirement met, waived or not applicable
  1    assessed, and a gate is closed: the gaps are listed
  2    usage, docgen.toml, a policy, a narrative or a regime file is at fault
  3-8  docgen decide only: indeterminate, risk review, do not implement,
       outside the plan, deviation, new submission
  9    a source (MLflow, git, a snapshot) could not be read: nothing was written
  10   integrity: a digest, chain or signature does not hold
  11   refused as unsafe: a path, scheme, size, type or directive
  12   storage: disk full, no permission
  70   a fault of docgen's own: a report file is written
  130  interrupted: nothing half-written"""

_MODEL = "models:/churn/3, models:/churn@champion or runs:/<run id>"


class _Parser(argparse.ArgumentParser):
    """argparse, with mistakes told as every other failure is."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage and leaving."""
        command = self.prog.removeprefix("docgen").strip()
        raise UsageError(f"{command}: {message}" if command else message, hint=f"{self.prog} --help")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return what was asked for; its `fault` is the mistake in it, or None."""
    try:
        return parser().parse_args(arguments, argparse.Namespace(fault=None))
    except UsageError as err:
        asked = argparse.Namespace(fault=err)
        words = " ".join(arguments).replace("=", " ")
        asked.format = next((form for form in ("json", "junit", "sarif") if f"--format {form}" in words), "text")
        return asked


_LISTING = partial(argparse.RawDescriptionHelpFormatter, max_help_position=14)
"""Python 3.13 would set lists of commands with a long name two columns further right than its forerunners."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = _Parser(
        prog="docgen",
        description="Turn an MLflow model version into a dossier: every number traced to the run that produced it.",
        epilog=_EXITS,
        formatter_class=_LISTING,
    )
    top.add_argument("--version", action="store_true", help="print the version and stop")
    commands = top.add_subparsers(dest="command", metavar="command")

    init = _command(commands, "init", "set up a folder: docgen.toml, narratives to write", "docgen init .")
    init.add_argument("folder", nargs="?", default=".", help="the folder to set up (default: this one)")
    init.add_argument("--regime", action="append", help="a regime to document for (default: model_card); may repeat")

    demo = _command(
        commands, "demo", "train a small model, track it in MLflow, build its dossiers", "docgen demo docgen-demo"
    )
    demo.add_argument(
        "folder", nargs="?", default="docgen-demo", help="a new or earlier demo folder (default: docgen-demo)"
    )
    demo.add_argument(
        "--device",
        action="store_true",
        help="instead a stand-in device under a change plan, with candidates that meet every verdict; in a new folder",
    )

    collect = _command(
        commands, "collect", "read a model version from MLflow into a snapshot", "docgen collect models:/churn/3"
    )
    _model(collect)
    _source(collect)

    check = _command(
        commands, "check", "collect, then assess: list the gaps", "docgen check models:/churn@champion --format json"
    )
    _model(check)
    _source(check, formats=("text", "json", "junit", "sarif"))
    _assess(check)

    build = _command(
        commands, "build", "collect, assess and write the dossier, HTML and PDF", "docgen build models:/churn/3"
    )
    _model(build)
    _source(build)
    _assess(build)
    build.add_argument("--output", help="folder for the dossiers (default: [dossier] output in docgen.toml)")
    build.add_argument("--no-pdf", action="store_true", help="write HTML and JSON only")
    build.add_argument("--force", action="store_true", help="render even when nothing changed")

    verify = _command(
        commands,
        "verify",
        "prove dossiers, snapshots, sealed dossiers and PDFs",
        "docgen verify sealed/churn-3-0123456789ab.zip --key officer.pub",
    )
    verify.add_argument(
        "paths",
        nargs="*",
        help="dossier folders; or sealed dossiers alone; or PDFs alone "
        "(default: every dossier and the store of docgen.toml)",
    )
    verify.add_argument(
        "--against",
        metavar="PATH",
        help="what a PDF is held against: a dossier's folder, a sealed dossier, a snapshot.json",
    )
    verify.add_argument("--key", action="append", help="public key that must have signed a sealed dossier; may repeat")
    verify.add_argument("--signers", help="file of signers that holds instead of the sealed dossier's own")
    verify.add_argument(
        "--timestamp-roots",
        metavar="FILE",
        help="PEM certificates that hold instead of the sealed dossier's own when its time stamps are proved",
    )
    verify.add_argument(
        "--record", metavar="ROLE", help="record the outcome in this project's ledger of the model, as of this role"
    )
    verify.add_argument(
        "--as-of", metavar="YYYY-MM-DD", help="the day for which a sealed dossier's gates are told (default: today)"
    )
    _shared(verify)

    _narratives(commands)
    inventory = _command(
        commands, "inventory", "list every model version: one page, CSV and XLSX", "docgen inventory --as-of 2026-06-30"
    )
    inventory.add_argument("--output", help="folder of the dossiers (default: [dossier] output in docgen.toml)")
    inventory.add_argument(
        "--as-of",
        metavar="YYYY-MM-DD",
        help="the day on which overdue is counted (default: that of the newest capture)",
    )
    _shared(inventory)

    _findings(commands)
    add_approvals(lambda *words: _command(commands, *words), _shared)
    _change(commands)
    _ledger(commands)
    _regime(commands)
    _evidence(commands)
    _policies(commands)
    _qualify(commands)
    return top


def _command(commands: argparse._SubParsersAction[_Parser], name: str, purpose: str, example: str) -> _Parser:
    return commands.add_parser(
        name,
        help=purpose,
        description=purpose[0].upper() + purpose[1:] + ".",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _narratives(commands: argparse._SubParsersAction[_Parser]) -> None:
    example = "docgen narratives pin intended_use"
    narratives = _command(commands, "narratives", "note what a narrative was written against", example)
    actions = narratives.add_subparsers(dest="action", metavar="action", required=True)
    pin = _command(
        actions,
        "pin",
        "write into a narrative the evidence it names, with its digests",
        f"{example} --evidence param:C",
    )
    pin.add_argument("slot", help="the narrative's slot: its file name without .md")
    pin.add_argument("--model", help=f"whose newest snapshot: {_MODEL} (default: what was collected last)")
    pin.add_argument("--evidence", action="append", metavar="ID", help="further evidence it was written against")
    _shared(pin)


def _findings(commands: argparse._SubParsersAction[_Parser]) -> None:
    example = "docgen findings list --as-of 2026-06-30"
    top = _command(commands, "findings", "the register of findings: list, add, close, propose, record", example)
    actions = top.add_subparsers(dest="action", metavar="action", required=True)
    listed = _command(actions, "list", "list the findings, overdue and open ones first, and how old each is", example)
    listed.add_argument("--model", help="only those about this model version: models:/churn/3")
    add = _command(
        actions,
        "add",
        "add a finding, or adopt the draft with this id",
        "docgen findings add F-7 --condition 'No out-of-time test' --criterion model_card/MC-MET-03 \\\n"
        "    --severity high --owner 'model developer' --due-on 2026-09-30 --by validator",
    )
    add.add_argument("id", help="of the finding: letters, digits, dots, dashes and underscores")
    for name, purpose in (
        ("condition", "what is, with its evidence"),
        ("title", "a few words"),
        ("cause", "why it is so"),
        ("effect", "what it does to the model's use"),
        ("recommendation", "what would mend it"),
        ("severity", "a step of the policy's scale"),
        ("owner", "the role that mends it"),
        ("model", "models:/<name> or models:/<name>/<version> (default: every model of the register)"),
        ("reason", "for the history"),
    ):
        add.add_argument(f"--{name}", help=purpose)
    add.add_argument("--criterion", action="append", metavar="REGIME/ROW", help="the requirement; may repeat")
    add.add_argument("--due-on", metavar="YYYY-MM-DD", help="when it is to be mended")
    close = _command(
        actions,
        "close",
        "end a finding: closed with evidence, accepted or dismissed with a reason",
        "docgen findings close F-7 --by 'head of validation' --reason 'Tested out of time.' --evidence metric:ks@oot",
    )
    close.add_argument("id", help="of the finding")
    close.add_argument("--status", choices=("closed", "accepted", "dismissed"), default="closed", help="how it ends")
    close.add_argument("--reason", required=True, help="why it ends; for a merged draft, name the other finding")
    close.add_argument("--evidence", action="append", metavar="ID", help="evidence that shows it mended; may repeat")
    for command in (add, close):
        command.add_argument("--by", required=True, help="the role that does so")
    propose = _command(
        actions, "propose", "propose a draft for each failed check", "docgen findings propose models:/churn/3 --append"
    )
    propose.add_argument("model", help=f"whose newest snapshot: {_MODEL}")
    propose.add_argument("--append", action="store_true", help="append the drafts to the register")
    record = _command(
        actions,
        "record",
        "record in the models' ledgers what was edited in the register by hand",
        "docgen findings record",
    )
    for command in (listed, add, close, propose, record):
        command.add_argument("--policy", metavar="FILE", help="the firm's policy (default: that of docgen.toml)")
        command.add_argument(
            "--as-of", metavar="YYYY-MM-DD", help="the day (default: today; of a proposal, the snapshot's)"
        )
        _shared(command)


def _ledger(commands: argparse._SubParsersAction[_Parser]) -> None:
    example = "docgen ledger verify"
    top = _command(commands, "ledger", "the ledger of approvals: list it, prove it, have it time-stamped", example)
    actions = top.add_subparsers(dest="action", metavar="action", required=True)
    listed = _command(actions, "list", "list every entry, oldest first", "docgen ledger list churn")
    verify = _command(actions, "verify", "prove that no entry was removed, moved or changed", example)
    refusals = _command(
        actions,
        "refusals",
        "list who was not let sign, waive, release or roll back, as this machine noted it",
        "docgen ledger refusals churn",
    )
    stamp = _command(
        actions,
        "stamp",
        "ask the time stamping authority of docgen.toml about what has no time stamp yet",
        "docgen ledger stamp churn",
    )
    for command in (listed, verify, refusals, stamp):
        command.add_argument("model", nargs="?", help="a registered model (default: all)")
        _shared(command)
    history = _command(
        commands,
        "history",
        "what happened to a model: captures, approvals, releases; how long its records are kept",
        "docgen history churn --page approvals/history-churn.html",
    )
    history.add_argument("model", help="a registered model")
    history.add_argument(
        "--page", metavar="FILE", help="also write it as a page with a line of time, that needs nothing else"
    )
    history.add_argument(
        "--regime",
        action="append",
        metavar="ID",
        help="whose lines on retention count; may repeat (default: docgen.toml)",
    )
    _shared(history)
    verify.add_argument("--since", metavar="SHA256", help="an entry that must be there: a head that was printed before")


def _change(commands: argparse._SubParsersAction[_Parser]) -> None:
    diff = _command(
        commands,
        "diff",
        "tell what differs between two versions, each a named kind of change",
        "docgen diff models:/churn/3",
    )
    diff.add_argument("model", help=f"the later version: {_MODEL}")
    diff.add_argument("--base", help="the earlier one (default: the alias last of the change plan, else @champion)")
    diff.add_argument("--all", action="store_true", help="list every measure that differs, not only what was changed")
    diff.add_argument("--page", metavar="FILE", help="also write a page with tables and plots, that needs nothing else")
    decide = _command(
        commands,
        "decide",
        "decide a version against the change plan; people confirm it",
        "docgen decide models:/device/3 --format json",
    )
    decide.add_argument("model", help=_MODEL)
    decide.add_argument("--record", metavar="ROLE", help="record it in the model's ledger, as decided by this role")
    top = _command(
        commands,
        "pccp",
        "the predetermined change control plan: its digest, uses of test data, implemented versions",
        "docgen pccp digest",
    )
    top.formatter_class = _LISTING
    actions = top.add_subparsers(dest="action", metavar="action", required=True)
    digest = _command(
        actions, "digest", "check every plan and print the digests that a letter and a commit fix", "docgen pccp digest"
    )
    use = _command(
        actions,
        "use",
        "record an evaluation on the test data in the ledger of uses",
        "docgen pccp use models:/device/3",
    )
    use.add_argument("model", help=f"whose newest snapshot: {_MODEL}")
    use.add_argument("--rca", default="", metavar="ID", help="the root-cause analysis that allows a repeated test")
    done = _command(
        actions,
        "implement",
        "decide again, add a version within the plan to the implemented ones, and record that in the model's ledger",
        "docgen pccp implement models:/device/3 --on 2026-06-30",
    )
    done.add_argument("model", help=_MODEL)
    done.add_argument("--on", required=True, metavar="YYYY-MM-DD", help="the day on which it was implemented")
    for command in (diff, decide, done):
        command.add_argument("--offline", action="store_true", help="use the newest snapshots instead of asking MLflow")
    for command in (decide, done):
        command.add_argument("--as-of", metavar="YYYY-MM-DD", help="the day of it (default: that of the snapshot)")
    for command in (diff, decide, digest, use, done):
        _shared(command)


def _regime(commands: argparse._SubParsersAction[_Parser]) -> None:
    example = "docgen regime test regimes/model_card"
    regime = _command(commands, "regime", "list the regimes; write, preview and test your own", example)
    actions = regime.add_subparsers(dest="action", metavar="action", required=True)
    listed = _command(actions, "list", "list the regimes that can be documented for", "docgen regime list")
    listed.add_argument("--config", help="docgen.toml (default: the one in this folder, if any)")
    lint = _command(actions, "lint", "find every fault of a regime's files", "docgen regime lint regimes/house_rules")
    new = _command(actions, "new", "lay out the folder of a new regime", "docgen regime new regimes/house_rules")
    preview = _command(
        actions,
        "preview",
        "render a regime over sample evidence, without MLflow",
        "docgen regime preview regimes/house_rules --output preview",
    )
    test = _command(
        actions,
        "test",
        "prove that a regime shows every requirement and every gap",
        "docgen regime test regimes/house_rules",
    )
    for command in (lint, new, preview, test):
        command.add_argument("folder", help="the regime's folder; its name is the regime's id")
    preview.add_argument("--output", default="regime-preview", help="folder for the pages (default: regime-preview)")
    preview.add_argument("--pdf", action="store_true", help="also make the PDF")
    for command in (listed, lint, new, preview, test):
        _said(command)


def _evidence(commands: argparse._SubParsersAction[_Parser]) -> None:
    purpose = "check evidence files that you write yourself; list their formats"
    evidence = _command(commands, "evidence", purpose, "docgen evidence validate performance.json")
    actions = evidence.add_subparsers(dest="action", metavar="action", required=True)
    validate = _command(
        actions,
        "validate",
        "find every fault of evidence files, each with its JSON path",
        "docgen evidence validate performance.json --format json",
    )
    validate.add_argument("files", nargs="+", metavar="file", help="an evidence file")
    listed = _command(actions, "list", "list the formats and where each file is logged", "docgen evidence list")
    for name, what in (("example", "a worked example"), ("schema", "the JSON Schema")):
        command = _command(
            actions, name, f"print {what} of a format", f"docgen evidence {name} docgen.performance > {name}.json"
        )
        command.add_argument("name", metavar="format", help="as docgen evidence list prints it")
    for command in (validate, listed):
        _said(command)


def _shared(command: argparse.ArgumentParser, *, formats: tuple[str, ...] = ("text", "json")) -> None:
    command.add_argument("--config", help="docgen.toml (default: the one in this folder, if any)")
    _said(command, formats=formats)


def _said(command: argparse.ArgumentParser, *, formats: tuple[str, ...] = ("text", "json")) -> None:
    command.add_argument("--format", choices=formats, default="text", help="what goes to standard output")
    command.add_argument("--quiet", action="store_true", help="no progress on standard error")


def _model(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", help=_MODEL)


def _source(command: argparse.ArgumentParser, *, formats: tuple[str, ...] = ("text", "json")) -> None:
    command.add_argument("--tracking-uri", help="the MLflow store (default: MLFLOW_TRACKING_URI, then docgen.toml)")
    _shared(command, formats=formats)


def _assess(command: argparse.ArgumentParser) -> None:
    command.add_argument("--offline", action="store_true", help="use the newest snapshot instead of asking MLflow")
    command.add_argument("--snapshot", metavar="DIGEST", help="use this snapshot of the store")
    command.add_argument(
        "--regime", action="append", help="assess against this regime (default: those of docgen.toml); may repeat"
    )
    command.add_argument("--policy", metavar="FILE", help="the firm's policy (default: that of docgen.toml)")
    command.add_argument(
        "--as-of", metavar="YYYY-MM-DD", help="the date of the assessment (default: that of the snapshot)"
    )


def _qualify(commands: argparse._SubParsersAction[_Parser]) -> None:
    qualify = _command(
        commands,
        "qualify",
        "prove the installed docgen on this machine, and write the report to sign",
        "docgen qualify --lock requirements/lock.txt --output qualification",
    )
    qualify.add_argument("--iq", action="store_true", help="installation qualification (default: both)")
    qualify.add_argument("--oq", action="store_true", help="operational qualification (default: both)")
    qualify.add_argument("--lock", metavar="FILE", help="pinned requirements to hold the installed versions against")
    qualify.add_argument("--output", default="qualification", help="folder for the report (default: qualification)")
    _shared(qualify)


def _policies(commands: argparse._SubParsersAction[_Parser]) -> None:
    policy = _command(
        commands, "policy", "print a worked policy or its schema, or lint one", "docgen policy lint policy.yaml"
    )
    policy.add_argument("action", choices=("example", "schema", "lint"))
    policy.add_argument("file", nargs="?", help="the policy, for lint")
    policy.add_argument(
        "--regime", action="append", help="hold it against this regime (default: those of docgen.toml); may repeat"
    )
    _shared(policy)
