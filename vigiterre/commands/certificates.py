"""`vigiterre devices certificates`: what devices that can hold a key get into the broker with."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from dashboards.console.accounts.accounts import Accounts
from vigiterre.certificates.authority import Authority, fingerprint_of, pem
from vigiterre.certificates.errors import CertificateRefused
from vigiterre.certificates.handing_over import KEY, folder_of, key_at
from vigiterre.certificates.key_file import PLACE, private_pem
from vigiterre.certificates.register import Issued, Register
from vigiterre.certificates.request import requested_key
from vigiterre.commands.alerts_options import JsonOption
from vigiterre.commands.broker_plan import applied_or_due, key_of
from vigiterre.commands.credentials import ApplyOption, chosen, inventory, noted, selection
from vigiterre.commands.options import gathered
from vigiterre.commands.users import opened, show
from vigiterre.credentials.selection import Selection
from vigiterre.moment import now_ms
from vigiterre.settings import secret
from vigiterre.shell import Shell, shown_time

app = typer.Typer(
    help="Certificats des capteurs qui gardent une clé · Certificates of devices that can hold a key",
    no_args_is_help=True,
)

OutOption = Annotated[Path, typer.Option("--out", help="dossier nouveau, mode 0700 · new folder")]
CsrOption = Annotated[
    Path | None,
    typer.Option("--csr", help="demande du capteur, ou dossier de ID.csr · the device's request, or folder of ID.csr"),
]
RenewalOption = Annotated[
    bool, typer.Option("--renewal", help="un de plus ; l'ancien vaut encore · one more; the one before stays good")
]
OlderOption = Annotated[
    bool, typer.Option("--older", help="tous sauf le dernier de chacun · all but the newest of each")
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="une autre ; les certificats ne valent plus rien · another one; they end")
]


class Made(NamedTuple):
    """A certificate, and its key where it was made here."""

    name: str
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | None

    def files(self) -> dict[str, str]:
        files = {f"{self.name}.pem": pem(self.certificate)}
        return files if self.key is None else {**files, f"{self.name}{KEY}": private_pem(self.key, None)}


@app.command()
def init(context: typer.Context, replace: ReplaceOption = False, apply: ApplyOption = False) -> None:
    """Fait l'autorité qui signe les certificats des capteurs · Makes the authority that signs devices' certificates."""
    shell: Shell = context.obj
    settings = shell.settings()
    place = settings.authority.key_file or settings.data_dir / PLACE
    with at_work(shell) as (people, register):
        register.check_room(replace=replace)
        now = now_ms()
        made = Authority.founded(now)
        key = private_pem(made.key, secret(settings.authority.passphrase, settings.authority.passphrase_file))
        with key_at(place, key, replace=replace):
            gone = register.found(
                made.certificate, lambda serials, number: made.revocations(serials, number, now), now, replace=replace
            )
        noted(people, "devices certificates init", gone, f"authority={fingerprint_of(made.certificate)}")
    shell.tell("certificates_founded", file=place)
    if gone:
        shell.tell("certificates_replaced", count=len(gone))
    if gone or apply:
        applied_or_due(shell, apply=apply)


@app.command()
@gathered("wanted", selection)
def create(
    context: typer.Context,
    out: OutOption,
    wanted: Selection,
    csr: CsrOption = None,
    renewal: RenewalOption = False,
    apply: ApplyOption = False,
) -> None:
    """Donne un certificat à des capteurs · Gives devices a certificate."""
    shell: Shell = context.obj
    names = chosen(shell, wanted)
    with at_work(shell) as (people, register):
        now = now_ms()
        authority, length = key_of(shell.settings())(register.signed().certificate), timedelta(days=days_of(shell))
        made = [signed(authority, name, request_of(csr, name, names), now, length) for name in names]
        files: Mapping[str, str] = {file: text for one in made for file, text in one.files().items()}
        with folder_of(out, files):
            register.add([(one.name, one.certificate) for one in made], now, renewal=renewal)
        noted(people, "devices certificates create", names)
    ends = min(one.certificate.not_valid_after_utc for one in made)
    said = "certificates_written" if csr is None else "certificates_signed"
    shell.tell(said, count=len(made), folder=out, ends=f"{ends:%Y-%m-%d}")
    applied_or_due(shell, apply=apply)


@app.command()
@gathered("wanted", selection)
def revoke(context: typer.Context, wanted: Selection, older: OlderOption = False, apply: ApplyOption = False) -> None:
    """Révoque les certificats de capteurs · Revokes the certificates of devices."""
    shell: Shell = context.obj
    with at_work(shell) as (people, register):
        now, signed = now_ms(), register.signed()
        names = wanted.names(inventory(shell), {one.name for one in signed.issued})
        authority = key_of(shell.settings())(signed.certificate)
        gone = register.revoke(
            names, lambda serials, number: authority.revocations(serials, number, now), now, older=older
        )
        noted(people, "devices certificates revoke", names, "older" if older else "")
    shell.tell("certificates_revoked", count=len(gone))
    applied_or_due(shell, apply=apply)


@app.command("list")
def list_certificates(context: typer.Context, as_json: JsonOption = False) -> None:
    """Liste les certificats des capteurs · Lists devices' certificates."""
    shell: Shell = context.obj
    registry, now = inventory(shell), now_ms()
    with shell.failing(), closing(Register(shell.data_dir())) as register:
        rows = [described(one, now, here=one.name in registry.devices) for one in register.all()]
    if not as_json:
        rows = [{**row, "state": shell.say(f"state_{row['state']}")} for row in rows]
    show(shell, rows, as_json=as_json, nothing="no_certificate")


@contextmanager
def at_work(shell: Shell) -> Iterator[tuple[Accounts, Register]]:
    """As `vigiterre.commands.credentials.at_work`."""
    with opened(shell) as people, closing(Register(shell.data_dir())) as register:
        yield people, register


def days_of(shell: Shell) -> int:
    return shell.settings().authority.days


def request_of(csr: Path | None, name: str, names: list[str]) -> Path | None:
    """The file in which a device asks. Raises CertificateRefused for one file and several devices."""
    if csr is None or csr.is_dir():
        return csr and csr / f"{name}.csr"
    if len(names) > 1:
        raise CertificateRefused("requests_folder", file=csr)
    return csr


def signed(authority: Authority, name: str, request: Path | None, now: int, length: timedelta) -> Made:
    """Of the device's own key, or of one that is made here. Raises CertificateRefused, OSError."""
    if request is not None:
        return Made(name, authority.issue(name, requested_key(request, name), now, length), None)
    key = ec.generate_private_key(ec.SECP256R1())
    return Made(name, authority.issue(name, key.public_key(), now, length), key)


def described(one: Issued, now: int, *, here: bool) -> dict[str, Any]:
    """What `list --json` gives."""
    state = "in_force" if here else "gone"
    if one.ends <= now:
        state = "ended"
    return {
        "name": one.name,
        "state": "revoked" if one.revoked is not None else state,
        "ends": shown_time(one.ends),
        "issued": shown_time(one.issued),
        "revoked": None if one.revoked is None else shown_time(one.revoked),
        "serial": one.serial,
        "fingerprint": one.fingerprint,
    }
