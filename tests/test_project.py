"""The project around the code: what is installed, what `make` does, what an import costs."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def requirements(*extras: str) -> dict[str, Requirement]:
    """The requirements of these extras by name, those of layerlab's own extras included."""
    found: dict[str, Requirement] = {}
    for extra in extras:
        for line in PROJECT["optional-dependencies"][extra]:
            requirement = Requirement(line)
            if requirement.name == PROJECT["name"]:
                found |= requirements(*requirement.extras)
            else:
                found[requirement.name] = requirement
    return found


def conda_environment() -> tuple[dict[str, Requirement], list[str]]:
    """What environment.yml takes from conda-forge, by name, and the lines that pip gets."""
    parsed = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert parsed["channels"] == ["conda-forge"]
    *conda, pip = parsed["dependencies"]
    return {r.name: r for r in map(Requirement, conda)}, pip["pip"]


def test_conda_environment_asks_for_what_pyproject_asks_for() -> None:
    conda, pip = conda_environment()
    known = requirements("notebook", "course", "dev")
    assert set(conda) == {
        "python", "pip", "ipywidgets", "jupyterlab", "matplotlib", "nbval", "pandas",
        "platformdirs",
    }  # fmt: skip
    assert str(conda.pop("python").specifier) == PROJECT["requires-python"]
    assert str(conda.pop("pip").specifier) == ""
    *rest, package = pip
    assert package == "-e .[notebook,course]"
    for requirement in [*conda.values(), *map(Requirement, rest)]:
        assert requirement.specifier == known[requirement.name].specifier, requirement.name
    named = set(conda) | {Requirement(line).name for line in rest}
    assert named >= set(requirements("notebook", "course"))


@pytest.mark.parametrize("extra", ["core", *PROJECT["optional-dependencies"]])
def test_every_dependency_has_a_lower_bound(extra: str) -> None:
    if extra == "core":
        wanted = {r.name: r for r in map(Requirement, PROJECT["dependencies"])}
    else:
        wanted = requirements(extra)
    for requirement in wanted.values():
        assert ">=" in {spec.operator for spec in requirement.specifier}, str(requirement)


def test_nothing_that_installs_names_a_place_to_install_from() -> None:
    """Whoever has a mirror keeps using it: pip, conda and apt are configured by the machine."""
    files = ["pyproject.toml", "environment.yml", "Makefile", ".ci/run"]
    for path in [*(ROOT / file for file in files), *ROOT.glob("tools/*")]:
        if path.is_file():
            found = re.findall(
                r"https?://\S+|--(?:extra-)?index.url|--find.links", path.read_text()
            )
            assert not found, f"{path}: {found}"


def test_import_loads_the_core_alone() -> None:
    program = "import sys, layerlab; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"pandas", "numpy", "matplotlib", "ipywidgets", "anywidget", "IPython", "jupyterlab"}
    assert "layerlab" in loaded
    assert not heavy & set(loaded)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose Python and Jupyter only write down what they were asked to do."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy2(ROOT / name, tmp_path)
    (tmp_path / "notebooks").mkdir()
    for name in ("01_first.ipynb", "02_second.ipynb"):
        (tmp_path / "notebooks" / name).touch()
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for name in ("python", "jupyter"):
        program = tmp_path / ".venv/bin" / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >>log\n')
        program.chmod(0o755)
    return tmp_path


def make(folder: Path, *args: str) -> list[str]:
    """What `make` made the recording programs do."""
    log = folder / "log"
    log.unlink(missing_ok=True)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    subprocess.run(["make", *args], cwd=folder, env=clean, check=True, capture_output=True)
    return log.read_text().splitlines() if log.exists() else []


def test_first_lab_installs_and_opens_the_first_lesson(checkout: Path) -> None:
    install, start = make(checkout, "lab", "ARGS=--no-browser")
    assert install.endswith("-e .[notebook,course]")
    assert start.startswith("jupyter lab ")
    assert "/lab/tree/01_first.ipynb --no-browser" in start
    assert ("--allow-root" in start) == (os.geteuid() == 0)


def test_second_lab_installs_nothing(checkout: Path) -> None:
    make(checkout, "lab")
    assert [line.split()[0] for line in make(checkout, "lab")] == ["jupyter"]


def test_checks_install_what_the_lab_needs_too(checkout: Path) -> None:
    assert len(make(checkout, ".venv/dev.stamp")) == 1
    assert [line.split()[0] for line in make(checkout, "lab")] == ["jupyter"]


def test_changed_dependencies_are_installed(checkout: Path) -> None:
    make(checkout, "lab")
    later = (checkout / ".venv/lab.stamp").stat().st_mtime + 10
    os.utime(checkout / "pyproject.toml", (later, later))
    assert [line.split()[0] for line in make(checkout, "lab")] == ["python", "jupyter"]


def test_help_lists_the_targets() -> None:
    text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True).stdout
    listed = {line.split()[0] for line in text.splitlines() if line and line[0] != "m"}
    phony = set(re.findall(r"^\.PHONY: (\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert listed == phony


def path_with_python(folder: Path, body: str) -> Path:
    """A folder for PATH with nothing but a program that passes for an interpreter."""
    folder.mkdir(exist_ok=True)
    program = folder / "python3"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return folder


def test_python_that_is_too_old_is_told_so(tmp_path: Path) -> None:
    tools = path_with_python(tmp_path / "bin", "exit 1")
    done = subprocess.run(
        ["/bin/sh", ROOT / "tools/make_venv.sh", tmp_path / "venv"],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or later" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_half_made_environment_is_removed(tmp_path: Path) -> None:
    """A Python without ensurepip, and no network to get pip from."""
    hide = 'case "$*" in *ensurepip*|*"-m pip"*) exit 1;; esac\n'
    real = Path(sys.base_exec_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    tools = path_with_python(tmp_path / "bin", f'{hide}exec "{real}" "$@"')
    for tool in ("mktemp", "rm", "mkdir", "env"):
        (tools / tool).symlink_to(shutil.which(tool) or pytest.fail(tool))
    done = subprocess.run(
        ["/bin/sh", ROOT / "tools/make_venv.sh", tmp_path / "venv"],
        env={"PATH": str(tools), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert "sudo apt-get install python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists()
