"""Two snapshots -> what differs between them, element by element. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from docgen.assessment.select import parts
from docgen.change.measures import measures
from docgen.change.tables import OWN
from docgen.model.canonical import Digest, sha256
from docgen.model.change import SCOPE, ChangeKind, Changes, CodeChange, Element, Side
from docgen.model.evidence import (
    Commit,
    Dataset,
    Evidence,
    File,
    LoggedModelFacts,
    Narrative,
    Scalar,
    Table,
    Text,
)
from docgen.model.snapshot import Snapshot
from docgen.model.standing import without_standing

BEFORE = "before/"
"""Prefix that evidence of the earlier version has in an element."""

NAMED: tuple[ChangeKind, ...] = ("preprocessing", "architecture", "threshold")
"""A parameter or tag named like one of these, alone or before a dot, slash or underscore, is of that kind."""

_ORDER: tuple[ChangeKind, ...] = (*SCOPE, "metric", "fairness", "attribution", "narrative", "labeling")
_BOOKKEEPING = frozenset({"MLmodel", "registered_model_meta", "conda.yaml", "python_env.yaml", "requirements.txt"})
"""Files of a logged model that name its run and its environment: the latter is compared by its lines."""

_LABELING = "labeling"

Found = Iterator[Element | ChangeKind]
"""Elements that differ, and the kind of each thing that is the same."""


def compare(before: Snapshot, after: Snapshot, code: CodeChange | None = None) -> Changes:
    """Return what differs between two versions.

    Args:
        before: the earlier version.
        after: the later version.
        code: what git tells of their commits; None where nobody asked it.
    """
    found: list[Element | ChangeKind] = [
        *_texts(before, after),
        *_thresholds(before, after),
        *_model(before, after),
        *_signature(before, after),
        *_environment(before, after),
        *_datasets(before, after),
        *_code(before, after, code),
        *_artifacts(before, after),
        *measures(before, after),
        *_narratives(before, after),
    ]
    elements = [item for item in found if isinstance(item, Element)]
    counts = Counter(item for item in found if not isinstance(item, Element))
    return Changes(
        before=Side(uri=before.subject.uri, facts=facts_digest(before)),
        after=Side(uri=after.subject.uri, facts=facts_digest(after)),
        elements=tuple(sorted(elements, key=lambda item: (_ORDER.index(item.kind), item.name))),
        same=tuple((kind, counts[kind]) for kind in _ORDER if counts[kind]),
    )


def facts_digest(snapshot: Snapshot) -> Digest:
    """Return the digest of the facts about a version, whenever they were read.

    Plan and determination are left out, and where the version stands in the registry: a release changes that.
    """
    lasting = without_standing(snapshot)
    facts = tuple(item for item in lasting.evidence if item.kind not in OWN)
    return replace(lasting, evidence=facts, findings=(), previous=None).facts_digest()


def kind_of(name: str) -> ChangeKind:
    """Return the kind of change that a parameter or tag of this name is."""
    for kind in NAMED:
        if name == kind or name.startswith((f"{kind}.", f"{kind}/", f"{kind}_")):
            return kind
    return "parameter"


def pair(
    kind: ChangeKind, name: str, old: Evidence | None, new: Evidence | None, values: tuple[Scalar, Scalar]
) -> Element | ChangeKind:
    """Return the element of one thing on both sides, or its kind alone when it is the same."""
    if old is not None and new is not None and values[0] == values[1]:
        return kind
    state = "added" if old is None else "removed" if new is None else "changed"
    evidence = (*((BEFORE + old.id,) if old else ()), *((new.id,) if new else ()))
    return Element(kind=kind, name=name, state=state, before=values[0], after=values[1], evidence=evidence)  # type: ignore[arg-type]  # a state by construction


def _both(before: Mapping[str, Evidence], after: Mapping[str, Evidence]) -> list[str]:
    return sorted({*before, *after})


def _of_kind(snapshot: Snapshot, kind: str) -> dict[str, Evidence]:
    return {item.id: item for item in snapshot.of_kind(kind) if not item.missing}


def _texts(before: Snapshot, after: Snapshot) -> Found:
    """Yield parameters; tags only where their name says that they tell of the model or its labeling."""
    for source in ("param", "run_tag", "version_tag"):
        old, new = _of_kind(before, source), _of_kind(after, source)
        for name in _both(old, new):
            key = name.partition(":")[2]
            kind = kind_of(key)
            if source != "param" and kind == "parameter":
                if not key.startswith(_LABELING):
                    continue
                kind = "labeling"
            values = _text(old.get(name)), _text(new.get(name))
            yield pair(kind, key, old.get(name), new.get(name), values)


def _text(item: Evidence | None) -> str | None:
    return item.value.text if item and isinstance(item.value, Text) else None


def _thresholds(before: Snapshot, after: Snapshot) -> Found:
    """Yield the decision threshold of each evaluation."""
    old, new = (_evaluations(snapshot) for snapshot in (before, after))
    for name in sorted(set(old) & set(new)):
        values = old[name][1], new[name][1]
        if values != (None, None):
            yield pair("threshold", parts(name).split or "", old[name][0], new[name][0], values)


def _evaluations(snapshot: Snapshot) -> dict[str, tuple[Evidence, Scalar]]:
    found: dict[str, tuple[Evidence, Scalar]] = {}
    for item in snapshot.of_kind("table"):
        if parts(item.id).name == "evaluation" and isinstance(item.value, Table):
            found[item.id] = item, {row[0]: row[1] for row in item.value.rows}.get("threshold")
    return found


def _model(before: Snapshot, after: Snapshot) -> Found:
    """Yield the kind of model, as MLflow's flavours tell it."""
    old, new = (next(iter(snapshot.of_kind("logged_model")), None) for snapshot in (before, after))
    values = _flavors(old), _flavors(new)
    if values != (None, None):
        yield pair("architecture", "flavors", old, new, values)


