"""A PDF by itself: what it says it was made from, and whether a dossier or a snapshot at hand bears it out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from docgen.bundle.archive import read_archive
from docgen.bundle.keys import PrivateKey
from docgen.bundle.pades import sign_pdf
from docgen.bundle.seal import DOSSIER
from docgen.errors import IntegrityError, SourceError, UsageError
from docgen.model.canonical import Digest, sha256
from docgen.model.imprint import Imprint
from docgen.model.manifest import MANIFEST_NAME, Inputs, Manifest
from docgen.model.snapshot import Snapshot
from docgen.publish.imprints import read_imprint
from docgen.stamping import Authority
from docgen.store.files import write_atomic
from docgen.store.manifests import parse_manifest, read_manifest
from docgen.store.readers import read_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class LonePdf:
    """A PDF that was read."""

    path: Path
    sha256: Digest
    imprint: Imprint
    borne_out: str
    """What a dossier or a snapshot says to it, in words; empty when none was given."""


def verify_pdf(path: Path, against: Path | None = None) -> LonePdf:
    """Read what a PDF says of itself, and hold it against a dossier or a snapshot.

    Without one the imprint is a claim: whoever makes a PDF can write any.

    Args:
        path: the PDF.
        against: a dossier's folder, a sealed dossier, or a `snapshot.json`.

    Raises:
        SourceError: one of them cannot be read.
        UnsafeError: one of them is nothing that should be read.
        IntegrityError: the PDF has no imprint, or was not made from what it is held against.
    """
    data, imprint = read_imprint(path)
    told = ""
    if against is not None:
        try:
            found = _manifest_or_snapshot(against)
            told = _as_member(data, imprint, found) if isinstance(found, Manifest) else _as_made_from(imprint, found)
        except IntegrityError as err:
            raise IntegrityError(f"{path}, held against {against}: {err.message}", hint="do not rely on it") from err
    return LonePdf(path=path, sha256=sha256(data), imprint=imprint, borne_out=told)


def sign_copy(
    path: Path,
    output: Path,
    *,
    key: AbstractContextManager[PrivateKey],
    reason: str,
    authority: Authority | None = None,
) -> Digest:
    """Write a signed copy of a PDF that docgen built, and return its SHA-256; the PDF itself stays as it is.

    Args:
        path: the PDF.
        output: the copy; outside of every dossier, whose files are listed and never join others.
        key: the signer's key with its certificate, as `opened_key` gives it.
        reason: what the signature means.
        authority: stamps the signature.

    Raises:
        SourceError: the PDF cannot be read, the key's token is gone, or the authority does not answer.
        UnsafeError: it is larger than docgen makes any, or a PIN stands where others see it.
        UsageError: the key does not serve, pyHanko is not installed, or the copy has a place where it must not be.
        IntegrityError: the PDF carries no imprint, so docgen did not build it, or it cannot be signed as it is.
        StorageError: the copy cannot be written.
    """
    if output.exists():
        raise UsageError(f"{output}: is there already", hint="give another --output")
    inside = next((folder for folder in output.resolve().parents if (folder / MANIFEST_NAME).is_file()), None)
    if inside is not None:
        raise UsageError(f"{output}: lies in the dossier {str(inside)!r}", hint="give an --output outside of it")
    data, _ = read_imprint(path)
    answer = (lambda asked: authority.answer(asked)[0]) if authority else None
    signed = sign_pdf(data, key, reason=reason, answer=answer)
    write_atomic(output, signed)
    return sha256(signed)


def _manifest_or_snapshot(path: Path) -> Manifest | Snapshot:
    if path.is_dir():
        manifest = read_manifest(path)
        if manifest is None:
            raise SourceError(f"{str(path)!r} is no dossier: it has no {MANIFEST_NAME}", hint="name a dossier's folder")
        return manifest
    if path.suffix == ".zip":
        members = read_archive(path)[1]
        name = f"{DOSSIER}/{MANIFEST_NAME}"
        if name not in members:
            raise IntegrityError(f"{path}: member {name!r} is missing", hint="name a sealed dossier")
        return parse_manifest(members[name], where=name)
    try:
        return read_snapshot(path.read_bytes(), where=str(path))
    except OSError as err:
        raise SourceError(f"{path}: {(err.strerror or str(err)).lower()}", hint="name a dossier or a snapshot") from err


def _as_member(data: bytes, imprint: Imprint, manifest: Manifest) -> str:
    """Return which file of the dossier the PDF is, or begins with: a signature is added at the end."""
    faults = tuple(_differences(imprint, manifest))
    if faults:
        raise IntegrityError("; ".join(faults))
    for member in manifest.members:
        if member.path.endswith(".pdf") and sha256(data[: member.size]) == member.sha256:
            more = len(data) - member.size
            added = (
                f", with {more} bytes added after it, as a signature or a change of what is shown does" if more else ""
            )
            return f"it is {member.path} of the dossier, to the byte{added}"
    raise IntegrityError(
        "it names what the dossier was made from, but its bytes are those of none of the dossier's PDFs"
    )


def _as_made_from(imprint: Imprint, snapshot: Snapshot) -> str:
    if (imprint.subject, imprint.snapshot) != (snapshot.subject.uri, snapshot.digest()):
        raise IntegrityError(
            f"it names snapshot {imprint.snapshot} of {imprint.subject}, "
            f"not {snapshot.digest()} of {snapshot.subject.uri}"
        )
    return f"it names this snapshot, {imprint.snapshot}"


def _differences(imprint: Imprint, manifest: Manifest) -> Iterator[str]:
    inputs = manifest.inputs
    for name, one, two in (
        ("model version", imprint.subject, manifest.subject),
        ("snapshot", imprint.snapshot, inputs.snapshot),
        ("policy", imprint.policy, inputs.policy),
        ("day of assessment", imprint.as_of, inputs.as_of),
        ("tools", _tools(imprint), _tools(inputs)),
    ):
        if one != two:
            yield f"it names {name} {one}, the dossier {two}"
    if imprint.regime_digest not in inputs.regimes:
        yield f"it names regime {imprint.regime} {imprint.regime_digest}, which the dossier was not made with"


def _tools(made: Imprint | Inputs) -> str:
    return ", ".join(f"{tool.name} {tool.version}" for tool in made.tools)
