"""Who approves, of what: a line to sign for each role, bound to the digest of what was shown."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.model.document import Absent, Block, Dossier, Grid, Line, Shown, Words

_CHAIN = (
    ("validator", "states the conclusion of the validation"),
    ("head of model risk management", "approves the validation"),
    ("model owner", "accepts the findings and the conditions of use"),
    ("model risk committee", "approves the use"),
)
"""Who signs where the policy names nobody."""


def approval(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return a line for each role that signs, and the digest that each signature is to name."""
    chain = tuple((role.role, role.duties) for role in dossier.policy.roles if role.signs) or _CHAIN
    unsigned: Line = (Absent(wanted="signature", reason="not signed"),)
    rows = tuple(((Words(text=role),), (Words(text=duty),), unsigned, unsigned, unsigned) for role, duty in chain)
    digest = Shown(value=dossier.snapshot.digest(), evidence="snapshot:digest", format="digest")
    source = dossier.policy.name if any(role.signs for role in dossier.policy.roles) else "docgen's default chain"
    notes: tuple[Line, ...] = (
        (Words(text="Each signature is to name the evidence it saw, snapshot "), digest, Words(text=".")),
        (Words(text=f"Roles from: {source}."),),
    )
    columns = ("Role", "What is signed", "Name", "Decision", "Date")
    return (Grid(caption="Approval", columns=columns, rows=rows, notes=notes),)