def _flavors(item: Evidence | None) -> str | None:
    return ", ".join(item.value.flavors) if item and isinstance(item.value, LoggedModelFacts) else None


def _signature(before: Snapshot, after: Snapshot) -> Found:
    """Yield each input and output of the signature."""
    old, new = (snapshot.find("signature:model") for snapshot in (before, after))
    rows = _ports(old), _ports(new)
    if not rows[0] and not rows[1]:
        yield _unknown("input", "signature", old, new, "no signature is recorded of either version")
    for role, name in sorted({*rows[0], *rows[1]}):
        values = rows[0].get((role, name)), rows[1].get((role, name))
        sides = old if values[0] is not None else None, new if values[1] is not None else None
        yield pair("output" if role == "output" else "input", name or "(unnamed)", sides[0], sides[1], values)


def _ports(item: Evidence | None) -> dict[tuple[str, str], str]:
    """Return (role, name) -> type of a signature's rows."""
    if item is None or not isinstance(item.value, Table):
        return {}
    places = [item.value.index(key) for key in ("role", "name", "type", "required")]
    rows = [[row[place] for place in places] for row in item.value.rows]
    return {(str(role), str(name)): f"{kind}{'' if needed else ', optional'}" for role, name, kind, needed in rows}


def _environment(before: Snapshot, after: Snapshot) -> Found:
    """Yield each requirement of the logged environment, the Python and the image."""
    old, new = (snapshot.find("environment:requirements.txt") for snapshot in (before, after))
    if old is None or new is None or old.missing or new.missing:
        yield _unknown("environment", "requirements.txt", old, new, "the environment of a version is not recorded")
    else:
        lines = _packages(old), _packages(new)
        for name in sorted({*lines[0], *lines[1]}):
            values = lines[0].get(name), lines[1].get(name)
            sides = old if values[0] is not None else None, new if values[1] is not None else None
            yield pair("environment", name, sides[0], sides[1], values)
    runtimes = _of_kind(before, "runtime"), _of_kind(after, "runtime")
    for name in _both(*runtimes):
        first, second = runtimes[0].get(name), runtimes[1].get(name)
        yield pair("environment", name.partition(":")[2], first, second, (_content(first), _content(second)))


def _packages(item: Evidence) -> dict[str, str]:
    """Return package -> its line of a requirements file."""
    lines = [line.strip() for line in (_text(item) or "").splitlines() if line.strip() and line.strip()[0] != "#"]
    ends = "=<>!~[;@ "
    return {line[: min((line.find(end) for end in ends if end in line), default=len(line))]: line for line in lines}


def _content(item: Evidence | None) -> str | None:
    if item is None:
        return None
    return _text(item) or sha256(repr(item.value).encode("utf-8", "surrogatepass"))


