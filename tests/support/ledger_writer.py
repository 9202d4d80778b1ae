"""A writer that acknowledges each entry on standard output once it is safe; killed at any moment by the test."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from docgen.model.ledger import FindingChange
from docgen.store.ledger import Ledger


def main() -> None:
    ledger, name, count = Ledger(folder=Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
    for number in range(count):
        details = FindingChange(finding=f"{name}-{number}", status="open", reason="x" * (number % 7 * 1000))
        entry = ledger.append(details, subject="models:/churn/1", by=name, now=datetime.now(UTC))
        sys.stdout.write(f"{entry.file}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
