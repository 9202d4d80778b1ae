"""Operational qualification: a changed byte in each kind of record is found, and the untouched record is proved."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from docgen.approvals import Desk
from docgen.bundle.archive import read_archive, write_archive
from docgen.bundle.papers import papers_of
from docgen.bundle.proof import Trust, prove
from docgen.bundle.seal import DOSSIER, INDEX, SBOM, Sealable, members, sealed_entries
from docgen.bundle.sign_offs import signatures_of
from docgen.errors import DocgenError
from docgen.gates.chain import chain
from docgen.model.canonical import canonical, sha256
from docgen.model.codec import unstructure
from docgen.model.ledger import Entry, SignOff
from docgen.model.manifest import MANIFEST_NAME
from docgen.model.qualification import Found
from docgen.pipeline import silent, verify
from docgen.qualify.bench import Bench, Step, judged
from docgen.qualify.desk import NOW, key_of, lay_out
from docgen.qualify.rebuild import golden_snapshot
from docgen.store.snapshots import Snapshots


def flipped(data: bytes) -> bytes:
    """Return the bytes with one bit of the middle one turned."""
    place = len(data) // 2
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def one_of_each_kind(paths: Iterable[str]) -> tuple[str, ...]:
    """Return a path of each kind: the first below each folder with each ending."""
    kinds: dict[tuple[str, str], str] = {}
    for path in sorted(paths):
        kinds.setdefault((path.partition("/")[0], PurePosixPath(path).suffix), path)
    return tuple(kinds.values())


def _dossier(bench: Bench) -> Found:
    folder = bench.work / "changed" / "dossier"
    shutil.copytree(bench.dossier, folder)
    kinds = one_of_each_kind(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    faults = list(_untouched(verify((folder,)).faults))
    for name in kinds:
        faults += _tried(folder, name)
    (folder / "added.html").write_bytes(b"<p>added</p>")
    (folder / "objects.inv").unlink()
    found = "\n".join(verify((folder,)).faults)
    faults += [f"{name}: was not found" for name in ("added.html", "objects.inv") if name not in found]
    good = f"{len(kinds)} kinds of files, an added and a removed one: each change was found and named"
    return judged(tuple(faults), good, kinds)


def _untouched(faults: tuple[str, ...]) -> Iterator[str]:
    yield from (f"the untouched one is not proved: {fault}" for fault in faults[:1])


def _tried(folder: Path, name: str) -> Iterator[str]:
    """Change a byte of a file of a dossier, yield that it was not named, and put it back."""
    path = folder / name
    data = path.read_bytes()
    path.write_bytes(flipped(data))
    try:
        found = verify((folder,)).faults
    finally:
        path.write_bytes(data)
    if not any(name in text for text in found):
        yield f"{name}: a changed byte was not found"


def _snapshot(bench: Bench) -> Found:
    config = lay_out(bench.dossier, bench.work / "changed" / "store")
    store = config.path(config.dossier.store)
    files = tuple(path for path in sorted(store.rglob("*")) if path.is_file())
    faults = list(_untouched(verify(config=config).faults))
    for path in files:
        data = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(flipped(data))
        if not verify(config=config).faults:
            faults.append(f"{path.name}: a changed byte was not found")
        path.write_bytes(data)
    lost = Snapshots(store).objects.path(golden_snapshot().digest())
    lost.unlink()
    if not verify(config=config).faults:
        faults.append("a removed snapshot was not found")
    return judged(tuple(faults), f"{len(files)} files of the store, and a removed snapshot: each change was found")


def _ledger(bench: Bench) -> Found:
    files = bench.sealed.desk.ledger.files()
    faults = list(_untouched(chain(files).faults))
    tried = dict(_harmed(files))
    for what, (harmed, named) in tried.items():
        found = chain(harmed, wanted=dict.fromkeys(bench.sealed.desk.chain.heads, "a head that was noted")).faults
        if not found:
            faults.append(f"{what}: was not found")
        elif named not in found[0]:
            faults.append(f"{what}: {named} is not what was named first: {found[0]}")
    return judged(tuple(faults), f"{len(tried)} changes, each found, the first broken entry named", tuple(tried))


def _harmed(files: Mapping[str, bytes]) -> Iterator[tuple[str, tuple[dict[str, bytes], str]]]:
    """Yield what was done to a ledger, the ledger, and the beginning of what must be named first."""
    names = sorted(files)
    for number, name in enumerate(names):
        yield f"{name[:6]}: a byte changed", ({**files, name: flipped(files[name])}, name)
        after = names[number + 1] if number + 1 < len(names) else name.partition("-")[2][:64]
        yield f"{name[:6]}: removed", ({key: data for key, data in files.items() if key != name}, after)
        cut = files[name][:-1]
        yield f"{name[:6]}: cut short", ({**files, name: cut}, name)
    one, two = names[:2]
    swapped = {**files, one: files[two], two: files[one]}
    yield "two entries exchanged", (swapped, one)
    moved = f"{900000:06d}{one[6:]}"
    others = {key: data for key, data in files.items() if key != one}
    yield "an entry renumbered", ({**others, moved: files[one]}, two)


def _archive(bench: Bench) -> Found:
    whole = bench.sealed.archive.read_bytes()
    _, made = read_archive(bench.sealed.archive)
    faults = []
    if bench.sealed.again.read_bytes() != whole or write_archive(made) != whole:
        faults.append("sealed twice, the bytes are not the same")
    told = _refused(bench, whole, key=True)
    faults += [f"the untouched one is not proved: {told}"] if told else []
    kinds = one_of_each_kind(made)
    for name in kinds:
        told = _refused(bench, write_archive({**made, name: flipped(made[name])}))
        if name not in told:
            faults.append(f"{name}: a changed byte was not found, or not named: {told or 'proved'}")
    for place in range(11, len(whole), len(whole) // 40):
        harmed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        if not _refused(bench, harmed):
            faults.append(f"byte {place} of the archive: a change was not found")
    told = _refused(bench, _covered(made, bench.sealed.desk), key=True)
    if "did not sign" not in told:
        faults.append(f"a page changed with every list of digests: was not found by the signature: {told or 'proved'}")
    other = _refused(bench, whole, key=True, who="maker")
    faults += [] if "did not sign" in other else [f"a key that signed nothing: {other or 'proved'}"]
    good = f"{len(made)} members, proved in ten steps; {len(kinds)} kinds and 40 places changed, each found"
    return judged(tuple(faults), good, kinds)


def _refused(bench: Bench, data: bytes, *, key: bool = False, who: str = "officer") -> str:
    """Return why an archive of these bytes is refused; empty when it is proved."""
    path = bench.work / "tried.zip"
    path.write_bytes(data)
    trust = Trust(keys=(key_of(who).public,)) if key else Trust()
    try:
        prove(path, trust, NOW.date(), step=silent)
    except DocgenError as err:
        return err.message
    return ""


def _covered(made: Mapping[str, bytes], desk: Desk) -> bytes:
    """Return an archive with a changed page, every list of digests made anew: what only a signature can tell."""
    page = "index.html"
    files = {path.removeprefix(f"{DOSSIER}/"): data for path, data in made.items() if path.startswith(f"{DOSSIER}/")}
    forged = {**files, page: flipped(files[page])}
    manifest = papers_of(files).manifest
    rows = tuple(replace(row, sha256=sha256(forged[row.path])) for row in manifest.members)
    forged[MANIFEST_NAME] = canonical(unstructure(replace(manifest, members=rows)))
    whole = Sealable(
        files=forged, gates=desk.gates, signers=desk.people, entries=sealed_entries(desk.chain), sbom=made[SBOM]
    )
    return write_archive(members(whole))


def _signature(bench: Bench) -> Found:
    desk, page = bench.sealed.desk, read_archive(bench.sealed.archive)[1][INDEX].decode()
    faults = [f"the untouched one: {fault}" for item in desk.signatures() for fault in item.faults]
    if len(desk.own_signatures()) != 2:
        faults.append(f"{len(desk.own_signatures())} signatures hold, expected 2")
    for item in desk.own_signatures():
        told = (item.name, item.role, item.meaning, item.at)
        faults += [f"{text!r} of {item.name} is not on the page of signatures" for text in told if text not in page]
    tried = 0
    for entry in desk.chain.entries:
        if not isinstance(entry.details, SignOff):
            continue
        for what, forged in _forgeries(entry, entry.details):
            tried += 1
            (item,) = signatures_of(chain({forged.file: forged.to_bytes()}), forged.subject, desk.signers)
            if not item.faults:
                faults.append(f"{what} was changed, and the signature holds")
    return judged(
        tuple(faults), f"2 signatures hold and can be read; {tried} times something signed was changed, and none holds"
    )


def _forgeries(entry: Entry, details: SignOff) -> Iterator[tuple[str, Entry]]:
    """Yield what was changed in a sign-off, and the entry, chained anew as its first one."""
    first = replace(entry, sequence=1, previous=())
    for name, text in (("name", "Somebody Else"), ("meaning", "review"), ("role", "auditor"), ("gate", "other"),
                       ("signer", "maker"), ("manifest", "0" * 64)):  # fmt: skip
        yield name, replace(first, details=replace(details, **{name: text}))  # type: ignore[arg-type]  # all are text
    yield "time", replace(first, at="2026-03-04T12:00:00Z")
    yield "subject", replace(first, subject="models:/other/1")
    (one,) = details.envelope.signatures
    turned = replace(one, sig=("B" if one.sig[0] != "B" else "C") + one.sig[1:])
    yield (
        "signature",
        replace(first, details=replace(details, envelope=replace(details.envelope, signatures=(turned,)))),
    )


STEPS = (
    Step(
        id="OQ-TAMPER-DOSSIER",
        title="A changed dossier",
        shows="docgen verify finds a changed, added or removed file of a dossier",
        expected="a changed byte in each kind of file, and an added and a removed one, are found and named; "
        "the untouched dossier is proved",
        run=_dossier,
    ),
    Step(
        id="OQ-TAMPER-SNAPSHOT",
        title="A changed snapshot",
        shows="docgen verify finds a change of what was read from MLflow",
        expected="a changed byte in each file of the store is found; the untouched store is proved",
        run=_snapshot,
    ),
    Step(
        id="OQ-TAMPER-LEDGER",
        title="A changed ledger",
        shows="the chain of the ledger finds an entry that was changed, removed, moved or cut off",
        expected="each change is found and the first broken entry named; the untouched ledger is whole",
        run=_ledger,
    ),
    Step(
        id="OQ-TAMPER-ARCHIVE",
        title="A changed sealed dossier",
        shows="docgen verify finds a change anywhere in a sealed dossier, and sealing twice gives the same bytes",
        expected="each change is found, the member named; whoever covers the traces is found by the signer's key; "
        "the untouched archive is proved",
        run=_archive,
    ),
    Step(
        id="OQ-TAMPER-SIGNATURE",
        title="A changed signature",
        shows="a signature can be read, and holds for its dossier, gate, name, time and meaning alone",
        expected="each of them changed, no signature holds; the untouched ones do",
        run=_signature,
    ),
)
"""In the order in which they are run."""