def _datasets(before: Snapshot, after: Snapshot) -> Found:
    """Yield each data set by its full SHA-256; without one nobody knows whether it changed."""
    old, new = _of_kind(before, "dataset"), _of_kind(after, "dataset")
    for name in _both(old, new):
        first, second = old.get(name), new.get(name)
        digests = _sha(first), _sha(second)
        context = name.partition(":")[2]
        if first and second and None in digests:
            if not (first.provenance.sha256 is None and second.provenance.sha256 is None and _plain(first, second)):
                why = "no full SHA-256 of both was logged; MLflow's own digest covers a part of the data only"
                yield _unknown("dataset", context, first, second, why)
            continue
        yield pair("dataset", context, first, second, digests)


def _plain(first: Evidence, second: Evidence) -> bool:
    """Whether both are inputs that MLflow's own evaluator logged beside a data set with a manifest."""
    return all(isinstance(item.value, Dataset) and not item.value.context for item in (first, second))


def _sha(item: Evidence | None) -> str | None:
    return item.value.sha256 if item and isinstance(item.value, Dataset | File) else None


def _code(before: Snapshot, after: Snapshot, code: CodeChange | None) -> Found:
    """Yield each file that differs between the two commits, and what was not committed."""
    old, new = (snapshot.find("commit:head") for snapshot in (before, after))
    shas = _commit(old), _commit(new)
    if None in shas:
        yield _unknown("code", "commit", old, new, "the commit of a version's training code is not recorded")
    elif shas[0] == shas[1]:
        yield "code"
    elif code is None or code.fault:
        yield _unknown("code", "commit", old, new, code.fault if code else "git was not asked")
    else:
        for item in code.paths:
            note = "binary" if item.added is None else f"{item.added} lines added, {item.removed} removed"
            ids = tuple(name for name, side in ((BEFORE + "commit:head", old), ("commit:head", new)) if side)
            yield Element(kind="code", name=item.path, state="changed", evidence=ids, note=note)
    commit = new.value if new and isinstance(new.value, Commit) else None
    if commit is not None and commit.dirty is not False:
        note = "the work tree had uncommitted changes" if commit.dirty else "nobody recorded uncommitted changes"
        state = "changed" if commit.dirty else "unknown"
        yield Element(kind="code", name="uncommitted", state=state, evidence=("commit:head",), note=note)  # type: ignore[arg-type]  # a state by construction


def _commit(item: Evidence | None) -> str | None:
    return item.value.sha if item and isinstance(item.value, Commit) else None


def _artifacts(before: Snapshot, after: Snapshot) -> Found:
    """Yield each file of the logged model by its SHA-256."""
    old, new = (
        {name: item for name, item in _of_kind(snapshot, "artifact").items() if _is_model(name)}
        for snapshot in (before, after)
    )
    if not old or not new:
        yield _unknown("artifact", "model", None, None, "the files of a version's logged model are not recorded")
        return
    for name in _both(old, new):
        first, second = old.get(name), new.get(name)
        path = name.partition(":")[2]
        digests = _sha(first), _sha(second)
        if first and second and None in digests:
            yield _unknown("artifact", path, first, second, "a side has no SHA-256")
        else:
            yield pair("artifact", path, first, second, digests)


def _is_model(name: str) -> bool:
    path = name.partition(":")[2]
    return path.startswith("model/") and path.rpartition("/")[2] not in _BOOKKEEPING


def _narratives(before: Snapshot, after: Snapshot) -> Found:
    old, new = _of_kind(before, "narrative"), _of_kind(after, "narrative")
    for name in _both(old, new):
        first, second = old.get(name), new.get(name)
        yield pair("narrative", name.partition(":")[2], first, second, (_words(first), _words(second)))


def _words(item: Evidence | None) -> str | None:
    """Return the digest of what a person wrote."""
    if item is None or not isinstance(item.value, Narrative):
        return None
    return sha256(item.value.text.encode("utf-8", "surrogatepass"))


def _unknown(kind: ChangeKind, name: str, old: Evidence | None, new: Evidence | None, why: str) -> Element:
    evidence = (*((BEFORE + old.id,) if old else ()), *((new.id,) if new else ()))
    return Element(kind=kind, name=name, state="unknown", evidence=evidence, note=why)
