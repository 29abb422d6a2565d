"""Mutation testing of the engine: each change of one operator must make some case of the table fail.

`make mutants`. The table of cases is built once (files signed and read, trust frozen); each mutant of a module of
`verify/` then judges it in a process of its own that stops at the first wrong answer. A reader's mutant also reads the
files anew. What the table does not find is asked of the tests that call the engine directly, and of what the cases show
of a report. What survives is printed with its line and listed, argued one by one, in `docs/conformance.md`. Each module
is first run unchanged by the same means: it must survive. Arguments: modules (all by default), `--every N` to take each
Nth mutant.
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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SECONDS = 30
"""Of the processor, for one case: a mutant that runs longer hangs, and a hang is found out by every test run."""

DIRECT = ("appended", "corners", "overrides", "parts", "readers")
"""The tests that ask the engine's rooms directly; those that start a gateway, or draw at random, are left out."""

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


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one operator changed: where, how, and the lines of the statement that it stands in.

    No lines: it is not inside a function, and runs whenever the module is loaded.
    """

    line: int
    what: str
    lines: frozenset[int]
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module."""
    tree = ast.parse(source)
    places = [node for node in ast.walk(tree) if not isinstance(node, ast.Constant) or _counts(node.value)]
    hints = {id(inner) for node in ast.walk(tree) for hint in _hints(node) for inner in ast.walk(hint)}
    lines = dict(_lines(tree, frozenset()))
    for index, node in enumerate(places):
        if id(node) in hints:
            continue
        for what in _ways(node):
            mutated = copy.deepcopy(tree)
            again = [one for one in ast.walk(mutated) if not isinstance(one, ast.Constant) or _counts(one.value)]
            _apply(again[index], what)
            text = ast.unparse(ast.fix_missing_locations(mutated))
            line = getattr(node, "lineno", None) or node.target.lineno  # type: ignore[attr-defined]
            yield Mutant(line, what, lines[id(node)], text)


def _lines(node: ast.AST, within: frozenset[int]) -> Iterator[tuple[int, frozenset[int]]]:
    """The lines of the innermost statement of every node that runs when its function is called."""
    yield id(node), within
    for one in ast.iter_child_nodes(node):
        inner = within
        if isinstance(one, ast.stmt) and (within or (isinstance(node, ast.FunctionDef) and one in node.body)):
            first: list[ast.stmt] = getattr(one, "body", [])
            end = first[0].lineno - 1 if first else one.end_lineno or one.lineno
            inner = frozenset(range(one.lineno, end + 1))
        yield from _lines(one, inner)


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


SURVIVED = -1
BY_TESTS = -2
"""What a child says in place of the number of the case that found the mutant."""


class _Shown:
    """Of the table, the direct tests ask what its cases show beside their answers: the rest is asked by `wrong`."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what is no case, and cases that show something."""
        items[:] = [one for one in items if not hasattr(one, "callspec") or self.shown(one.callspec.params)]

    def shown(self, params: dict[str, Any]) -> bool:
        """Whether these are the parameters of something else than a case, or of a case that shows something."""
        case = params.get("one")
        return type(case).__name__ != "Case" or bool(getattr(case, "shows", None))


def asked(rows: Sequence[bytes], *, reads: bool) -> Iterator[bool]:
    """Whether each case of the table gets its expected answer in this process, one after another."""
    judge = importlib.import_module("verify.procedure").judge
    opened = importlib.import_module("world").opened if reads else None
    read: dict[bytes, Any] = {}
    for row in rows:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        pdf, evidence, trust, policy, at, (verdict, reasons, signatures) = pickle.loads(row)  # noqa: S301 - made above
        try:
            if opened is not None:
                if pdf not in read:
                    read[pdf] = opened(pdf)
                evidence = read[pdf]
            report = judge(evidence, trust, policy, at)
        except Exception:  # noqa: BLE001 - a mutant that breaks is a mutant that is found
            yield False
            continue
        found = {one.field: (one.conclusion.indication, one.conclusion.sub) for one in report.signatures}
        same = (report.verdict, report.reasons) == (verdict, reasons)
        yield same and {name: found.get(name) for name in signatures} == signatures


