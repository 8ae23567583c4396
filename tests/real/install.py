"""Install the real servers that `pytest tests --real` starts: python -m tests.real.install [DIR].

It needs Go, Node with npm, and Python; nothing of it is installed for the user of the suite. DIR is
`.real` in the checkout, or what the variable REAL_SERVERS says. Every version is pinned: here, in
`package-lock.json`, and in `requirements.txt`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
STRIPE_MOCK: Final = "github.com/stripe/stripe-mock@v0.203.0"
COMMAND: Final = "python -m tests.real.install"


def folder() -> Path:
    """Return where the servers are installed."""
    return Path(os.environ.get("REAL_SERVERS") or HERE.parents[1] / ".real").resolve()


def _run(*command: str | Path, cwd: Path, **variables: str) -> None:
    print("+", *command, flush=True)  # noqa: T201  (a command says what it does)
    subprocess.run([*command], cwd=cwd, env={**os.environ, **variables}, check=True)


def _go(into: Path) -> None:
    _run("go", "install", STRIPE_MOCK, cwd=into, GOBIN=str(into / "bin"))


def _node(into: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, into)
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=into)


def _python(into: Path) -> None:
    venv.create(into / "venv", with_pip=True, clear=True)
    pip = (into / "venv" / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps")
    _run(*pip, "--requirement", HERE / "requirements.txt", cwd=into)


def install(into: Path) -> None:
    """Install what is not there yet in its pinned version. Raises CalledProcessError."""
    into.mkdir(parents=True, exist_ok=True)
    parts: tuple[tuple[Callable[[Path], None], str], ...] = (
        (_go, STRIPE_MOCK),
        (_node, (HERE / "package-lock.json").read_text(encoding="utf-8")),
        (_python, sys.version + (HERE / "requirements.txt").read_text(encoding="utf-8")),
    )
    for part, pins in parts:
        stamp = into / f"{part.__name__.strip('_')}.pins"
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != pins:
            part(into)
            stamp.write_text(pins, encoding="utf-8")


if __name__ == "__main__":
    install(Path(sys.argv[1]).resolve() if sys.argv[1:] else folder())
