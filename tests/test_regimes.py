"""Regimes as data: what the linter refuses, all at once, and what the loader makes of conditions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from docgen.errors import ProblemsError
from docgen.model.checks import Declared, NarrativeWritten
from docgen.model.regime import Condition
from docgen.regimes import known_regimes, load_regime
from docgen.resources import regimes_dir

HEADER = """\
format: 1
id: house
title: House rules
instrument: House rules, 2026
edition: '1'
status: in_force
supersedes: []
checked_on: '2026-06-01'
stale_after_days: 365
disclaimer: Own words.
wording: {}
documents:
  - {id: report, title: Report, audience: all, templates: [index.md.j2]}
narratives:
  - {slot: limits, title: Limits, author_role: owner, prompt: Which limits}
facts:
  - {fact: vendor, title: Vendor, tag: vendor, owner: risk, kind: choice, values: ['true', 'false']}
  - {fact: validated_on, title: Validated, tag: validated_on, owner: risk, kind: date}
"""
ROWS = """\
requirements:
  - id: H-1
    section: I
    title: Limits are written
    paraphrase: Somebody wrote the limits.
    owner: owner
    decidable: machine
    supply: Write narratives/limits.md.
    applies_when: {vendor: [true]}
    check:
      all_of:
        - narrative: limits
        - declared: vendor
"""


def write(folder: Path, header: str = HEADER, rows: str = ROWS, page: str = "# House rules\n") -> Path:
    home = folder / "house"
    (home / "templates").mkdir(parents=True)
    (home / "regime.yaml").write_text(header)
    (home / "requirements.yaml").write_text(rows)
    (home / "templates" / "index.md.j2").write_text(page)
    return home


def faults(folder: Path, **changes: str) -> str:
    with pytest.raises(ProblemsError) as caught:
        load_regime(write(folder, **changes))
    assert int(caught.value.code) == 2
    return "\n".join(caught.value.problems)


def test_a_regime_is_read_with_its_conditions_as_text(tmp_path: Path) -> None:
    regime = load_regime(write(tmp_path))
    (row,) = regime.requirements
    assert row.applies_when == (Condition(fact="vendor", values=("true",)),)
    assert row.check.checks == (NarrativeWritten(slot="limits"), Declared(fact="vendor"))  # type: ignore[union-attr]
    assert (regime.kind, regime.superseded_by, regime.force) == ("base", None, "")


@pytest.mark.parametrize("name", sorted(known_regimes()))
def test_every_regime_that_comes_with_docgen_is_without_fault(name: str) -> None:
    assert load_regime(regimes_dir() / name).requirements


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("narrative: limits", "narrative: limit", "narrative 'limit' is no slot of regime.yaml"),
        ("declared: vendor", "declared: vender", "fact 'vender' is none of regime.yaml"),
        ("declared: vendor", "cadence: vendor", "fact 'vendor' is choice, expected a date"),
        ("declared: vendor", "declaired: vendor", "unknown check 'declaired' (did you mean declared?)"),
        ("declared: vendor", "program_answer: {}", "rows of scope program, and no others, are decided by"),
        ("owner: owner", "owner: owner\n    scope: program", "rows of scope program, and no others, are decided by"),
        ("{vendor: [true]}", "{vendor: [maybe]}", "applies_when.vendor: 'maybe' is not allowed (known: true, false)"),
        ("{vendor: [true]}", "{validated_on: [x]}", "fact 'validated_on' is date, expected a choice"),
        ("{vendor: [true]}", "{seller: [true]}", "fact 'seller' is none of regime.yaml"),
        ("{vendor: [true]}", "{vendor: true}", "applies_when.vendor: got True, expected a list of values"),
        ("{vendor: [true]}", "[vendor]", "expected a mapping from fact to a list of values"),
        ("id: H-1", "id: h-1", "id is not of the form ABC-12"),
        ("Somebody wrote", "A compliant bank wrote", "'compliant' is not this regime's word, say 'aligned with'"),
        ("requirements:", "rows:", "expected one key, requirements, with a list"),
    ],
)
def test_each_fault_of_the_rows_is_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert ROWS.count(old) == 1
    assert said in faults(tmp_path, rows=ROWS.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("status: in_force", "status: superseded", "status superseded wants superseded_by, and superseded_on"),
        ("status: in_force", "status: in_force\nsuperseded_by: b", "do not go with status in_force"),
        ("status: in_force", "status: valid", "regime.yaml.status"),
        ("index.md.j2", "front.md.j2", "template 'front.md.j2' is neither in templates/ nor shared"),
        ("index.md.j2", "front.md.j2", "no document begins with index.md.j2, the landing page"),
        (
            "narratives:\n",
            "narratives:\n  - {slot: limits, title: L, author_role: o, prompt: p}\n",
            "slot 'limits' stands 2",
        ),
        ("facts:\n", "facts:\n  - {fact: vendor, title: V, tag: v, owner: o}\n", "facts: 'vendor' stands 2 times"),
        (
            "supersedes: []",
            "supersedes: []\nrefuses: [{when: {}, because: b, instead: i}]",
            "got {}, expected a mapping",
        ),
        ("supersedes: []", "supersedes: []\nrefuses: [{because: b, instead: i}]", "no condition, and every model"),
        ("supersedes: []", "supersedes: []\nrefuses: [{when: {x: [y]}, because: b, instead: i}]", "fact 'x' is none"),
        ("id: house", "id: home", "expected the folder's name 'house'"),
        ("edition: '1'", "edition: '1'\nediton: '2'", "unknown key 'editon' (did you mean 'edition'?)"),
        ("Own words.", "You are certified.", "regime.yaml: 'certified' is not this regime's word"),
    ],
)
def test_each_fault_of_the_header_is_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert HEADER.count(old) == 1
    assert said in faults(tmp_path, header=HEADER.replace(old, new))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    rows = ROWS.replace("narrative: limits", "narrative: x").replace("[true]", "[maybe]").replace("H-1", "h 1")
    header = HEADER.replace("status: in_force", "status: superseded")
    said = faults(tmp_path, rows=rows, header=header, page="# This is compliant\n")
    assert len(said.splitlines()) == 5
    assert "templates/index.md.j2:1: 'compliant'" in said


def test_a_page_may_come_from_the_shared_templates(tmp_path: Path) -> None:
    header = HEADER.replace("[index.md.j2]", "[index.md.j2, dossier.md.j2]")
    assert load_regime(write(tmp_path, header=header)).documents[0].templates == ("index.md.j2", "dossier.md.j2")


def test_a_changed_template_changes_the_regimes_digest(tmp_path: Path) -> None:
    home = write(tmp_path)
    before = load_regime(home).digest
    (home / "templates" / "index.md.j2").write_text("# Other\n")
    assert load_regime(home).digest != before
    shutil.rmtree(home)
