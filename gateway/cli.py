"""The command line.

What is answered goes to standard output, progress and refusals to standard error. Exit codes: 0 done (and all well),
1 done and not all well, 2 could not be done. Every command imports what it needs when it runs: a worker process loads
this module too, and must stay small.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gateway import remote, settings, workshop

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gateway.settings import Settings

DONE, NOT_WELL, NOT_DONE = 0, 1, 2

HOST = "host"
"""Who acts where no officer does: whoever has the machine."""


class CannotRun(Exception):  # noqa: N818 - a sentence for the operator, exit code 2
    """Why a command could not be run, in one sentence."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    try:
        code: int = asked.run(asked, settings.read(os.environ))
    except (settings.SettingError, CannotRun) as why:
        print(why, file=sys.stderr)
        return NOT_DONE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return code


def serve(_: argparse.Namespace, chosen: Settings) -> int:
    """Serve until SIGTERM or SIGINT."""
    _kindle()
    with _registry(chosen) as engine:
        return _serve(chosen, engine)


def _serve(chosen: Settings, engine: Engine) -> int:
    from gateway import app, server  # noqa: PLC0415
    from issuers import snapshot  # noqa: PLC0415
    from verify.trust import Names  # noqa: PLC0415

    try:
        sock = server.listen(chosen.host, chosen.port)
    except OSError as error:
        raise CannotRun(f"Cannot listen on {chosen.host}:{chosen.port}: {os.strerror(error.errno or 0)}.") from None
    chosen = settings.bound(chosen, sock.getsockname()[1])
    try:
        application = app.build(chosen, engine, synthetic=snapshot.read(engine, Names()).synthetic)
    except (OSError, ValueError) as error:
        sock.close()
        raise CannotRun(f"The receipt key in {chosen.data_dir} cannot be used: {error}.") from None
    print(f"Listening on {settings.address(chosen)}", flush=True)
    if not server.run(application, sock):
        raise CannotRun("The service did not start; what is missing stands above.")
    return DONE


def migrate(_: argparse.Namespace, chosen: Settings) -> int:
    """Bring the tables to this version."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    from issuers import store  # noqa: PLC0415

    engine = _connect(chosen)
    try:
        store.migrate(engine)
    except DBAPIError as error:
        raise CannotRun(f"The registry cannot be reached: {type(error.orig).__name__}.") from None
    finally:
        engine.dispose()
    return DONE


def show_settings(asked: argparse.Namespace, chosen: Settings) -> int:
    """List every setting with its value."""
    rows = settings.describe(chosen)
    if asked.json:
        _print_json([{"name": n, "value": v, "default": d, "sentence": s} for n, v, d, s in rows])
        return DONE
    for name, value, _, sentence in rows:
        print(f"{name}={value}\n    {sentence}")
    return DONE


def init(asked: argparse.Namespace, chosen: Settings) -> int:
    """Make the root issuer of a new registry."""
    from issuers import registry, store  # noqa: PLC0415
    from issuers.refusals import Refusal  # noqa: PLC0415

    try:
        with _registry(chosen) as engine, store.writing(engine) as connection:
            registry.initialise(connection, asked.code, asked.name, actor=HOST, at=datetime.now(UTC))
    except Refusal as refusal:
        return _refused(refusal)
    print(f"{asked.code} {asked.name}")
    return DONE


def add_officer(asked: argparse.Namespace, chosen: Settings) -> int:
    """Add an officer on the host; prints the token once."""
    from gateway import tokens  # noqa: PLC0415
    from issuers import officers, store  # noqa: PLC0415
    from issuers.refusals import Refusal  # noqa: PLC0415

    token = tokens.new()
    role = officers.OfficerRole(asked.role)
    try:
        with _registry(chosen) as engine, store.writing(engine) as connection:
            officer = officers.add(
                connection, asked.issuer, asked.name, role, token.sha256, actor=HOST, at=datetime.now(UTC)
            )
    except Refusal as refusal:
        return _refused(refusal)
    if asked.json:
        _print_json({"officer": officer, "issuer": asked.issuer, "role": role.value, "token": token.secret})
    else:
        print(token.secret)
        print(f"Officer {officer} of {asked.issuer}, {role.value}. The token is shown this once.", file=sys.stderr)
    return DONE


def new_token(asked: argparse.Namespace, _: Settings) -> int:
    """Make a token, on its owner's own machine."""
    from gateway import tokens  # noqa: PLC0415

    token = tokens.new()
    made = {"token": token.secret, "sha256": token.sha256, "fingerprint": tokens.fingerprint(token.sha256)}
    if asked.json:
        _print_json(made)
    else:
        for name, value in made.items():
            print(f"{name:12}{value}")
    return DONE


def verify(asked: argparse.Namespace, chosen: Settings) -> int:
    """Verify files on this machine, by the same path as over HTTP."""
    missing = [path for path in asked.files if not path.is_file()]
    if missing:
        raise CannotRun(f"No such file: {missing[0]}")
    _kindle()
    from gateway import files  # noqa: PLC0415

    with _registry(chosen) as engine:
        answers = asyncio.run(files.verify_all(asked.files, engine, chosen, _Progress(len(asked.files))))
    for path, answer in zip(asked.files, answers, strict=True):
        if asked.json:
            _print_json(answer.document)
        else:
            print(f"{path}: {answer.line}")
    return max(answer.code for answer in answers)


