"""Operational qualification: what must not be done is refused, and what may be done is not."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from docgen import approvals
from docgen.approval_files import parse_signers
from docgen.bundle.archive import read_archive, write_archive
from docgen.config import Config
from docgen.errors import DocgenError, GateClosedError, IntegrityError, UnsafeError, UsageError
from docgen.evaluate.intervals import clopper_pearson, newcombe, wilson
from docgen.model.canonical import parse
from docgen.model.evidence import Interval
from docgen.model.qualification import Found
from docgen.qualify.bench import Bench, Step, judged
from docgen.qualify.desk import NOW, key_of, lay_out, signed, wish
from docgen.qualify.rebuild import golden_snapshot
from docgen.refusals import Attempt as Noted
from docgen.refusals import noted
from docgen.store.refusals import read_refusals
from docgen.store.snapshots import Snapshots
from docgen.strict_yaml import load_yaml

Attempt = Callable[[], object]


def refused(what: str, attempt: Attempt, kind: type[DocgenError]) -> Iterator[str]:
    """Yield, in words, that something was not refused, or not as it should be."""
    try:
        attempt()
    except kind:
        return
    except DocgenError as err:
        yield f"{what}: was refused as {type(err).__name__}, expected {kind.__name__}: {err.message}"
    else:
        yield f"{what}: was not refused"


def _archives(bench: Bench) -> Found:
    def crafted(*names: str, mode: int = 0, compress: int = zipfile.ZIP_STORED) -> Attempt:
        def attempt() -> object:
            path = bench.work / "crafted.zip"
            path.write_bytes(_zip(names, mode, compress))
            return read_archive(path)

        return attempt

    tried = {
        "a path that leads out": crafted("../evil"),
        "an absolute path": crafted("/etc/evil"),
        "a path of Windows": crafted("C:\\evil"),
        "a symbolic link": crafted("link", mode=stat.S_IFLNK | 0o777),
        "a device": crafted("device", mode=stat.S_IFCHR),
        "a name that stands twice": crafted("same", "Same"),
        "a compressed member": crafted("bomb", compress=zipfile.ZIP_DEFLATED),
    }
    faults = [fault for what, attempt in tried.items() for fault in refused(what, attempt, UnsafeError)]
    good = bench.work / "good.zip"
    good.write_bytes(write_archive({"a/b.txt": b"hello"}))
    if read_archive(good)[1] != {"a/b.txt": b"hello"}:
        faults.append("an archive without fault was not read")
    return judged(
        tuple(faults), f"{len(tried)} refused, nothing unpacked; an archive without fault is read", tuple(tried)
    )


def _zip(names: tuple[str, ...], mode: int, compress: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr, info.compress_type = mode << 16, compress
            made.writestr(info, bytes(100_000))
    return out.getvalue()


def _approvals(bench: Bench) -> Found:
    config = lay_out(bench.dossier, bench.work / "approvals")
    first = {
        "a later gate before the earlier one": ("officer", "release", "", GateClosedError, "comes after"),
        "somebody in a role that is not theirs": (
            "officer",
            "validation",
            "validator",
            IntegrityError,
            "may not sign as",
        ),
        "somebody who made the version": ("maker", "validation", "", IntegrityError, "made this version"),
        "a key that nobody knows": ("stranger", "validation", "", IntegrityError, "nobody's"),
        "a gate that does not exist": ("checker", "elsewhere", "", UsageError, "no gate"),
    }
    faults = [fault for what, asked in first.items() for fault in _signing(config, what, *asked)]
    signed(config, "checker", "validation")
    faults += _signing(config, "a second signature", "checker", "validation", "", UsageError, "already")
    signed(config, "officer", "release")
    states = _desk(config).states(NOW.date())
    faults += [f"{state.gate}: is closed after both signed: {state.closed}" for state in states if state.closed]
    newer = replace(golden_snapshot(), captured_at="2026-03-04T00:00:00Z", findings=())
    Snapshots(config.path(config.dossier.store)).save(newer)
    faults += _signing(config, "a stale dossier", "maker", "validation", "", IntegrityError, "stale")
    entry = next(path for path in sorted(_desk(config).ledger.folder.glob("*.json")))
    entry.chmod(0o644)
    entry.write_bytes(entry.read_bytes() + b" ")
    faults += _signing(config, "a ledger that was edited", "checker", "validation", "", IntegrityError, "broken")
    count, log = len(first) + 3, read_refusals(config.path(config.dossier.store))
    if (len(log[0]), log[1]) != (count, 0):
        faults.append(f"{len(log[0])} refusals are in the log, expected {count}")
    return judged(
        tuple(faults), f"{count} refused and noted; two people in their roles opened both gates", tuple(first)
    )


def _desk(config: Config) -> approvals.Desk:
    return approvals.open_desk(golden_snapshot().subject.uri, config)


def _signing(
    config: Config, what: str, who: str, gate: str, role: str, kind: type[DocgenError], says: str
) -> Iterator[str]:
    """Yield that somebody could sign, or was refused for another reason than the one that `says` is a part of."""
    wanted = wish(who, gate, role)
    told = Noted(
        action="sign", target=golden_snapshot().subject.uri, gate=gate, role=wanted.role,
        key=wanted.key.public.fingerprint,
    )  # fmt: skip

    def attempt() -> object:
        try:
            with noted(told, config, NOW):
                return approvals.prepare(_desk(config), wanted, config)
        except DocgenError as err:
            if says not in err.message:
                raise UnsafeError(f"{err.message} (expected {says!r} in it)") from err
            raise

    yield from refused(what, attempt, kind)


def _inputs(_bench: Bench) -> Found:
    deep = "[" * 200 + "]" * 200
    tried: dict[str, Attempt] = {
        "JSON with a key twice": lambda: parse('{"a": 1, "a": 2}', where="file"),
        "JSON with NaN": lambda: parse('{"a": NaN}', where="file"),
        "JSON nested without end": lambda: parse(deep, where="file"),
        "YAML with a key twice": lambda: load_yaml("a: 1\na: 2\n", where="file"),
        "YAML that makes an object": lambda: load_yaml("a: !!python/object/apply:os.getcwd []\n", where="file"),
        "YAML with an alias": lambda: load_yaml("a: &x [1]\nb: *x\n", where="file"),
        "a key that two signers have": lambda: parse_signers(_signers("one", "one"), where="file"),
    }
    faults = [fault for what, attempt in tried.items() for fault in refused(what, attempt, DocgenError)]
    if parse('{"a": 1}', where="file") != load_yaml("a: 1\n", where="file"):
        faults.append("a file without fault was not read")
    if len(parse_signers(_signers("one", "two"), where="file").signers) != 2:
        faults.append("a file of two signers was not read")
    return judged(tuple(faults), f"{len(tried)} refused; files without fault are read", tuple(tried))


def _signers(*keys: str) -> bytes:
    rows = (
        f"  - {{id: s{number}, name: S, roles: [r], keys: [{{public: {key_of(key).public.openssh}, "
        "valid_from: 2026-01-01}]}\n"
        for number, key in enumerate(keys)
    )
    return f"format: 1\nsigners:\n{''.join(rows)}".encode()


def _statistics(_bench: Bench) -> Found:
    found = []
    for what, method, printed in _PUBLISHED:
        got = method()
        found.append((what, (round(got.low, 4), round(got.high, 4)), printed))
    faults = tuple(f"{what}: {got}, printed are {printed}" for what, got, printed in found if got != printed)
    return judged(faults, f"{len(found)} published intervals, each to the last printed digit",
                  tuple(f"{what}: {got[0]} to {got[1]}" for what, got, _ in found))  # fmt: skip


_PUBLISHED: tuple[tuple[str, Callable[[], Interval], tuple[float, float]], ...] = (
    ("Wilson, 81 of 263", partial(wilson, 81, 263, 0.95), (0.2553, 0.3662)),
    ("Wilson, 15 of 148", partial(wilson, 15, 148, 0.95), (0.0624, 0.1605)),
    ("Wilson, 0 of 20", partial(wilson, 0, 20, 0.95), (0.0, 0.1611)),
    ("Wilson, 1 of 29", partial(wilson, 1, 29, 0.95), (0.0061, 0.1718)),
    ("Clopper-Pearson, 81 of 263", partial(clopper_pearson, 81, 263, 0.95), (0.2527, 0.3676)),
    ("Clopper-Pearson, 0 of 20", partial(clopper_pearson, 0, 20, 0.95), (0.0, 0.1684)),
    ("difference, 56 of 70 and 48 of 80", partial(newcombe, (56, 48), (70, 80), 0.95), (0.0524, 0.3339)),
)
"""Newcombe, Statistics in Medicine 17 (1998): 857-872, table I; 873-890, table II, method 10. 95 per cent."""

STEPS = (
    Step(
        id="OQ-REFUSE-ARCHIVE",
        title="Hostile archives",
        shows="an archive that could write elsewhere or fill the disk is not unpacked",
        expected="paths that lead out, links, devices, doubles and compressed members are refused",
        run=_archives,
    ),
    Step(
        id="OQ-REFUSE-INPUT",
        title="Hostile files",
        shows="a file that could be read in two ways, or run code, is not read",
        expected="double keys, NaN, endless nesting, objects, aliases and a key of two signers are refused",
        run=_inputs,
    ),
    Step(
        id="OQ-APPROVALS",
        title="Who may sign, and when",
        shows="gates open one after the other, by the right people, once each, for the dossier as it is",
        expected="wrong order, role, person, key, dossier and ledger are refused and noted; the right people sign",
        run=_approvals,
    ),
    Step(
        id="OQ-STATISTICS",
        title="Statistics",
        shows="intervals are those of the literature",
        expected="Newcombe's printed examples, to the last digit",
        run=_statistics,
    ),
)
"""In the order in which they are run."""
