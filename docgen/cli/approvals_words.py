"""The words of the commands about approvals; light, like `docgen.cli.parser`, which calls it."""

from __future__ import annotations

import argparse
from collections.abc import Callable

Make = Callable[[str, str, str], argparse.ArgumentParser]
"""Makes a command of its name, purpose and example."""

_DOSSIER = "models:/<name>/<version>, or a dossier's folder"


def add_approvals(make: Make, shared: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add the commands to the command line."""
    gate = make("gate", "show which gates are open, and what would open the others", "docgen gate models:/churn/3")
    gate.add_argument("dossier", nargs="?", help=_DOSSIER)
    gate.add_argument("--as-of", metavar="YYYY-MM-DD", help="the day on which expiry is counted (default: today)")
    gate.add_argument(
        "--page", action="store_true", help="also write the page of signatures, HTML and PDF, below [approvals] records"
    )
    gate.add_argument(
        "--example", choices=("device", "bank", "signers"), help="print a worked file of gates, or of signers, instead"
    )

    sign = make(
        "sign",
        "sign a dossier at a gate, with your own key",
        "docgen sign models:/churn/3 --gate validation --role validator --meaning approval --key ~/.ssh/id_ed25519",
    )
    sign.add_argument("dossier", help=_DOSSIER)
    sign.add_argument("--gate", required=True, help="id of the gate, as docgen gate shows it")
    sign.add_argument("--role", required=True, help="the role that you sign in")
    sign.add_argument(
        "--meaning", help="what your signature means (default: the one that the gate allows, if only one)"
    )
    sign.add_argument(
        "--key",
        default="~/.ssh/id_ed25519",
        help="your private key, OpenSSH, PEM or PKCS#12, or the PKCS#11 URI of one on a token "
        "(default: ~/.ssh/id_ed25519)",
    )
    sign.add_argument("--yes", action="store_true", help="do not ask before signing")

    waive = make(
        "waive",
        "set a requirement aside for a time, for one model version",
        "docgen waive models:/churn/3 --requirement model_card/MC-MET-03 --reason 'Pilot, 200 customers.' \\\n"
        "    --owner 'model owner' --until 2026-12-31 --by 'head of validation'",
    )
    waive.add_argument("dossier", help=_DOSSIER)
    waive.add_argument("--requirement", required=True, metavar="REGIME/ROW", help="the requirement")
    waive.add_argument("--reason", required=True, help="why it may be set aside")
    waive.add_argument("--owner", required=True, help="the role that answers for the risk")
    waive.add_argument("--until", required=True, metavar="YYYY-MM-DD", help="the last day")
    waive.add_argument("--by", required=True, help="the role that waives")

    seal = make("seal", "put a dossier with its signatures and ledger into one archive", "docgen seal models:/churn/3")
    seal.add_argument("dossier", help=_DOSSIER)
    seal.add_argument("--output", help="folder for the archive (default: [approvals] sealed in docgen.toml)")
    seal.add_argument("--by", default="", help="the role that seals, for the ledger")

    printed = make(
        "sign-pdf",
        "sign a copy of a dossier's PDF as readers of PDFs check it",
        "docgen sign-pdf dossiers/churn/3/files/churn-3-model_card.pdf --key officer.p12 \\\n"
        "    --reason 'Approved for release' --output sealed/churn-3-model_card-signed.pdf",
    )
    printed.add_argument("pdf", help="a PDF that docgen built")
    printed.add_argument(
        "--key", required=True, help="a PKCS#12 file with your key and certificate, or their PKCS#11 URI"
    )
    printed.add_argument("--reason", required=True, help="what your signature means")
    printed.add_argument("--output", required=True, help="the signed copy, outside of the dossier")

    release = make(
        "release",
        "move an alias of the registry to a version whose gates are all open",
        "docgen release models:/churn/3 --alias champion --by 'model owner'",
    )
    release.add_argument("dossier", help=_DOSSIER)
    release.add_argument("--link", default="", help="where readers find the dossier (default: its folder)")
    rollback = make(
        "rollback",
        "move an alias back to a version that was released before",
        "docgen rollback churn --to 2 --alias champion --reason 'Drift of income.' --by 'model owner'",
    )
    rollback.add_argument("model", help="name of the registered model")
    rollback.add_argument("--to", required=True, metavar="VERSION", help="the version to restore")
    rollback.add_argument("--reason", required=True, help="why")
    for command in (release, rollback):
        command.add_argument("--alias", default="champion", help="the alias that moves (default: champion)")
        command.add_argument("--by", required=True, help="the role that does so")
        command.add_argument("--tracking-uri", help="the MLflow store (default: MLFLOW_TRACKING_URI, then docgen.toml)")
        command.add_argument("--dry-run", action="store_true", help="prove all that can be proved, and change nothing")
    for command in (gate, sign, waive, seal, printed, release, rollback):
        shared(command)
