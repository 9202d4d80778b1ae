"""The bill of materials of the environment that seals: docgen and every package that it needs, as CycloneDX 1.5."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from docgen.model.canonical import canonical

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def sbom(root: str = "docgen") -> bytes:
    """Return the bill of materials as canonical JSON: no time, no random serial number, so the same bytes each time."""
    found: dict[str, Distribution] = {}
    todo = [root]
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()  # PEP 503
        if name in found or (item := _installed(name)) is None:
            continue
        found[name] = item
        wanted = (_NAME.match(line) for line in item.requires or () if "extra ==" not in line)
        todo += (match.group() for match in wanted if match)
    components = [_component(name, found[name]) for name in sorted(found) if name != root]
    return canonical(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {"component": {**_component(root, found[root]), "type": "application"}}
            if root in found
            else {},
            "components": components,
        }
    )


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:  # one that this platform or Python does not want
        return None


def _component(name: str, item: Distribution) -> dict[str, str]:
    purl = f"pkg:pypi/{name}@{item.version}"
    return {"type": "library", "name": name, "version": item.version, "purl": purl, "bom-ref": purl}
