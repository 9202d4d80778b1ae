"""Narratives: every fault of every file at once, what a text was written against, and numbers typed by hand."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from docgen.assessment.pins import changes, pinned, value_digest
from docgen.config import Config
from docgen.errors import ProblemsError
from docgen.model.assessment import Verdict
from docgen.model.evidence import Evidence, Interval, Missing, Narrative, Provenance, Quantity, evidence_id
from docgen.model.regime import NarrativeSlot
from docgen.pipeline import assess, build, collect
from docgen.sources.narrative_pins import pin_narrative
from docgen.sources.narratives import read_narratives, scaffold
from docgen.sources.typed_numbers import typed_numbers
from docgen.testing import sample_snapshot
from support.dossiers import page

SLOTS = tuple(
    NarrativeSlot(slot=name, title=name.title(), author_role="model owner", prompt="What is it for?\nAnd what not?")
    for name in ("limits", "purpose", "scope")
)
HEAD = "---\nslot: {slot}\nauthor_role: model owner\ndate: 2026-01-01\n{more}---\n"


def write(folder: Path, slot: str, body: str, more: str = "", name: str = "") -> Path:
    path = folder / (name or f"{slot}.md")
    path.write_text(HEAD.format(slot=slot, more=more) + body + "\n", "utf-8")
    return path


def faults(folder: Path) -> list[str]:
    with pytest.raises(ProblemsError) as caught:
        read_narratives(folder, SLOTS)
    assert int(caught.value.code) == 2
    return [problem.removeprefix(f"{folder.name}/") for problem in caught.value.problems]


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "limits", "Words.\n\n```{include} /etc/passwd\n```\n\n<b>x</b>")
    write(tmp_path, "purpose", "```{raw} html\n```", more="colour: red\n")
    write(tmp_path, "limits", "The same again.", name="also.md")
    write(tmp_path, "scope", "Words.", name="Scope.MD")
    (tmp_path / "scope.md").write_text("---\nslot: limits\nauthor_role: owner\n---\nWords.\n", "utf-8")
    write(tmp_path, "elsewhere", "The narrative of a regime that is not in use.", name="elsewhere.md")
    assert faults(tmp_path) == [
        "Scope.MD: a second narrative for slot 'scope', expected only scope.md",
        "also.md: a second narrative for slot 'limits', expected only limits.md",
        "limits.md:8: directive '{include} /etc/passwd' is not allowed",
        "limits.md:11: raw HTML is not allowed",
        "purpose.md:7: directive '{raw} html' is not allowed",
        "purpose.md: colour: unknown key (known: author_role, date, evidence, slot)",
        "scope.md: slot: got 'limits', expected 'scope', as the file is named",
        "scope.md: date: missing, expected YYYY-MM-DD",
    ]


def test_front_matter_that_is_no_yaml_hides_no_fault_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "limits.md").write_text("---\nslot: limits\nslot: limits\n---\nWords.\n", "utf-8")
    (tmp_path / "purpose.md").write_text("Words.\n", "utf-8")
    told = "\n".join(faults(tmp_path))
    assert "limits.md: front matter: 2:1: key 'slot' stands twice" in told
    assert "purpose.md: author_role: missing" in told


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("evidence: yes\n", "evidence: got 'yes', expected a list"),
        ("evidence: [metric:x]\n", "evidence[0]: expected a mapping with id"),
        ("evidence: [{id: 'metric:x'}]\n", "evidence[0]: 'metric:x' has neither sha256 nor value"),
        ("evidence: [{id: 'metric:x', sha256: abc}]\n", "evidence[0]: sha256: got 'abc', expected 64"),
        ("evidence: [{id: a, value: 1}, {id: a, value: 2}]\n", "evidence[1]: 'a' stands twice"),
        ("evidence: [{id: a, value: 1, digest: x}]\n", "evidence[0]: digest: unknown key"),
        ("evidence: [{id: a, value: [1]}]\n", "evidence[0]: value: expected a number or a text"),
    ],
)
def test_what_a_text_was_written_against_has_a_shape(tmp_path: Path, rows: str, said: str) -> None:
    write(tmp_path, "limits", "Words.", more=rows)
    (told,) = faults(tmp_path)
    assert said in told


def test_what_was_scaffolded_counts_as_missing_until_somebody_writes(tmp_path: Path) -> None:
    (tmp_path / "limits.md").write_text(scaffold(SLOTS[0]), "utf-8")
    (tmp_path / "purpose.md").write_text(scaffold(SLOTS[1]).replace("date: ", "date: 2026-01-01"), "utf-8")
    values = [item.value for item in read_narratives(tmp_path, SLOTS)]
    assert [value.reason for value in values if isinstance(value, Missing)] == [
        "boilerplate",
        "boilerplate",
        "not_written",
    ]


def test_a_pin_holds_until_the_value_changes_and_not_for_where_it_was_read() -> None:
    snapshot = sample_snapshot()
    item = snapshot.find("metric:roc_auc@test")
    assert item is not None
    assert isinstance(item.value, Quantity)
    text = Narrative(slot="limits", text="x", author_role="o", date="2026-01-01", evidence=(pinned(item),))
    assert changes(snapshot, text) == ()

    def now(changed: Evidence | None) -> int:
        rest = tuple(changed if other.id == item.id and changed else other for other in snapshot.evidence)
        kept = tuple(other for other in rest if changed or other.id != item.id)
        return len(changes(replace(snapshot, evidence=kept), text))

    assert now(replace(item, provenance=replace(item.provenance, uri="runs:/other"))) == 0
    assert now(replace(item, value=replace(item.value, n=7))) == 1
    assert now(replace(item, value=replace(item.value, value=0.5))) == 1
    assert now(None) == 1
    by_hand = replace(text, evidence=(replace(pinned(item), sha256=None, value=round(item.value.value or 0, 2)),))
    assert changes(snapshot, by_hand) == ()
    assert len(changes(snapshot, replace(by_hand, evidence=(replace(by_hand.evidence[0], value=0.11),)))) == 1


def test_a_digest_of_a_value_does_not_depend_on_fields_that_are_empty() -> None:
    value = Quantity(value=0.0, n=3, interval=Interval(low=0.0, high=0.1, level=0.95, method="wilson"))
    assert value_digest(value) == value_digest(replace(value, note="", special=None))
    assert value_digest(value) != value_digest(replace(value, value=None))


def test_pinning_writes_what_the_roles_name_and_changes_nothing_else(tmp_path: Path) -> None:
    snapshot = sample_snapshot()
    body = "AUROC {docgen:metric}`roc_auc@test`, at {docgen:value}`param:max_depth`.\n\n---\n\nMore."
    path = write(tmp_path, "limits", body, more="evidence:\n- {id: 'dataset:test', value: x}\n\n# mine\n")
    pins = pin_narrative(tmp_path, SLOTS[0], snapshot, ("table:confusion@test",))
    assert [pin.id for pin in pins] == [
        "dataset:test",
        "metric:roc_auc@test",
        "param:max_depth",
        "table:confusion@test",
    ]
    text = path.read_text("utf-8")
    assert text.endswith(f"---\n{body}\n")
    (found,) = read_narratives(tmp_path, SLOTS[:1])
    assert isinstance(found.value, Narrative)
    assert found.value.evidence == pins
    assert changes(snapshot, found.value) == ()
    assert pin_narrative(tmp_path, SLOTS[0], snapshot) == pins
    assert path.read_text("utf-8") == text
    with pytest.raises(ProblemsError, match="'metric:nothing': snapshot"):
        pin_narrative(tmp_path, SLOTS[0], snapshot, ("metric:nothing",))
    assert path.read_text("utf-8") == text


def metric(key: str, value: float, title: str = "", split: str = "test") -> Evidence:
    where = Provenance(system="mlflow", uri="runs:/0")
    return Evidence(id=evidence_id("metric", key, split), value=Quantity(value=value, title=title), provenance=where)


HELD = (
    metric("roc_auc", 0.8412, "AUROC"),
    metric("roc_auc", 0.8633, "AUROC", "train"),
    metric("brier", 0.1437),
    metric("expected_cost", 12.5),
)


def told(text: str) -> list[tuple[str, str]]:
    value = Narrative(slot="limits", text=text, author_role="o", date="2026-01-01", first_line=6)
    where = Provenance(system="narrative", uri="narratives/limits.md")
    item = Evidence(id=evidence_id("narrative", "limits"), value=value, provenance=where)
    previous = (metric("roc_auc", 0.8199, "AUROC"),)
    return [(found.code, found.message) for found in typed_numbers((item, *HELD), previous)]


@pytest.mark.parametrize(
    ("text", "line", "role"),
    [
        ("Words.\n\nIt reached 0.841 in the end.", 8, "{docgen:metric}`roc_auc@test`"),
        ("It reached 84.1% in the end.", 6, "{docgen:metric}`roc_auc@test`"),
        ("The AUC is 0.84.", 6, "{docgen:metric}`roc_auc@test`"),
        ("The model's **AUROC** on\ntraining data was 0.86 (95% CI).", 7, "{docgen:metric}`roc_auc@train`"),
        ("| Measure | Value |\n|---|---|\n| Brier | 0.1437 |", 8, "{docgen:metric}`brier@test`"),
        ("Expected cost: 12.5 per case.", 6, "{docgen:metric}`expected_cost@test`"),
    ],
)
def test_a_number_that_evidence_holds_is_told_with_the_role_that_would_fetch_it(
    text: str, line: int, role: str
) -> None:
    ((code, message),) = told(text)
    assert code == "number_typed_by_hand"
    assert message.startswith(f"narratives/limits.md:{line}: ")
    assert message.endswith(f"fetch it with {role}")


def test_a_number_that_evidence_contradicts_is_told() -> None:
    ((code, message),) = told("An AUROC of 0.91 was reached.")
    assert code == "number_contradicts_evidence"
    assert "0.91" in message
    assert "metric:roc_auc@test" in message


@pytest.mark.parametrize(
    "text",
    [
        "Trained on 2026-03-01, reviewed on 1.2.2026, at 09:30; see section 0.841, table 8.41 and version 0.841.",
        "On 12 of 841 cases, the 3rd of 5 groups, in 2026, 84 people were asked.",
        "# 0.841 as a heading\n\nWords.",
        "The AUROC must be at least 0.75, the Brier score below 0.2, the AUC > 0.70.",
        "An AUROC of 0.5 is chance. The AUROC fell by 0.02.",
        "The AUROC has a 95% confidence interval, shown beside it.",
        "An AUROC of {docgen:metric}`roc_auc@test`, a Brier score of {docgen:metric}`brier@test`.",
        "The code `auc = 0.841` stands in a span.\n\n    auc = 0.841\n",
        "About 0.84 of what was asked came back; 15% did not.",
        "The version before had an AUROC of 0.820.",
        "AUROC is our measure. Costs of 0.33 are usual.",
        "Release 0.8412.1 and 10.0.0.1 and ratio 1.5:1.",
    ],
)
def test_what_is_no_measure_raises_no_alarm(text: str) -> None:
    assert told(text) == []


def test_a_stale_text_is_kept_and_awaits_review(demo, docgen, tmp_path: Path) -> None:
    """Pinned against version 1, read with version 2: old and new value stand above the text, each traced."""
    shutil.copytree(demo.folder / "narratives", tmp_path / "narratives")
    shutil.copy(demo.folder / "mlflow.db", tmp_path)
    config = Config(root=tmp_path)
    first = collect("models:/credit-default/1", config=config).snapshot
    done = docgen("narratives", "pin", "intended_use", "--evidence", "param:C", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "pinned to 2 piece(s) of evidence of models:/credit-default/1" in done.stdout

    def verdict(snapshot: object) -> tuple[Verdict, str]:
        (found,) = assess(snapshot, config=config)  # type: ignore[arg-type]
        row = next(row for row in found.results if row.requirement == "MC-USE-01")
        return row.verdict, row.reason

    again = collect("models:/credit-default/1", config=config).snapshot
    fresh = verdict(again)
    assert "awaiting review" not in fresh[1]
    snapshot = collect("models:/credit-default/2", config=config).snapshot
    stale = verdict(snapshot)
    assert stale[0] is Verdict.AWAITING_ATTESTATION
    assert "awaiting review" in stale[1]

    report = build(snapshot, config=config, pdf=False)
    assert report.warnings == ()
    text = page(report.folder, "use")
    assert "which is stale" in text.get_text()
    assert "ranks applications for small consumer loans" in text.get_text()
    old, new = first.find("metric:roc_auc@test"), snapshot.find("metric:roc_auc@test")
    assert isinstance(old.value, Quantity)  # type: ignore[union-attr]
    assert isinstance(new.value, Quantity)  # type: ignore[union-attr]
    grid = next(table for table in text.find_all("table") if "What changed" in table.get_text())
    traced = {(cell["data-evidence"], cell.get_text()) for cell in grid.find_all("data")}
    assert ("narrative:intended_use", f"{old.value.value:.4g}") in traced  # type: ignore[union-attr]
    assert ("metric:roc_auc@test", f"{new.value.value:.4g}") in traced  # type: ignore[union-attr]
