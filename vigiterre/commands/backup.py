"""`vigiterre backup` and `vigiterre restore`: an installation in one file, and back."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from devices.schema import RAW, ROLLUP
from stores.open import open_store
from stores.sqlite import SqliteStore
from vigiterre.backup.manifest import Manifest
from vigiterre.backup.problems import BackupError
from vigiterre.backup.restoring import Choice, Restored, Restoring
from vigiterre.backup.sealing import SEALED
from vigiterre.backup.taking import Taking, Wish
from vigiterre.backup.tally import Compared
from vigiterre.backup.texts import said
from vigiterre.backup.unsealing import open_secrets
from vigiterre.backup.verifying import verify
from vigiterre.commands.ask import progress
from vigiterre.commands.backup_keys import IdentityFile, PassphraseFile, Recipients, key_given, lock_given
from vigiterre.doctor.finding import size
from vigiterre.moment import now_ms
from vigiterre.settings import Settings
from vigiterre.shell import FAILED, Misuse, Shell, print_json, print_table, read_span, shown_time

MEBIBYTE = 2**20
STANDARD = Path("-")
SHOWN = 200
"""Series in a table; --json has all of them."""


def backup(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="archive à écrire, - : sortie standard · to write, -: stdout")
    ],
    start: Annotated[
        str | None, typer.Option("--from", help="InfluxDB : mesures depuis · InfluxDB: readings since")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="InfluxDB : mesures avant · InfluxDB: readings before")
    ] = None,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="clés et mots de passe aussi, chiffrés · secrets too, encrypted")
    ] = False,
    passphrase_file: PassphraseFile = None,
    recipient: Recipients = None,
) -> None:
    """Sauvegarde tout dans un fichier, même en marche · Backs up all of it into one file, also while it runs."""
    shell: Shell = context.obj
    settings = shell.settings()
    shell.data_dir()
    with shell.failing():
        wish = Wish(*read_span(("--from", start), ("--to", end)))
        refuse_misuse(settings, shell.folder, file, wish)
        wish = wish._replace(lock=lock_given(shell, passphrase_file, recipient or (), wanted=with_secrets))
        with written(file) as (out, beside), told(shell, "backing_up") as count:
            made = Taking(settings, shell.folder, out, now_ms(), beside=beside, wish=wish, told=count).run()
    tell_made(shell, file, made)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="archive")],
    only_verify: Annotated[
        bool, typer.Option("--verify", help="vérifie seulement, n'écrit rien · only verifies, writes nothing")
    ] = False,
    with_config: Annotated[
        bool, typer.Option("--with-config", help="le dossier de configuration aussi · the configuration folder too")
    ] = False,
    without_readings: Annotated[
        bool, typer.Option("--without-readings", help="la base reste comme elle est · the store stays as it is")
    ] = False,
    passphrase_file: PassphraseFile = None,
    identity_file: IdentityFile = None,
    without_secrets: Annotated[
        bool, typer.Option("--without-secrets", help="laisse les secrets chiffrés · leaves the encrypted secrets")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="comparaison en tableau JSON · comparison as JSON array")
    ] = False,
) -> None:
    """Restaure une sauvegarde dans un endroit vide · Restores a backup into an empty place."""
    shell: Shell = context.obj
    if only_verify:
        with shell.failing():
            key = key_given(shell, file, passphrase_file, identity_file, without=without_secrets, asking=False)
            with told(shell, "verifying") as count:
                found = verify(file, count)
            secrets = open_secrets(file, found, key) if key else None
        say(
            shell,
            "verified",
            path=file,
            files=len(found.files),
            created=shown_time(found.created),
            program=found.program,
        )
        if secrets:
            say(shell, "secrets_open", files=len(secrets.manifest.files))
        return
    with shell.failing():
        key = key_given(shell, file, passphrase_file, identity_file, without=without_secrets)
        choice = Choice(with_config, not without_readings, not without_secrets, key)
        with told(shell, "restoring") as count:
            restored = Restoring(file, shell.folder, choice, now_ms(), count).run()
    show_compared(shell, restored, as_json=as_json)
    tell_restored(shell, restored)
    if not restored.equal:
        raise typer.Exit(FAILED)


def refuse_misuse(settings: Settings, folder: Path, file: Path, wish: Wish) -> None:
    """Raises BackupError, Misuse."""
    if file == STANDARD and sys.stdout.isatty():
        raise BackupError("to_terminal")
    for place in (settings.data_dir, folder):
        if file != STANDARD and file.absolute().resolve().is_relative_to(place.absolute().resolve()):
            raise BackupError("inside", path=file, folder=place)
    store = open_store(settings.store_url, None, read_only=True)
    store.close()
    if isinstance(store, SqliteStore) and (wish.start is not None or wish.end is not None):
        raise Misuse(said("span_needs_influxdb"))


@contextmanager
def written(file: Path) -> Iterator[tuple[BinaryIO, Path | None]]:
    """Where to write, and where there is room beside: a file appears whole and private, or not at all."""
    if file == STANDARD:
        yield sys.stdout.buffer, None
        return
    new = file.with_name(f".{file.name}.{os.getpid()}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out, file.absolute().parent
            out.flush()
            os.fsync(descriptor)
        new.replace(file)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


@contextmanager
def told(shell: Shell, key: str) -> Iterator[Callable[[int], None]]:
    """A progress bar of MiB."""
    with progress() as bar:
        task = bar.add_task(f"{said(key).text(shell.language)} (Mio)")
        yield lambda count: bar.advance(task, count / MEBIBYTE)


def say(shell: Shell, key: str, **facts: object) -> None:
    """On standard error: standard output is for results."""
    typer.echo(said(key, **facts).text(shell.language), err=True)


def tell_made(shell: Shell, file: Path, made: Manifest) -> None:
    times = {policy: sum(one.times for one in made.series if one.policy == policy) for policy in (RAW, ROLLUP)}
    total = size(sum(entry.size for entry in made.files))
    say(
        shell,
        "backed_up",
        path=file,
        size=total.fr if shell.language == "fr" else total.en,
        files=len(made.files),
        times=times[RAW],
        hours=times[ROLLUP],
        series=len({one.series for one in made.series}),
    )
    if any(entry.path == SEALED for entry in made.files):
        say(shell, "secrets_sealed")
    if made.left_out:
        say(shell, "left_out", names=", ".join(made.left_out))


def show_compared(shell: Shell, restored: Restored, *, as_json: bool) -> None:
    if as_json:
        print_json([compared_row(one) for one in restored.compared])
        return
    if not restored.compared:
        return
    columns = ("policy", "series", "kept", "found", "checksum", "verdict")
    chosen = sorted(restored.compared, key=lambda one: one.equal)[:SHOWN]
    print_table(
        [said(f"column_{name}").text(shell.language) for name in columns],
        [
            (
                one.policy,
                " ".join(filter(None, one.series)),
                one.kept.values if one.kept else "-",
                one.found.values if one.found else "-",
                " ".join(sorted({side.checksum[:8] for side in (one.kept, one.found) if side})),
                said("equal" if one.equal else "different").text(shell.language),
            )
            for one in chosen
        ],
    )


def compared_row(one: Compared) -> dict[str, object]:
    return {
        "policy": one.policy,
        **one.series._asdict(),
        **{
            f"{side}_{name}": getattr(entry, name) if entry else None
            for side, entry in (("backup", one.kept), ("store", one.found))
            for name in ("times", "values", "checksum")
        },
        "equal": one.equal,
    }


def tell_restored(shell: Shell, restored: Restored) -> None:
    made = restored.manifest
    files = sum(entry.path.startswith("data/") for entry in made.files)
    say(shell, "restored", folder=restored.data_dir, files=files, created=shown_time(made.created))
    if restored.expired:
        say(shell, "expired", count=restored.expired)
    total, differing = len(restored.compared), sum(not one.equal for one in restored.compared)
    if not total:
        say(shell, "state_only")
    elif restored.equal:
        say(shell, "all_equal", series=total)
    else:
        say(shell, "not_equal", series=total, differing=differing, refused=restored.refused)
