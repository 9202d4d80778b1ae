"""The stand-in device: trained, decided and documented once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Device:
    folder: Path
    said: str

    def copy(self, to: Path) -> Path:
        return Path(shutil.copytree(self.folder, to / "device", symlinks=True))
