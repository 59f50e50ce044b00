"""Whether the notebooks say what the committed ones say: compare all outputs but pictures with git's HEAD."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def spoken(notebook: dict) -> list:
    """Source, execution count and outputs of every cell, pictures left out."""
    cells = []
    for cell in notebook["cells"]:
        outputs = [
            {**o, "data": {k: v for k, v in o.get("data", {}).items() if not k.startswith("image/")}}
            for o in cell.get("outputs", [])
        ]
        cells.append((cell["source"], cell.get("execution_count"), outputs))
    return cells


def main() -> int:
    """Print the notebooks that differ; 1 if any does."""
    differ = []
    for path in sorted(Path("notebooks").glob("*.ipynb")):
        shown = subprocess.run(["git", "show", f"HEAD:{path}"], capture_output=True, check=True)
        if spoken(json.loads(shown.stdout)) != spoken(json.loads(path.read_text("utf-8"))):
            differ.append(str(path))
    print("\n".join(f"{path}: the rerun says something else than the committed notebook" for path in differ))
    return bool(differ)


if __name__ == "__main__":
    sys.exit(main())
