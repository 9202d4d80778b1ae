"""CPU seconds and memory of processes, as the kernel counts them, and how a ratio is told."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    cpu: float
    """User and system seconds of the process and its children."""
    peak: float
    """Largest resident size of one process, MiB."""
    code: int


def cost(command: list[str], cwd: Path, *, codes: tuple[int, ...] = (0,)) -> Cost:
    """Run a command and return what it took."""
    with (cwd / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, cwd=cwd, stdout=output, stderr=output, env=_environment())
        _, status, used = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in codes:
        raise RuntimeError(f"{command}: exit code {code}\n{(cwd / 'output.txt').read_text('utf-8')[-2000:]}")
    return Cost(cpu=used.ru_utime + used.ru_stime, peak=used.ru_maxrss / 1024, code=code)


def python(*arguments: str, cwd: Path, codes: tuple[int, ...] = (0,), times: int = 3) -> Cost:
    """Return the median cost of a Python process."""
    costs = [cost([sys.executable, *arguments], cwd, codes=codes) for _ in range(times)]
    return Cost(cpu=median(c.cpu for c in costs), peak=max(c.peak for c in costs), code=costs[0].code)


def told(what: str, value: float, base: float, limit: float, *, unit: str = "CPU s") -> str:
    """Return a line `what: 1.20 / 1.00 CPU s = 1.20 (limit 1.5)`."""
    ratio = value / base
    return (
        f"{what}: {value:.2f} / {base:.2f} {unit} = {ratio:.2f} (limit {limit:g}){'' if ratio <= limit else '  OVER'}"
    )


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    here = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(part for part in (here, kept.get("PYTHONPATH", "")) if part)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # what a user's machine has compiled once is not compiled again
    return {**kept, "PYTHONPATH": path, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
