"""Mutation testing of the engine: each change of one operator must make some test fail.

`make mutants`. The table of cases is built once (files signed and read, trust frozen). Each mutant of a module of
`verify/` is a fork of that process, in which the code of the changed function is put in the place of the original; it
judges those cases that run through the changed statement, and stops at the first wrong answer. A reader's mutant also
reads the files anew. After the likeliest cases come the tests that call the engine directly, then all other cases. What
survives is printed with its line and listed, argued one by one, in `docs/conformance.md`. Arguments: modules (all by
default), `--every N` to take each Nth mutant.
"""

from __future__ import annotations

import argparse
import ast
import copy
import gc
import importlib
import os
import pkgutil
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import coverage
import msgspec
import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).parents[1]

SECONDS = 10
"""Of the processor, for one case: a mutant that runs longer hangs, and a hang is found out by every test run."""

LIKELY = 20
"""Cases asked before the direct tests: those that found the mutants before."""

DIRECT = (
    *("appended", "bounds", "census", "cms", "corners", "der", "document"),
    *("edges", "encryption", "fuzzed", "parts", "readers", "sight", "syntax", "updates", "wild", "xref"),
)
"""The tests that ask the engine's rooms directly; those that start a gateway are left out."""
BOUNDS = "test_bounds.py::"
"""Asked first about a value that stands in a module: every case and every direct test would be asked otherwise."""
CODES = ("documents", "glance", "qr", "scan")
"""The direct tests of the rooms that read a QR code; what they draw at random is the same at every run."""

