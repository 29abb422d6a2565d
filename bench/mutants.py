"""Mutation testing of the engine: each change of one operator must make some case of the table fail.

`make mutants`. The table of cases is built once (files signed and read, trust frozen); each mutant of a module of
`verify/` then judges it in a process of its own that stops at the first wrong answer. A reader's mutant also reads the
files anew. What survives is printed with its line and listed, argued one by one, in `docs/conformance.md`. Arguments:
modules (all by default), `--every N` to take each Nth mutant.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import importlib.abc
import importlib.util
import os
import pickle
import pkgutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
SECONDS = 120
"""A mutant that runs longer hangs, and a hang is found out by every test run: killed."""

READERS = frozenset(
    {"appended", "attachment", "byterange", "cms", "objects", "overrides", "pdf", "record", "revisions", "structure"}
)
"""Modules that run while a file is read: their mutants read the files of the table anew."""
DATA = frozenset({"__init__", "checks", "evidence", "policy", "report", "trust"})
"""Modules of types and tables, without a decision of their own to mutate."""
QR = frozenset({"cbor", "claims", "envelope", "picture", "qr", "scan"})
"""The QR rooms have tests of their own, and no case in the table yet."""

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """(line, what, source) of every mutant of a module."""
    tree = ast.parse(source)
    places = [node for node in ast.walk(tree) if not isinstance(node, ast.Constant) or _counts(node.value)]
    hints = {id(inner) for node in ast.walk(tree) for hint in _hints(node) for inner in ast.walk(hint)}
    for index, node in enumerate(places):
        if id(node) in hints:
            continue
        for what in _ways(node):
            mutated = copy.deepcopy(tree)
            again = [one for one in ast.walk(mutated) if not isinstance(one, ast.Constant) or _counts(one.value)]
            _apply(again[index], what)
            yield getattr(node, "lineno", 0), what, ast.unparse(ast.fix_missing_locations(mutated))


def _hints(node: ast.AST) -> Iterator[ast.AST]:
    """Annotations and decorators: they decide nothing."""
    yield from getattr(node, "decorator_list", ())
    for name in ("annotation", "returns"):
        hint = getattr(node, name, None)
        if isinstance(hint, ast.AST):
            yield hint


def _counts(value: object) -> bool:
    return isinstance(value, bool) or (isinstance(value, int) and not isinstance(value, bool))


def _ways(node: ast.AST) -> Sequence[str]:
    if isinstance(node, ast.Compare) and len(node.ops) >= 1:
        return [f"compare {index}" for index, op in enumerate(node.ops) if type(op) in SWAPPED]
    if isinstance(node, (ast.BoolOp, ast.BinOp)) and type(node.op) in SWAPPED:
        return ["operator"]
    if isinstance(node, ast.Constant):
        return ["constant"]
    if isinstance(node, (ast.If, ast.IfExp)):
        return ["negate"]
    if isinstance(node, ast.comprehension) and node.ifs:
        return ["unfiltered"]
    return []


def _apply(node: Any, what: str) -> None:  # noqa: ANN401 - any node of a syntax tree
    if what.startswith("compare"):
        index = int(what.split()[1])
        node.ops[index] = SWAPPED[type(node.ops[index])]()
    elif what == "operator":
        node.op = SWAPPED[type(node.op)]()
    elif what == "constant":
        node.value = (not node.value) if isinstance(node.value, bool) else node.value + 1
    elif what == "negate":
        node.test = ast.UnaryOp(ast.Not(), node.test)
    else:
        node.ifs = []


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module of `verify/` out of a mutant's source."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = name, source

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        """The spec of the mutated module; none of any other."""
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutant."""
        exec(compile(self.source, self.name, "exec"), module.__dict__)  # noqa: S102 - our own source, one operator changed


def table(path: Path) -> int:
    """Build the table of cases in a process of its own; returns how many."""
    sys.path.insert(0, str(ROOT / "tests"))
    cases = importlib.import_module("cases")
    world = importlib.import_module("world")
    for module in pkgutil.iter_modules(cases.__path__):
        importlib.import_module(f"cases.{module.name}")
    rows = []
    for one in cases.CASES:
        if not one.bug:
            given = one.build()
            wanted = (one.expected.verdict, one.expected.reasons, dict(one.expected.signatures))
            rows.append(pickle.dumps((given.pdf, world.opened(given.pdf), given.trust, given.policy, given.at, wanted)))
    path.write_bytes(pickle.dumps(rows))
    return len(rows)


def survives(rows: Sequence[bytes], *, reads: bool) -> bool:
    """Whether every case of the table gets its expected answer, in this process."""
    judge = importlib.import_module("verify.procedure").judge
    open_pdf = importlib.import_module("verify.pdf").open_pdf
    read: dict[bytes, Any] = {}
    for row in rows:
        pdf, evidence, trust, policy, at, (verdict, reasons, signatures) = pickle.loads(row)  # noqa: S301 - made above
        if reads:
            if pdf not in read:
                read[pdf] = open_pdf(pdf)
            evidence = read[pdf]
        report = judge(evidence, trust, policy, at)
        found = {one.field: (one.conclusion.indication, one.conclusion.sub) for one in report.signatures}
        if (report.verdict, report.reasons) != (verdict, reasons):
            return False
        if {name: found.get(name) for name in signatures} != signatures:
            return False
    return True


def in_child(task: Any) -> int:  # noqa: ANN401 - a function
    """Run a task in a fork; its truth as exit code 1, anything else as 0."""
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        with open(os.devnull, "w") as nothing:  # noqa: PTH123 - a device
            os.dup2(nothing.fileno(), 2)
        try:
            os._exit(1 if task() else 0)
        except BaseException:  # noqa: BLE001 - a mutant that breaks is a mutant that is found
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    """Run all mutants of the modules asked for, and print those that survive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--every", type=int, default=1)
    asked = parser.parse_args()
    names = asked.modules or sorted(one.stem for one in (ROOT / "verify").glob("*.py") if one.stem not in DATA | QR)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        in_child(lambda: table(path))
        rows = pickle.loads(path.read_bytes())  # noqa: S301 - made above
    for library in (
        "asn1crypto.cms",
        "asn1crypto.tsp",
        "cryptography.x509",
        "msgspec",
        "pikepdf",
        "pypdfium2",
        "rfc8785",
    ):
        importlib.import_module(library)
    importlib.import_module("pyhanko.sign.validation")
    tried = alive = 0
    begin = time.monotonic()
    for name in names:
        source = (ROOT / "verify" / f"{name}.py").read_text()
        for index, (line, what, mutated) in enumerate(mutants(source)):
            if index % asked.every:
                continue
            tried += 1

            def task(mutated: str = mutated, name: str = name) -> bool:
                sys.meta_path.insert(0, _Finder(f"verify.{name}", mutated))
                return survives(rows, reads=name in READERS)

            if in_child(task) == 1:
                alive += 1
                print(f"survived: verify/{name}.py:{line} {what}: {source.splitlines()[line - 1].strip()}", flush=True)
        print(f"{name}: {tried} mutants so far, {alive} survived, {time.monotonic() - begin:.0f} s", flush=True)
    print(f"{tried} mutants, {alive} survived ({100 * alive / max(tried, 1):.1f} %)")


if __name__ == "__main__":
    main()