def sample(asked: argparse.Namespace, _: Settings) -> int:
    """Make a synthetic world."""
    from issuers import sample as world  # noqa: PLC0415
    from issuers.refusals import Refusal  # noqa: PLC0415

    try:
        world.make(asked.out, seed=asked.seed, progress=lambda step: print(step, file=sys.stderr, flush=True))
    except Refusal as refusal:
        return _refused(refusal)
    except OSError as error:
        raise CannotRun(f"Cannot write to {asked.out}: {error.strerror}.") from None
    print(f"Made in {asked.out}; serve it: DATA_DIR={asked.out} transcript-gateway serve")
    return DONE


def audit(asked: argparse.Namespace, chosen: Settings) -> int:
    """Compare the ledger with the tables."""
    from issuers import audit as auditing  # noqa: PLC0415

    with _registry(chosen) as engine:
        audited = auditing.audit(engine, head=asked.head)
    if asked.json:
        _print_json(audited)
    else:
        for wrong in audited.disagreements:
            print(
                " ".join(str(part) for part in (wrong.fault, wrong.seq, wrong.table, *wrong.row, wrong.column) if part)
            )
        print(f"{audited.events} events, head {audited.head}: {'not ' if audited.disagreements else ''}clean")
    return NOT_WELL if audited.disagreements else DONE


def _kindle() -> None:
    """Have the fork server load the engine while this process loads the rest."""
    from gateway import cells  # noqa: PLC0415

    try:
        cells.kindle()
    except OSError as error:
        raise CannotRun(f"No worker process can be made: {error}.") from None


class _Progress:
    """One line on standard error that counts, where somebody watches."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0

    def __call__(self) -> None:
        self.done += 1
        if self.total > 1 and sys.stderr.isatty():
            end = "\n" if self.done == self.total else "\r"
            print(f"{self.done} of {self.total}", end=end, file=sys.stderr, flush=True)


def _connect(chosen: Settings) -> Engine:
    from issuers import store  # noqa: PLC0415

    chosen.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        return store.connect(chosen.database_url)
    except ModuleNotFoundError as missing:
        raise CannotRun(f"The database's driver is not installed: {missing.name}.") from None


@contextmanager
def _registry(chosen: Settings) -> Iterator[Engine]:
    """The registry, its tables checked; an SQLite file that holds nothing yet is given them.

    Raises CannotRun. A database server's tables are changed by `migrate` alone: others may be using them.
    """
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    from issuers import store  # noqa: PLC0415

    engine = _connect(chosen)
    try:
        try:
            store.check(engine)
        except store.WrongSchema as wrong:
            if wrong.found or engine.dialect.name != "sqlite":
                raise CannotRun(
                    "The registry's tables are of another version: run transcript-gateway migrate."
                ) from None
            store.migrate(engine)
        yield engine
    except DBAPIError as error:
        raise CannotRun(f"The registry cannot be reached: {type(error.orig).__name__}.") from None
    finally:
        engine.dispose()


def _refused(refusal: Exception) -> int:
    print(f"Refused: {refusal.args}", file=sys.stderr)
    return NOT_WELL


def _print_json(value: object) -> None:
    import msgspec  # noqa: PLC0415

    sys.stdout.write(msgspec.json.encode(value, enc_hook=str).decode() + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="transcript-gateway", description=__doc__.splitlines()[0] if __doc__ else "")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, sentence: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=sentence, description=sentence)
        added.set_defaults(run=run)
        return added

    command("serve", serve, "Serve pages and API until SIGTERM or SIGINT.")
    command("migrate", migrate, "Bring the registry's tables to this version.")
    command("settings", show_settings, "List every setting.").add_argument("--json", action="store_true")
    root = command("init", init, "Make the root issuer, once per registry.")
    root.add_argument("--code", required=True)
    root.add_argument("--name", required=True)
    officer = commands.add_parser("officer", help="Officers of an issuer.").add_subparsers(
        required=True, metavar="ACTION"
    )
    adding = officer.add_parser("add", help="Add one on the host; prints the token once; a public event.")
    adding.add_argument("--issuer", required=True, metavar="CODE")
    adding.add_argument("--name", required=True)
    adding.add_argument("--role", choices=["admin", "registrar", "reader"], default="admin")
    adding.add_argument("--json", action="store_true")
    adding.set_defaults(run=add_officer)
    token = commands.add_parser("token", help="Tokens.").add_subparsers(required=True, metavar="ACTION")
    making = token.add_parser("new", help="Make one: prints it, its SHA-256 and an 8-digit fingerprint.")
    making.add_argument("--json", action="store_true")
    making.set_defaults(run=new_token)
    remote.add(commands)
    workshop.add(commands)
    verifying = command("verify", verify, "Verify files: 0 all valid, 1 some not, 2 could not run.")
    verifying.add_argument("files", nargs="+", type=Path, metavar="FILE")
    verifying.add_argument("--json", action="store_true", help="one report a line, in the order of the files")
    synthetic = command("sample", sample, "Make a synthetic world: issuers, keys, transcripts of every verdict.")
    synthetic.add_argument("--out", required=True, type=Path, metavar="DIR")
    synthetic.add_argument("--seed", type=int, help="repeatable names and grades; keys are always fresh")
    auditing = command("audit", audit, "Compare the ledger with the tables: 0 clean, 1 not.")
    auditing.add_argument("--head", help="a ledger head out of any receipt: must be in the ledger")
    auditing.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