READERS = frozenset(
    {"appended", "attachment", "byterange", "census", "cms", "der", "document", "drawn", "encryption", "fields"}
    | {"identifiers", "leftovers", "pdf", "record", "references", "revisions", "structure", "syntax", "updates", "xref"}
)
"""Modules that run while a file is read: their mutants read the files of the table anew."""
SEARCHED = frozenset({"cms", "der", "identifiers", "path"})
"""Modules that search paths: their mutants search anew."""
DRAWN = frozenset({"glance", "picture", "profiles", "qr", "scan"})
"""Modules that look for codes: their mutants look anew."""
DATA = frozenset({"__init__", "checks", "evidence", "policy", "report", "story", "subject", "trust"})
"""Modules of types and tables, without a decision of their own to mutate."""
QR = frozenset({"cbor", "claims", "code", "documents", "envelope", *DRAWN})
"""Modules that run while paper is read: their mutants read it anew."""

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

    No lines: it is not inside a function, and may matter wherever the module is asked.
    """

    line: int
    column: int
    what: str
    lines: frozenset[int]
    tree: ast.Module


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
            at: Any = node.target if isinstance(node, ast.comprehension) else node
            yield Mutant(at.lineno, at.col_offset, what, lines[id(node)], ast.fix_missing_locations(mutated))


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


def installed(mutant: Mutant, module: ModuleType) -> bool | None:  # noqa: C901 - one story
    """Put what a mutant changes in the place of the original, wherever the original is used.

    False: nothing differs. None: such a module cannot be loaded, which every test finds out.
    """
    made, code = ModuleType(module.__name__), compile(mutant.tree, str(module.__file__), "exec")
    try:
        exec(code, made.__dict__)  # noqa: S102 - our own source, one operator changed
    except Exception:  # noqa: BLE001 - whatever it breaks with
        return None
    other, own = dict(_functions(made)), dict(_functions(module))
    changed = 0
    for name, function in own.items():
        wanted = other[name]
        for part in ("__code__", "__defaults__", "__kwdefaults__"):
            if getattr(function, part) != getattr(wanted, part):
                if part == "__code__":
                    _renew(function.__code__, wanted.__code__)
                setattr(function, part, getattr(wanted, part))
                changed += 1
    for name in [] if mutant.lines else list(_standing(module, made, mutant.tree)):
        for one in list(sys.modules.values()):
            if getattr(one, "__dict__", {}).get(name) is module.__dict__[name] and one is not module:
                setattr(one, name, made.__dict__[name])
        changed += 1
        setattr(module, name, made.__dict__[name])
    for one in vars(module).values():
        if hasattr(one, "cache_clear"):
            one.cache_clear()
    return bool(changed)


def _functions(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """Every function of a module and of its classes, by its qualified name, as it stands behind its decorators."""
    found = list(vars(module).values())
    found += [one for kind in found if isinstance(kind, type) for one in vars(kind).values()]
    for one in found:
        bare = one.fget if isinstance(one, property) else getattr(one, "__wrapped__", getattr(one, "__func__", one))
        if isinstance(bare, FunctionType) and bare.__module__ == module.__name__:
            yield bare.__qualname__, bare


def _renew(old: CodeType, new: CodeType) -> None:
    """Give the functions that a function has made, and that are kept, their new code too."""
    inner = [[one for one in code.co_consts if isinstance(one, CodeType)] for code in (old, new)]
    renewed = {before: after for before, after in zip(*inner, strict=True) if before != after}
    gc.unfreeze()
    for one in gc.get_objects() if renewed else ():
        if isinstance(one, FunctionType) and one.__code__ in renewed:
            one.__code__ = renewed[one.__code__]


def _standing(module: ModuleType, made: ModuleType, tree: ast.Module) -> Iterator[str]:
    """What else stands in a module and differs: values, which follow from each other, and the forms of JSON."""
    for one in tree.body:
        targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
        for name in [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]:
            if repr(module.__dict__[name]) != repr(made.__dict__[name]):
                yield name
    for name, kind in vars(module).items():
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__:
            yield name


@dataclass(frozen=True, slots=True)
class Row:
    """A case of the table with what it builds."""

    name: str
    case: Any
    given: Any

    def right(self) -> bool:
        """Whether the engine gives the expected answer, here and now; a file that was read is not read again."""
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        wanted = self.case.expected
        try:
            evidence = importlib.import_module("world").opened(self.given.pdf)
            judge = importlib.import_module("verify.procedure").judge
            report = judge(evidence, self.given.trust, self.given.policy, self.given.at)
        except Exception:  # noqa: BLE001 - a mutant that breaks is a mutant that is found
            return False
        found = {one.field: (one.conclusion.indication, one.conclusion.sub) for one in report.signatures}
        return bool(
            (report.verdict, report.reasons) == (wanted.verdict, wanted.reasons)
            and {name: found.get(name) for name in wanted.signatures} == wanted.signatures
            and (self.case.shows is None or self.case.shows(report))
        )


class Suite:
    """The table, the direct tests, and which of them run through a line of the engine."""

    def __init__(self) -> None:
        cases = importlib.import_module("cases")
        for module in pkgutil.iter_modules(cases.__path__):
            importlib.import_module(f"cases.{module.name}")
        self.rows = [Row(one.id, one, one.build()) for one in cases.CASES]
        self.files: dict[Any, str] = {}
        self.through: dict[tuple[str, int], set[str]] = {}
        self.times: dict[str, float] = {}
        self.items: dict[str, pytest.Item] = {}

    def run(self, then: Callable[[], None]) -> None:
        """Ask everything once, unchanged, and then go on while the direct tests are at hand.

        Raises RuntimeError if something fails.
        """
        self._then = then
        self._coverage = coverage.Coverage(data_file=None, include=[str(ROOT / "verify" / "*")], config_file=False)
        self._coverage.start()
        self._ask_rows()
        files = [str(ROOT / "tests" / f"test_{one}.py") for one in (*DIRECT, *CODES)]
        plain = ["-x", "-q", "-s", f"--rootdir={ROOT}", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain"]
        if pytest.main([*plain, *files], [self]):
            raise RuntimeError("the direct tests fail unchanged")

    def _remember(self) -> None:
        """What was read and looked at is not again, but for mutants on its way."""
        self._documents = importlib.import_module("verify.documents")
        self._looked = {name: getattr(self._documents, name) for name in ("open_pdf", "scan_pages", "scan_picture")}
        for name, looks in self._looked.items():
            setattr(self._documents, name, cache(looks))
        importlib.import_module("world").opened.cache_clear()
        for row in self.rows:
            row.right()
        signal.setitimer(signal.ITIMER_PROF, 0)
        gc.freeze()  # what is never touched stays shared with the forks

    def _ask_rows(self) -> None:
        opened = importlib.import_module("world").opened
        opened.cache_clear()
        for row in self.rows:
            name = self.files.setdefault((type(row.given.pdf), row.given.pdf), f"reading {row.name}")
            self._coverage.switch_context(name)
            forget()
            opened(row.given.pdf)
            self._coverage.switch_context(row.name)
            forget()
            if not row.right():
                raise RuntimeError(f"{row.name} fails unchanged")
        signal.setitimer(signal.ITIMER_PROF, 0)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """When all tests have run, the mutants are asked: nothing is to be collected again."""
        ended = yield
        self._coverage.stop()
        data = self._coverage.get_data()
        for file in data.measured_files():
            for line, names in data.contexts_by_lineno(file).items():
                self.through[Path(file).stem, line] = set(names)
        quickest = sorted(session.items, key=lambda item: self.times.get(item.nodeid, 0))
        self.items = {item.nodeid: item for item in quickest}
        if not session.testsfailed:
            self._remember()
            self._then()
        return ended

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Tell one direct test from another, whatever was read before it."""
        self._coverage.switch_context(item.nodeid)
        forget()
        importlib.import_module("world").opened.cache_clear()
        begin = time.process_time()
        try:
            return (yield)
        finally:
            self.times[item.nodeid] = time.process_time() - begin

    def _failed(self, wanted: Callable[[str], bool]) -> bool:
        """Whether any direct test fails here and now, the quickest first."""
        asked = (item for name, item in self.items.items() if wanted(name))
        return any(report.failed for item in asked for report in runtestprotocol(item, log=False, nextitem=None))

    def _reached(self, mutant: Mutant, name: str) -> set[str]:
        """Which cases and tests run through the statement of a mutant: any at all of one that stands in the module."""
        places = (
            place for place in self.through if place[0] == name and (place[1] in mutant.lines or not mutant.lines)
        )
        return set().union(*(self.through[place] for place in places))

    def finder(self, mutant: Mutant, name: str) -> int:
        """Who finds a mutant in this process: the number of a row, `BY_TESTS`, or nobody: `SURVIVED`."""
        forget(paths=name in SEARCHED)
        if name in DRAWN | READERS:
            vars(self._documents).update(self._looked)
        differs = installed(mutant, importlib.import_module(f"verify.{name}"))
        if not differs:
            return BY_TESTS if differs is None else SURVIVED

        signal.setitimer(signal.ITIMER_PROF, 12 * SECONDS)
        if not mutant.lines and self._failed(lambda name: BOUNDS in name):
            return BY_TESTS
        reads = name in READERS | QR
        if reads:
            importlib.import_module("world").opened.cache_clear()
        reached = self._reached(mutant, name)
        asked = [
            index
            for index, row in enumerate(self.rows)
            if row.name in reached or (reads and self.files[type(row.given.pdf), row.given.pdf] in reached)
        ]
        for index in asked[:LIKELY]:
            if not self.rows[index].right():
                return index
        signal.setitimer(signal.ITIMER_PROF, 12 * SECONDS)
        if self._failed(lambda name: not mutant.lines or name in reached):  # a constant may be asked for as it stands
            return BY_TESTS
        return next((index for index in asked[LIKELY:] if not self.rows[index].right()), SURVIVED)


