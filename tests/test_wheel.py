"""The wheel alone must run: installed into an empty environment, outside the checkout."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.test_architecture import ROOT


@pytest.mark.whole
def test_a_wheel_in_an_empty_environment_holds_a_chat(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("nahbei-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if not name.startswith(("bot/", "catalog/", "locales/", "nahbei-"))]

    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    install = ["install", "--quiet", "--only-binary", ":all:", "-c", str(ROOT / "constraints.txt"), str(wheel)]
    subprocess.run([str(python), "-m", "pip", "--disable-pip-version-check", *install], check=True)
    said = "mein Baby 5 Monate schreit die ganze Nacht, 00103\n"
    done = subprocess.run(
        [str(home / "bin" / "nahbei"), "chat", "--lang", "de", "--today", "2026-11-23"],
        input=said, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=True,
    )  # fmt: skip
    assert "Schreisprechstunde" in done.stdout
    assert done.stderr == ""
