"""Parts of monitoring series become whole series: in order, each time once, judged against limits that somebody set."""

from __future__ import annotations

from datetime import date

import pytest

from docgen.model.evidence import Evidence, Missing, Provenance, Scalar, Table
from docgen.model.monitoring import PLACE, Limits, kind_of, moment, overdue, row, series_id, table, whole

SUBJECT = "models:/credit/1"


def part(*rows: dict[str, Scalar], name: str = "roc_auc", uri: str = "runs:/1", **attributes: Scalar) -> Evidence:
    made = table((row(source=uri, **cells) for cells in rows), attributes)
    return Evidence(id=series_id("performance", name), value=made, provenance=Provenance(system="mlflow", uri=uri))


def only(*parts: Evidence) -> tuple[Table, set[str]]:
    series, findings = whole(parts, subject=SUBJECT)
    (item,) = series
    assert isinstance(item.value, Table)
    return item.value, {finding.code for finding in findings}


def column(series: Table, key: str) -> list[Scalar]:
    return [each[PLACE[key]] for each in series.rows]


def test_parts_of_many_runs_become_one_series_in_order_of_time() -> None:
    series, codes = only(
        part({"time": "2026-03-31", "value": 0.7}, uri="runs:/c"),
        part({"time": "2026-01-31", "value": 0.9}, uri="runs:/a"),
        part({"time": "2026-02-28", "value": 0.8}, uri="runs:/b"),
    )
    assert column(series, "value") == [0.9, 0.8, 0.7]
    assert column(series, "source") == ["runs:/a", "runs:/b", "runs:/c"]
    assert (series.attribute("first_seen"), series.attribute("last_seen")) == ("2026-01-31", "2026-03-31")
    assert not codes


def test_points_out_of_order_are_put_in_order_and_it_is_said() -> None:
    series, codes = only(part({"time": "2026-02-28", "value": 0.8}, {"time": "2026-01-31", "value": 0.9}))
    assert column(series, "value") == [0.9, 0.8]
    assert codes == {"monitoring_out_of_order"}


def test_a_point_given_twice_counts_once_and_another_value_for_it_is_a_warning() -> None:
    same = part({"time": "2026-01-31", "value": 0.9})
    series, codes = only(same, same)
    assert column(series, "value") == [0.9]
    assert codes == {"monitoring_doubled"}
    series, codes = only(same, part({"time": "2026-01-31", "value": 0.7}))
    assert column(series, "value") == [0.7]
    assert codes == {"monitoring_several_values"}


def limits(**attributes: Scalar) -> Evidence:
    return part(uri="monitoring/limits.json", worse="low", limits_source="table 2", **attributes)


def test_a_part_without_points_limits_the_points_that_have_no_limits_of_their_own() -> None:
    own = {"time": "2026-02-28", "value": 0.7, "red": 0.6}
    series, codes = only(part({"time": "2026-01-31", "value": 0.7}, own, title="AUROC"), limits(amber=0.8, red=0.75))
    assert column(series, "amber") == [0.8, None]
    assert column(series, "red") == [0.75, 0.6]
    assert column(series, "state") == ["red", "within"]
    assert series.attribute("title") == "AUROC"
    assert (series.attribute("limits_source"), series.attribute("limits_file")) == ("table 2", "monitoring/limits.json")
    assert not codes


def test_limits_do_not_move_the_place_where_the_points_were_read() -> None:
    (item,), _ = whole([part({"time": "2026-01-31", "value": 0.7}), limits(amber=0.8)], subject=SUBJECT)
    assert item.provenance.uri == "runs:/1"


def test_limits_of_a_series_that_nobody_measures_are_a_gap() -> None:
    (item,), findings = whole([limits(amber=0.8)], subject=SUBJECT)
    assert isinstance(item.value, Missing)
    assert item.id == "monitoring:performance/roc_auc"
    assert not findings


def test_a_point_without_value_is_kept_as_a_gap_and_has_no_state() -> None:
    series, codes = only(part({"time": "2026-01-31", "value": None, "note": "not a number"}, worse="low"))
    assert series.rows[0][: PLACE["low"]] == ("2026-01-31", None)
    assert column(series, "state") == [None]
    assert codes == {"monitoring_without_value"}