def forget(*, paths: bool = True) -> None:
    """The engine keeps what it has read, and the paths that it searched; a mutant is to be asked, not remembered."""
    modules = {name: module for name, module in sys.modules.items() if name.startswith("verify.")}
    for name, module in modules.items():
        for one in [*vars(module).values()] if name != "verify.path" or paths else ():
            if hasattr(one, "cache_clear") and one.__module__ == name:
                one.cache_clear()


SURVIVED = -1
BY_TESTS = -2
"""What a child says in place of the number of the row that found the mutant."""


def in_child(task: Callable[[], int]) -> int:
    """What a task says in a fork; `BY_TESTS` if it runs too long. Raises RuntimeError if it breaks."""
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        with open(os.devnull, "w") as nothing:  # noqa: PTH123 - a device
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        try:
            os.write(sender, str(task()).encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(sender)
    with os.fdopen(receiver, "rb") as heard:
        answer = heard.read()
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("a mutant was not asked")
    return int(answer) if answer else BY_TESTS


def main() -> None:
    """Run all mutants of the modules asked for, and print those that survive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--every", type=int, default=1)
    wanted = parser.parse_args()
    names = wanted.modules or sorted(one.stem for one in (ROOT / "verify").glob("*.py") if one.stem not in DATA)
    sys.path.insert(0, str(ROOT / "tests"))
    os.environ["CI"] = "1"  # the same examples at every run
    suite = Suite()
    suite.run(partial(survivors, suite, names, wanted.every))


def survivors(suite: Suite, names: Sequence[str], every: int) -> None:
    """Ask every mutant of some modules, and print those that nobody finds."""
    tried = direct = alive = 0
    begin = time.monotonic()
    for name in names:
        source = (ROOT / "verify" / f"{name}.py").read_text()
        for mutant in list(mutants(source))[::every]:
            tried += 1
            number = in_child(partial(suite.finder, mutant, name))
            if number >= 0:
                suite.rows.insert(0, suite.rows.pop(number))  # what found one mutant of a function finds the next
            elif number == BY_TESTS:
                direct += 1
            else:
                alive += 1
                shown = source.splitlines()[mutant.line - 1].strip()
                place = f"verify/{name}.py:{mutant.line}:{mutant.column}"
                print(f"survived: {place} {mutant.what}: {shown}", flush=True)
        counts = f"{tried} mutants so far, {direct} found by direct tests, {alive} survived"
        print(f"{name}: {counts}, {time.monotonic() - begin:.0f} s", flush=True)
    print(f"{tried} mutants, {alive} survived ({100 * alive / max(tried, 1):.1f} %)")


if __name__ == "__main__":
    main()
