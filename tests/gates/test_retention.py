"""How long records are kept: dated by what happened, with every conflict told and no date invented."""

from __future__ import annotations

import itertools

from docgen.gates.history import captured, history
from docgen.gates.retention import Kept, Layer, retained, services
from docgen.model.canonical import sha256
from docgen.model.ledger import Details, Entry, Release, Rollback
from docgen.model.regime import Retention
from docgen.render.history import render_history, timeline

DOSSIER = sha256(b"dossier")


def moves(*steps: tuple[str, str, str]) -> tuple[Entry, ...]:
    """A ledger of releases: (when, version, alias), each chained to the one before it."""
    made: list[Entry] = []
    for number, (at, version, alias) in enumerate(steps, start=1):
        there = any(entry.version == version for entry in made)
        details: Details = (
            Rollback(action=str(number), alias=alias, before=None, reason="Drift.", manifest=DOSSIER)
            if there
            else Release(action=str(number), alias=alias, before=None, manifest=DOSSIER)
        )
        made.append(
            Entry(
                sequence=number,
                previous=(made[-1].digest(),) if made else (),
                at=at,
                by="model owner",
                subject=f"models:/churn/{version}",
                details=details,
            )
        )
    return tuple(made)


ENTRIES = moves(
    ("2026-01-31T09:00:00Z", "1", "champion"),
    ("2026-03-01T09:00:00Z", "2", "champion"),
    ("2026-03-05T09:00:00Z", "1", "champion"),
    ("2026-04-01T09:00:00Z", "3", "shadow"),
)
CAPTURES = [captured(f"2026-01-1{number}T00:00:00Z", str(number), sha256(str(number).encode())) for number in range(5)]


def line(start: str, months: int | None, rule: str = "keep") -> Retention:
    return Retention(what="Reports", start=start, months=months, rule=rule, source="line 1")  # type: ignore[arg-type]


def kept(*layers: Layer) -> dict[str, Kept]:
    return {item.version: item for item in retained(ENTRIES, history(ENTRIES, CAPTURES), layers)}


def test_a_time_of_service_ends_when_its_alias_moves_on_and_another_alias_does_not_end_it() -> None:
    assert [(item.version, item.alias, item.since[:10], (item.until or "")[:10]) for item in services(ENTRIES)] == [
        ("1", "champion", "2026-01-31", "2026-03-01"),
        ("2", "champion", "2026-03-01", "2026-03-05"),
        ("1", "champion", "2026-03-05", ""),
        ("3", "shadow", "2026-04-01", ""),
    ]


def test_each_start_is_dated_by_what_happened_and_the_last_day_of_a_short_month_holds() -> None:
    found = kept(Layer(name="r", firm=False, lines=(line("release", 1), line("withdrawal", 24), line("capture", 12))))
    ends = {version: [term.ends for term in item.terms] for version, item in found.items()}
    assert ends["1"] == ["2026-04-05", None, "2027-01-11"]
    assert ends["2"] == ["2026-04-01", "2028-03-05", "2027-01-12"]
    assert ends["4"] == [None, None, "2027-01-14"]
    assert found["2"].keep_until == "2028-03-05"
    assert found["2"].unknown == ()
    assert found["1"].unknown == ("r: Reports: the version still serves",)
    assert "the version was never released" in found["4"].unknown[0]


def test_lines_that_cannot_both_be_followed_are_a_conflict_that_nobody_resolves_unseen() -> None:
    found = kept(
        Layer(name="rule", firm=False, lines=(line("release", 24),)),
        Layer(name="house", firm=True, lines=(line("capture", 12, "delete"), line("release", 12, "delete"))),
    )["2"]
    assert (found.keep_until, found.delete_by) == ("2028-03-01", "2027-01-12")
    assert found.conflicts == (
        "rule (line 1) keeps until 2028-03-01, house (line 1) deletes by 2027-01-12",
        "rule (line 1) keeps until 2028-03-01, house (line 1) deletes by 2027-03-01",
    )
    assert (
        kept(Layer(name="house", firm=True, lines=(line("release", 12), line("release", 12, "delete"))))["2"].conflicts
        == ()
    )  # kept until the very day by which it is deleted


def test_what_an_instrument_leaves_to_the_firm_is_open_until_its_policy_says_it() -> None:
    left = Layer(name="fda", firm=False, lines=(line("withdrawal", None),))
    assert "leaves the time to the firm" in kept(left)["2"].unknown[0]
    said = kept(left, Layer(name="house", firm=True, lines=(line("withdrawal", 84),)))["2"]
    assert (said.keep_until, said.unknown) == ("2033-03-05", ())


def test_no_line_at_all_is_said_and_is_no_permission_to_delete() -> None:
    found = kept(Layer(name="model_card", firm=False, lines=()), Layer(name="policy", firm=True, lines=()))["1"]
    assert (found.keep_until, found.delete_by) == (None, None)
    assert found.unknown == ("neither a regime in use nor the policy says how long records are kept",)
    only = kept(Layer(name="policy", firm=True, lines=(line("capture", 12, "delete"),)))["1"]
    assert only.unknown


def test_the_page_shows_every_event_under_its_address_and_runs_nothing_of_what_was_written() -> None:
    hostile = "<script>alert(1)</script>{{ 7*7 }}\u202e"
    events = history(ENTRIES, [*CAPTURES, captured("2026-05-01T00:00:00Z", hostile, sha256(b"h"))])
    layers = (Layer(name=hostile, firm=True, lines=(line("capture", 12),)),)
    page = render_history(
        hostile, events, services(ENTRIES), retained(ENTRIES, events, layers), links={events[0].sha256: "a/b.json"}
    )
    assert "<script" not in page
    assert "{{ 7*7 }}&lt;U+202E&gt;" in page
    assert all(f'id="sha256-{event.sha256}"' in page for event in events)
    assert page.count('class="mark" transform') == len(events)
    assert '<a href="a/b.json">' in page
    assert "default-src 'none'" in page
    again = render_history(
        hostile, events, services(ENTRIES), retained(ENTRIES, events, layers), links={events[0].sha256: "a/b.json"}
    )
    assert again == page


def test_in_the_figure_no_mark_hides_another_and_one_moment_is_enough_for_a_line() -> None:
    same = [captured("2026-05-01T00:00:00Z", "1", sha256(str(number).encode())) for number in range(6)]
    figure = timeline(tuple(same), ())
    places = [spot.x for spot in figure.spots]
    assert all(later - earlier >= 12 for earlier, later in itertools.pairwise(places))
    assert [kind for kind, _ in figure.kinds] == ["capture"]
    lanes = timeline(history(ENTRIES, CAPTURES), services(ENTRIES))
    assert [version for version, _ in lanes.lanes] == ["4", "3", "2", "1", "0"]
    assert all(0 <= bar.x <= bar.x + bar.width <= 960 for bar in lanes.bars)
