"""The demo's monitoring: six months of the champion, none of the challenger, and what happens when it stops."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from docgen.model.assessment import Verdict
from docgen.model.document import Figure, GapBox
from docgen.model.evidence import Table
from docgen.model.monitoring import PLACE
from docgen.pipeline import assess, build
from support.dossiers import page, snapshot_of


def test_the_champion_is_watched_for_six_months(demo) -> None:
    snapshot = snapshot_of(demo.dossier("1"))
    series = {item.id.removeprefix("monitoring:"): item.value for item in snapshot.of_kind("monitoring")}
    assert {
        "performance/roc_auc",
        "drift/stability/score",
        "fairness/selection_rate.ratio/sex",
        "data_quality/missing/income",
        "override_rate",
    } <= set(series)
    for name, value in series.items():
        assert isinstance(value, Table), name
        assert len(value.rows) == 6, name
        assert value.attribute("cadence_days") == 31, name
    missing = series["data_quality/missing/income"]
    assert isinstance(missing, Table)
    assert [cells[PLACE["state"]] for cells in missing.rows][-1] == "red"
    assert missing.attribute("reds") >= 1  # type: ignore[operator]
    usage = series["drift/stability/utilisation"]
    assert isinstance(usage, Table)
    assert usage.attribute("limits_file") == "monitoring/credit-default/1/limits.json"
    assert [cells[PLACE["red"]] for cells in usage.rows] == [0.25] * 6
    assert [cells[PLACE["low"]] for cells in usage.rows] == [None] * 6  # what a shift file holds is of another thing
    (assessment,) = assess(snapshot, config=demo.config)
    verdicts = {row.requirement: row.verdict for row in assessment.results}
    assert (verdicts["MC-MON-01"], verdicts["MC-MON-02"]) == (Verdict.MET, Verdict.MET)


def test_the_page_shows_feeds_trends_with_limits_and_every_point(demo) -> None:
    soup = page(demo.dossier("1"), "monitoring")
    tables = {table.caption.get_text().strip("¶ "): table for table in soup.select("article table")}  # type: ignore[union-attr]
    assert {"Beyond limits", "Feeds: drift", "Points", "Where the points were read"} <= set(tables)
    assert "no limits" in tables["Feeds: drift"].get_text()
    assert "due every 31 days" in tables["Feeds: performance"].get_text(" ", strip=True)
    (auc,) = [
        row for row in tables["Feeds: performance"].select("tbody tr") if row.get_text(strip=True).startswith("AUROC")
    ]
    assert [item["data-evidence"] for item in auc.select("td:nth-of-type(2) [data-evidence]")] == [
        "metric:roc_auc@test"
    ] * 2
    assert "Before use" not in tables["Feeds: drift"].get_text()
    beyond = [row.get_text(" ", strip=True) for row in tables["Beyond limits"].select("tbody tr")]
    assert [row for row in beyond if row.startswith("Missing values , income red 0.078")]
    assert all("the demo lender's monitoring standard" in row for row in beyond)
    images = soup.select("article figure img")
    assert len(images) == 5
    assert any("went beyond a limit" in str(image["alt"]) for image in images)


def test_the_challenger_which_nobody_uses_need_not_be_watched(demo) -> None:
    (assessment,) = assess(snapshot_of(demo.dossier("2")), config=demo.config)
    rows = {row.requirement: row for row in assessment.results}
    for name in ("MC-MON-01", "MC-MON-02"):
        assert rows[name].verdict is Verdict.NOT_APPLICABLE
        assert rows[name].checks[0].evidence == ("version_tag:state_of_use",)
    text = page(demo.dossier("2"), "monitoring").select_one("article").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert "not applicable MC-MON-01: it applies where state of use is in use" in text


def test_a_feed_that_stopped_is_a_gap_on_its_page_and_on_the_first(demo, tmp_path: Path) -> None:
    snapshot = snapshot_of(demo.dossier("1"))
    later = date.fromisoformat(snapshot.captured_at[:10]) + timedelta(days=90)
    report = build(snapshot, config=demo.config, as_of=later, output=tmp_path, pdf=False)
    (assessment,) = report.assessments
    (gap,) = [gap for gap in assessment.gaps if gap.requirement == "MC-MON-02"]
    assert "a feed is stale" in gap.why
    boxes = page(report.folder, "monitoring").select("article .docgen-gap")
    text = boxes[0].get_text(" ", strip=True)
    assert "a newer point of" in text
    assert "a point is due every 31 days" in text
    assert "stale" in page(report.folder, "monitoring").select("article table")[1].get_text()
    assert "MC-MON-02" in page(report.folder, "index").select_one("table.docgen-gaps").get_text()  # type: ignore[union-attr]


def test_figures_and_boxes_are_what_the_blocks_made(demo) -> None:
    from docgen.blocks import make
    from docgen.model.document import Dossier
    from docgen.pipeline import load_regimes

    snapshot = snapshot_of(demo.dossier("1"))
    regimes = tuple(regime for regime, _ in load_regimes(demo.config))
    dossier = Dossier(snapshot=snapshot, regimes=regimes, assessments=assess(snapshot, config=demo.config))
    figures = [item for item in make("trends", dossier, {}) if isinstance(item, Figure)]
    assert all(len(figure.plot.trends) <= 8 for figure in figures)
    assert not [item for item in make("feeds", dossier, {}) if isinstance(item, GapBox)]
    only = make("trends", dossier, {"kind": "drift"})
    assert {figure.name for figure in only if isinstance(figure, Figure)} == {"monitoring-drift"}
