"""The inventory of models: every version in one page and two spreadsheets, hostile text harmless, flat cost."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from bs4 import BeautifulSoup

from docgen.assessment.engine import assess
from docgen.assessment.summary import summary_of
from docgen.config import Config
from docgen.errors import SourceError
from docgen.inventory import COLUMNS, InventoryReport, build_inventory
from docgen.model.assessment import FactResult
from docgen.model.canonical import Digest, canonical
from docgen.model.codec import unstructure
from docgen.model.evidence import Text
from docgen.model.inventory import Summary
from docgen.model.manifest import Inputs
from docgen.model.policy import EMPTY, Tier
from docgen.model.snapshot import Snapshot
from docgen.regimes import find_regime, load_regime
from docgen.store.manifests import write_manifest
from docgen.store.snapshots import Snapshots
from docgen.testing import sample_snapshot

CARD = load_regime(find_regime("model_card"))
DAY = date(2026, 3, 2)
PAYLOADS = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7191 }}{% for x in () %}",
    "\u202egnp.exe",
    "</td></tr></table><h1>owned</h1>",
)
INPUTS = Inputs(
    snapshot=Digest("0" * 64),
    regimes=(),
    policy=None,
    as_of="2026-03-02",
    resources=Digest("0" * 64),
    tools=(),
    pdf=False,
)


def short(of: Snapshot | None = None, **changes: object) -> Summary:
    snapshot = of or sample_snapshot()
    found = summary_of(snapshot, (CARD,), (assess(snapshot, CARD, EMPTY, DAY),), EMPTY)
    return replace(found, **changes)  # type: ignore[arg-type]


def dossier(folder: Path, summary: Summary, place: str) -> Path:
    path = folder / "dossiers" / place
    (path / "files").mkdir(parents=True)
    (path / "files" / "summary.json").write_bytes(canonical(unstructure(summary)))
    write_manifest(path, summary.uri, INPUTS)
    return path


def cells(report: InventoryReport) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(report.csv.read_bytes().decode("utf-8"), newline="")))


def table(report: InventoryReport) -> BeautifulSoup:
    return BeautifulSoup(report.html.read_text("utf-8"), "html.parser")


def test_a_version_is_told_with_purpose_gaps_and_findings(tmp_path: Path) -> None:
    dossier(tmp_path, short(tier=("high",), owner="head of lending"), "credit-default/2")
    report = build_inventory(Config(root=tmp_path))
    (row,) = cells(report)
    assert tuple(row) == COLUMNS
    assert (row["model"], row["version"], row["tier"], row["gate"]) == ("credit-default", "2", "high", "closed")
    assert (row["findings_open"], row["findings_overdue"]) == ("1", "1")
    assert int(row["gaps"]) > 0
    assert row["next_due"] == ""
    assert row["next_due_why"].startswith("no cadence is known")
    book = openpyxl.load_workbook(report.xlsx)
    assert [[cell.value or "" for cell in line] for line in book.active.iter_rows()] == [
        list(COLUMNS),
        list(row.values()),
    ]
    shown = table(report).select_one("tbody tr")
    assert shown is not None
    for text in ("credit-default", "head of lending", "high", "closed", row["gaps"], "2026-03-02"):
        assert text in shown.get_text()
    link = shown.select_one("a")
    assert link is not None
    assert link["href"] == "credit-default/2/index.html"
    assert build_inventory(Config(root=tmp_path), as_of=date(2026, 2, 1)).as_of == "2026-02-01"
    assert cells(report)[0]["findings_overdue"] == "0"


def test_every_state_of_a_dossier_is_told_and_none_stops_the_others(tmp_path: Path) -> None:
    first = sample_snapshot()
    second = replace(first, subject=replace(first.subject, uri="models:/credit-default/3", version="3"))
    store = Snapshots(tmp_path / ".docgen")
    store.save(first)
    store.save(second)
    dossier(tmp_path, short(uri="models:/credit-default/2", snapshot=Digest("1" * 64)), "credit-default/2")
    dossier(tmp_path, short(uri="models:/credit-default/10", version="10"), "credit-default/10")
    old = dossier(tmp_path, short(uri="models:/old/1"), "old/1")
    (old / "files" / "summary.json").unlink()
    write_manifest(old, "models:/old/1", INPUTS)
    (dossier(tmp_path, short(), "spoilt/1") / "files" / "summary.json").write_bytes(b"{}")
    (dossier(tmp_path, short(), "spoilt/2") / "manifest.json").write_bytes(b"{}")
    report = build_inventory(Config(root=tmp_path))
    assert [(row["address"], row["dossier"]) for row in cells(report)] == [
        ("models:/credit-default/2", "newer snapshot"),
        ("models:/credit-default/2", "damaged"),
        ("models:/credit-default/3", "no dossier"),
        ("models:/credit-default/10", "current"),
        ("models:/old/1", "old dossier"),
        ("spoilt/2", "damaged"),
    ]


def test_nothing_to_list_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no dossier in"):
        build_inventory(Config(root=tmp_path))
    assert not (tmp_path / "dossiers").exists()


def test_hostile_text_stays_text_in_page_and_spreadsheets(tmp_path: Path) -> None:
    for number, payload in enumerate(PAYLOADS):
        summary = short(
            uri=f"models:/{payload}/{number}",
            name=payload,
            purpose=payload,
            owner=payload,
            status=payload,
            tier=(payload,),
            aliases=(payload,),
            due_why=payload,
        )
        dossier(tmp_path, summary, f"x{number}/1")
    report = build_inventory(Config(root=tmp_path))
    soup = table(report)
    assert len(soup.select("tbody tr")) == len(PAYLOADS)
    assert {tag.name for tag in soup.select("tbody *")} <= {"tr", "th", "td", "a", "ul", "li", "small", "span"}
    assert len(soup.find_all("script")) == 1
    assert not [tag for tag in soup.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
    assert all(str(link["href"]).startswith(("x", "inventory.")) for link in soup.find_all("a"))
    assert "{{ 7 * 7191 }}" in soup.get_text()
    assert "50337" not in soup.get_text()
    assert "\u202e" not in soup.get_text()
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert policy is not None
    assert str(policy["content"]).startswith("default-src 'none'; style-src 'sha256-")
    sheet = openpyxl.load_workbook(report.xlsx).active
    values = [str(cell.value) for line in sheet.iter_rows(min_row=2) for cell in line if cell.value]
    for text in (*values, *(value for row in cells(report) for value in row.values())):
        assert text[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"}
    assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "n"}
    assert all(cell.hyperlink is None for line in sheet.iter_rows() for cell in line)


def test_the_same_dossiers_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("b/1", "a/1"):
        dossier(tmp_path, short(uri=f"models:/{name}", name=name[0]), name)
    report = build_inventory(Config(root=tmp_path))
    first = [path.read_bytes() for path in (report.html, report.csv, report.xlsx)]
    time.sleep(1.1)
    again = build_inventory(Config(root=tmp_path))
    assert [path.read_bytes() for path in (again.html, again.csv, again.xlsx)] == first
    assert [entry.name for entry in again.entries] == ["a", "b"]


def test_no_snapshot_is_read(tmp_path: Path) -> None:
    """The pointers of the store suffice: the blobs may even be gone."""
    store = Snapshots(tmp_path / ".docgen")
    store.save(sample_snapshot())
    for blob in (tmp_path / ".docgen" / "objects").rglob("*"):
        if blob.is_file():
            blob.unlink()
    (entry,) = build_inventory(Config(root=tmp_path)).entries
    assert (entry.name, entry.version, entry.state) == ("credit-default", "2", "no dossier")


def fact(name: str, *values: str) -> FactResult:
    return FactResult(
        fact=name, title=name, values=values, state="declared", evidence=(), owner="risk", supply="Declare it."
    )


@pytest.mark.parametrize(
    ("facts", "due", "why"),
    [
        ((), None, "no cadence is known"),
        ((fact("tier", "high"),), None, "tier high asks for 12 months, but the last validation is not declared"),
        (
            (fact("tier", "high"), fact("validated_on", "2025-08-31")),
            "2026-08-31",
            "12 months after the last validation",
        ),
        ((fact("tier", "low"), fact("validated_on", "2025-08-31")), None, "no cadence is known"),
        ((fact("tier", "low"), fact("next_validation_on", "2026-05-01")), "2026-05-01", "planned, as declared"),
        (
            (fact("tier", "high"), fact("validated_on", "2025-08-31"), fact("next_validation_on", "2027-01-01")),
            "2026-08-31",
            "12 months after",
        ),
        (
            (fact("tier", "high"), fact("validated_on", "2025-08-31"), fact("next_validation_on", "2026-01-01")),
            "2026-01-01",
            "planned",
        ),
    ],
)
def test_the_next_validation_is_due_by_the_policys_cadence(
    facts: tuple[FactResult, ...], due: str | None, why: str
) -> None:
    policy = replace(EMPTY, tiers=(Tier(name="high", revalidate_months=12), Tier(name="low")))
    snapshot = sample_snapshot()
    assessment = replace(assess(snapshot, CARD, policy, DAY), facts=facts)
    found = summary_of(snapshot, (CARD,), (assessment,), policy)
    assert found.due_on == due
    assert why in found.due_why


def test_the_purpose_is_what_was_declared_before_what_was_described() -> None:
    snapshot = sample_snapshot()
    assert short(snapshot).purpose == "Gradient boosting on the same features as version 1."
    item = next(item for item in snapshot.evidence if item.kind == "version_tag")
    tagged = replace(item, id="version_tag:purpose", value=Text(text=" Scores applicants. "))
    evidence = tuple(sorted((*snapshot.evidence, tagged), key=lambda entry: entry.id))
    assert short(replace(snapshot, evidence=evidence)).purpose == "Scores applicants."


def test_the_inventory_of_the_demo_lists_both_versions(demo, docgen) -> None:
    done = docgen("inventory", "--format", "json", cwd=demo.folder)
    assert done.returncode == 0, done.stderr
    soup = BeautifulSoup((demo.folder / "dossiers" / "index.html").read_text("utf-8"), "html.parser")
    rows = soup.select("tbody tr")
    assert [row["data-state"] for row in rows] == ["current", "current"]
    for row in rows:
        link = row.select_one("a")
        assert link is not None
        assert (demo.folder / "dossiers" / str(link["href"])).is_file()
