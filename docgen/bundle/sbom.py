"""The bill of materials of the environment that seals: docgen and every package that it needs, as CycloneDX 1.5."""

from __future__ import annotations

from docgen.model.canonical import Json, canonical
from docgen.packages import closure, installed


def sbom(root: str = "docgen") -> bytes:
    """Return the bill of materials as canonical JSON: no time, no random serial number, so the same bytes each time.

    It names no Python: where the same versions are installed, as the lock file has them, every Python gives the same.
    """
    found = installed(root)
    return canonical(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {"component": {**_component(root, found.version), "type": "application"}} if found else {},
            "components": [_component(item.name, item.installed) for item in closure(root) if item.installed],
        }
    )


def _component(name: str, version: str) -> dict[str, Json]:
    purl = f"pkg:pypi/{name}@{version}"
    return {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl}
