"""What tests of changes share: the stand-in device."""

from __future__ import annotations

import pytest

from support.commands import run_docgen
from support.device import Device


@pytest.fixture(scope="session")
def device(tmp_path_factory: pytest.TempPathFactory) -> Device:
    """`docgen demo --device`, run once; tests that change something copy it."""
    parent = tmp_path_factory.mktemp("device")
    done = run_docgen("demo", "--device", "device", cwd=parent)
    assert done.returncode == 0, done.stderr[-3000:]
    return Device(folder=parent / "device", said=done.stdout)