def reached(rows: Sequence[bytes]) -> list[frozenset[tuple[str, int]]]:
    """The lines of `verify/` that each case of the table runs through, where it is read and where it is judged."""
    folder, seen = str(ROOT / "verify"), set[tuple[str, int]]()

    def line(frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401 - a trace function gives itself
        if event == "line":
            seen.add((Path(frame.f_code.co_filename).stem, frame.f_lineno))
        return line

    importlib.import_module("verify.procedure")
    found, files = [], dict[bytes, frozenset[tuple[str, int]]]()
    sys.settrace(lambda frame, *told: line(frame, *told) if frame.f_code.co_filename.startswith(folder) else None)
    for row, right in zip(rows, asked(rows, reads=True), strict=True):
        if not right:
            os.abort()
        pdf = pickle.loads(row)[0]  # noqa: S301 - made above
        files.setdefault(pdf, frozenset(seen))  # the first case of a file reads it
        found.append(files[pdf] | seen)
        seen.clear()
    sys.settrace(None)
    return found


def finder(name: str, source: str, rows: Sequence[bytes]) -> int:
    """Who finds a mutant in this process: the number of a case, `BY_TESTS`, or nobody: `SURVIVED`."""
    mutant = _Finder(f"verify.{name}", source)
    sys.meta_path.insert(0, mutant)
    number = next((index for index, right in enumerate(asked(rows, reads=name in READERS)) if not right), None)
    if number is not None:
        return number
    tests = [str(ROOT / "tests" / f"test_{one}.py") for one in (*DIRECT, "cases")]
    signal.setitimer(signal.ITIMER_PROF, 4 * SECONDS)
    plain = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain"]
    failed = pytest.main([*plain, *tests], [_Shown()])
    spec = sys.modules[mutant.name].__spec__
    if spec is None or spec.loader is not mutant:
        os.abort()  # another one was judged: not an answer
    return BY_TESTS if failed else SURVIVED


def in_child(task: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the task gives
    """What a task gives in a fork; `BY_TESTS` if it breaks or runs too long."""
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        with open(os.devnull, "w") as nothing:  # noqa: PTH123 - a device
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        try:
            with os.fdopen(sender, "wb") as told:
                told.write(pickle.dumps(task()))
        finally:
            os._exit(0)
    os.close(sender)
    with os.fdopen(receiver, "rb") as heard:
        answer = heard.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGABRT:
        raise RuntimeError("a mutant was not installed, or a module fails unchanged")
    return pickle.loads(answer) if answer else BY_TESTS  # noqa: S301 - made above


def main() -> None:
    """Run all mutants of the modules asked for, and print those that survive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--every", type=int, default=1)
    asked_for = parser.parse_args()
    sys.path.insert(0, str(ROOT / "tests"))
    names = asked_for.modules or sorted(one.stem for one in (ROOT / "verify").glob("*.py") if one.stem not in DATA | QR)
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
    importlib.import_module("hypothesis")
    order = list(zip(rows, in_child(partial(reached, rows)), strict=True))
    tried = direct = alive = 0
    begin = time.monotonic()
    for name in names:
        source = (ROOT / "verify" / f"{name}.py").read_text()
        if in_child(partial(finder, name, source, [])) != SURVIVED:
            raise RuntimeError(f"the direct tests fail with verify/{name}.py unchanged")
        for mutant in list(mutants(source))[:: asked_for.every]:
            tried += 1
            lines = {(name, line) for line in mutant.lines}
            near = [one for one in order if not lines or lines & one[1]]
            number = in_child(partial(finder, name, mutant.source, [row for row, _ in near]))
            if number >= 0:
                order.remove(near[number])  # what found one mutant of a function finds the next
                order.insert(0, near[number])
            elif number == BY_TESTS:
                direct += 1
            else:
                alive += 1
                shown = source.splitlines()[mutant.line - 1].strip()
                print(f"survived: verify/{name}.py:{mutant.line} {mutant.what}: {shown}", flush=True)
        counts = f"{tried} mutants so far, {direct} found by direct tests alone, {alive} survived"
        print(f"{name}: {counts}, {time.monotonic() - begin:.0f} s", flush=True)
    print(f"{tried} mutants, {alive} survived ({100 * alive / max(tried, 1):.1f} %)")


if __name__ == "__main__":
    main()
