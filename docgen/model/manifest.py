"""The manifest of a built dossier: what it was made from, and the SHA-256 of every file in it."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.model.canonical import Digest, canonical, sha256
from docgen.model.codec import unstructure

MANIFEST_FORMAT = 1
"""Version of `manifest.json`; to change it raise the number and keep the reader of the old one in `docgen.pipeline`."""

MANIFEST_NAME = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program that had a hand in the bytes."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that the bytes of a dossier depend on."""

    snapshot: Digest
    regimes: tuple[Digest, ...]
    policy: Digest | None
    as_of: str
    resources: Digest
    """Of docgen's own code, templates, style and PDF template, and of the crosswalks of the regimes."""
    tools: tuple[Tool, ...]
    pdf: bool

    def digest(self) -> Digest:
        """Return the digest by which an unchanged build is recognised."""
        return sha256(canonical(unstructure(self)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file of the dossier."""

    path: str
    """Relative, with forward slashes."""
    size: int
    sha256: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The whole dossier, file by file; `manifest.json` itself is not among them."""

    format: int = MANIFEST_FORMAT
    subject: str
    inputs: Inputs
    members: tuple[Member, ...]
    """Sorted by path."""
