"""`docgen verify <file.pdf>` and `docgen sign-pdf`: PDFs by themselves."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from docgen.bundle.key_places import opened_key
from docgen.cli.console import Console
from docgen.cli.passphrases import ask
from docgen.config import load_config
from docgen.errors import ExitCode
from docgen.lone_pdf import sign_copy, verify_pdf
from docgen.model.assessment import in_words
from docgen.model.codec import unstructure
from docgen.stamping import authority_of


def verify(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Print the imprint of each PDF, and hold it against a dossier or a snapshot where one is named.

    Raises:
        DocgenError: as `verify_pdf`.
    """
    told = []
    for path in asked.paths:
        found = verify_pdf(Path(path), Path(asked.against) if asked.against else None)
        made = found.imprint
        console.line(path)
        console.line(f"  SHA-256   {found.sha256}")
        console.line(f"  subject   {made.subject}")
        console.line(f"  snapshot  {made.snapshot}, of {made.captured_at}")
        console.line(f"  regime    {made.regime}, edition {made.edition}, {made.regime_digest}")
        console.line(f"  policy    {made.policy or 'none'}")
        console.line(f"  assessed  {made.as_of}: {in_words(made.verdicts)}")
        console.line(f"  made with {', '.join(f'{tool.name} {tool.version}' for tool in made.tools)}")
        console.line(found.borne_out or "its own claim: hold it against a dossier or a snapshot with --against")
        told.append(
            {
                "path": path,
                "sha256": found.sha256,
                "imprint": unstructure(made),
                "borne_out": found.borne_out or None,
            }
        )
    console.result({"pdfs": told})
    return ExitCode.DONE


def sign(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Write a signed copy of a PDF.

    Raises:
        DocgenError: as `sign_copy`.
    """
    output = Path(asked.output)
    config = load_config(Path(asked.config) if asked.config else None)
    authority = authority_of(config, lambda: datetime.now(UTC))
    digest = sign_copy(
        Path(asked.pdf), output, key=opened_key(asked.key, ask), reason=asked.reason, authority=authority
    )
    console.line(f"signed copy {output}" + (f", time-stamped by {authority.url}" if authority else ""))
    console.line(f"  SHA-256  {digest}")
    console.result({"path": str(output), "sha256": digest})
    return ExitCode.DONE
