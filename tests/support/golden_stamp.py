"""The golden ledger with a time stamp: made once, by an authority that exists nowhere else, and kept as it is.

`python -m support.golden_stamp` writes it anew into the package, with other keys and another time.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from docgen.model.ledger import Waiver
from docgen.qualify.rebuild import golden_folder
from docgen.qualify.stamps import LEDGER, ROOTS, STRANGER
from docgen.store.ledger import Ledger
from support.authority import asking, make_authority, now, serving

SUBJECT = "models:/golden/1"


def main() -> int:
    folder = golden_folder()
    shutil.rmtree(folder / LEDGER, ignore_errors=True)
    with tempfile.TemporaryDirectory() as work, serving(make_authority(Path(work) / "tsa")) as authority:
        ledger = Ledger(folder=folder / LEDGER)
        for number, followed in ((1, None), (2, asking(authority).stamp)):
            waiver = Waiver(requirement=f"model_card/MC-{number}", reason="golden", owner="owner", until="2099-12-31")
            ledger.append(waiver, subject=SUBJECT, by="model owner", now=now(), followed=followed)
        (folder / ROOTS).write_bytes(authority.root.read_bytes())
        (folder / STRANGER).write_bytes(make_authority(Path(work) / "stranger").root.read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
