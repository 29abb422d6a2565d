"""The shape of the house: who may import whom, what the engine may touch, how large a room may be."""

import ast
import re
import socket
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {"verify": set(), "issuers": {"verify"}, "gateway": {"verify", "issuers"}}
FLOORS = tuple(MAY_IMPORT)
MODULES = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]
LONGEST = 350  # lines: what a reader takes in at one sitting

# The engine is handed evidence, trust, a policy and a time; it fetches nothing and reads no clock.
NO_IMPORT_IN_ENGINE = {
    *("http", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3", "subprocess"),
    *("tempfile", "time", "urllib", "aiohttp", "httpx", "litestar", "redis", "requests", "sqlalchemy", "uvicorn"),
}
NO_FUNCTION_IN_ENGINE = {"open", "input", "print"}
NO_METHOD_IN_ENGINE = {"now", "utcnow", "today"}  # datetime's; a library may open bytes with a method of its own

# Chosen by name: in uvicorn's configuration, in DATABASE_URL, in REDIS_URL; never imported by us.
LOADED_BY_NAME = {"httptools", "uvloop", "psycopg", "redis"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def tops(path: Path) -> set[str]:
    return {module.split(".")[0] for module in imports(path)}


def requirements(*, dev: bool = False) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    listed = [*optional["dev"], *optional["fuzz"]] if dev else project["dependencies"]
    return {re.split(r"[^a-z0-9-]", line)[0] for line in listed}


every_module = pytest.mark.parametrize("path", MODULES, ids=name)


@every_module
def test_imports_run_down_the_house(path: Path) -> None:
    floor = path.relative_to(ROOT).parts[0]
    found = tops(path)
    assert "" not in found, "write imports in full: a relative one hides its floor"
    assert found & set(FLOORS) <= MAY_IMPORT[floor] | {floor}


@pytest.mark.parametrize("path", sorted((ROOT / "verify").rglob("*.py")), ids=name)
def test_the_engine_does_no_input_output_and_reads_no_clock(path: Path) -> None:
    assert not tops(path) & NO_IMPORT_IN_ENGINE
    nodes = list(ast.walk(ast.parse(path.read_bytes())))
    assert not {node.id for node in nodes if isinstance(node, ast.Name)} & NO_FUNCTION_IN_ENGINE
    assert not {node.attr for node in nodes if isinstance(node, ast.Attribute)} & NO_METHOD_IN_ENGINE


@every_module
def test_templates_are_read_by_the_pages_alone(path: Path) -> None:
    if name(path) != "gateway/pages.py":
        assert not re.search(r"\btemplates\b", path.read_text())


@every_module
def test_every_room_is_one_noun_of_readable_size_with_a_caption(path: Path) -> None:
    text = path.read_text()
    caption = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    assert caption.endswith((".", "?")), "the first docstring line is the caption: one sentence or one question"
    assert len(text.splitlines()) <= LONGEST
    assert len(path.relative_to(ROOT).parts) == 2 or path.is_relative_to(ROOT / "issuers" / "migrations")


@pytest.mark.parametrize("requirement", sorted(requirements() | requirements(dev=True)))
def test_docs_say_what_each_dependency_earns_its_place_with(requirement: str) -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| .+ \|$", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    assert rows.count(requirement) == 1


def test_docs_list_no_dependency_that_is_gone() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    assert set(rows) == requirements() | requirements(dev=True)


def test_every_runtime_dependency_is_used() -> None:
    providers = packages_distributions()
    imported = {provider for path in MODULES for top in tops(path) for provider in providers.get(top, ())}
    unused = requirements() - {provider.lower().replace("_", "-") for provider in imported}
    assert unused == LOADED_BY_NAME


def test_constraints_pin_versions_and_name_no_place() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)] == []
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in lines}
    assert requirements() | requirements(dev=True) <= pinned


def test_tests_reach_no_other_machine() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(AssertionError, match="beyond this machine"):
        sock.connect(("192.0.2.1", 9))  # an address for examples; and a datagram socket sends nothing to connect