@pytest.mark.parametrize(
    ("worse", "value", "state"),
    [
        ("high", 0.09, "within"),
        ("high", 0.1, "within"),
        ("high", 0.11, "amber"),
        ("high", 0.25, "amber"),
        ("high", 0.26, "red"),
        ("low", 0.26, "within"),
        ("low", 0.25, "within"),
    ],
)
def test_a_value_is_beyond_a_limit_only_on_its_far_side(worse: str, value: float, state: str) -> None:
    amber, red = (0.1, 0.25) if worse == "high" else (0.25, 0.1)
    assert Limits(worse=worse, amber=amber, red=red).state(value) == state


def test_without_limits_nothing_is_judged() -> None:
    assert Limits(worse="high", amber=None, red=None).state(99.0) is None
    series, _ = only(part({"time": "2026-01-31", "value": 99.0}, worse="high"))
    assert column(series, "state") == [None]
    assert (series.attribute("ambers"), series.attribute("reds")) == (0, 0)


def test_breaches_are_counted_by_the_limits_that_were_in_force() -> None:
    series, _ = only(
        part(
            {"time": "2026-01-31", "value": 0.15, "amber": 0.1, "red": 0.25},
            {"time": "2026-02-28", "value": 0.15, "amber": 0.2, "red": 0.25},
            {"time": "2026-03-31", "value": 0.3, "amber": 0.2, "red": 0.25},
            worse="high",
        )
    )
    assert column(series, "state") == ["amber", "within", "red"]
    assert (series.attribute("ambers"), series.attribute("reds")) == (1, 1)


def test_what_the_monitoring_system_said_stands() -> None:
    series, _ = only(part({"time": "2026-01-31", "value": 0.0, "red": 0.25, "state": "red"}, worse="high"))
    assert column(series, "state") == ["red"]


def test_parts_that_speak_of_another_version_are_left_out_and_it_is_said() -> None:
    series, findings = whole(
        (
            part({"time": "2026-01-31", "value": 0.9}, model=SUBJECT),
            part({"time": "2026-02-28", "value": 0.1}, model="models:/credit/2", uri="watch/other.json"),
        ),
        subject=SUBJECT,
    )
    (item,) = series
    assert column(item.value, "value") == [0.9]  # type: ignore[arg-type]
    (finding,) = findings
    assert finding.code == "monitoring_of_another_version"
    assert "watch/other.json" in finding.message


def test_parts_that_disagree_are_a_warning_and_the_shortest_cadence_counts() -> None:
    series, codes = only(
        part({"time": "2026-01-31", "value": 0.9}, unit="fraction", cadence_days=92),
        part({"time": "2026-02-28", "value": 90.0}, unit="percent", cadence_days=31),
    )
    assert codes == {"monitoring_contradicts"}
    assert series.attribute("cadence_days") == 31


def test_a_long_series_keeps_its_newest_points() -> None:
    days = [date.fromordinal(730_000 + number).isoformat() for number in range(2_001)]
    series, codes = only(part(*({"time": day, "value": 1.0} for day in days)))
    assert series.rows[0][0] == days[1]
    assert codes == {"monitoring_cut"}


@pytest.mark.parametrize(
    ("as_of", "late"),
    [("2026-01-31", -31), ("2026-03-03", 0), ("2026-03-04", 1), ("2026-01-30", None)],
)
def test_a_feed_is_late_from_the_day_after_its_cadence(as_of: str, late: int | None) -> None:
    series, _ = only(part({"time": "2026-01-31T23:00:00Z", "value": 0.9}, cadence_days=31))
    assert overdue(series, date.fromisoformat(as_of)) == late
    without, _ = only(part({"time": "2026-01-31", "value": 0.9}))
    assert overdue(without, date.fromisoformat(as_of)) is None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z"),
        ("2026-01-31 12:00:00.123456", "2026-01-31T12:00:00Z"),
        ("2026-02-30", None),
        ("31.01.2026", None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("", None),
    ],
)
def test_times_are_read_as_iso_8601_or_not_at_all(text: str, read: str | None) -> None:
    assert moment(text) == read


def test_a_series_is_named_by_what_it_watches() -> None:
    assert series_id("drift", "psi/income") == "monitoring:drift/psi/income"
    assert series_id("other", "override_rate") == "monitoring:override_rate"
    assert kind_of("monitoring:drift/psi/income") == "drift"
    assert kind_of("monitoring:override_rate") == "other"
