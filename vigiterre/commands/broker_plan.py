"""What commands that change the broker's files share: what these are made of, and that they are put in force."""

from urllib.parse import unquote, urlsplit

from ingest.load import load_territory
from vigiterre.broker_config import applying
from vigiterre.broker_config.probe import Login
from vigiterre.broker_config.proof import OpenAuthority
from vigiterre.broker_config.render import Blueprint, blueprint
from vigiterre.certificates.authority import Authority
from vigiterre.certificates.key_file import PLACE, opened
from vigiterre.certificates.register import signed_in
from vigiterre.credentials.file import accounts_in
from vigiterre.moment import now_ms
from vigiterre.settings import Settings, secret
from vigiterre.shell import Shell


def plan_of(shell: Shell) -> Blueprint:
    settings, data_dir = shell.settings(), shell.data_dir()
    with shell.failing():
        territory = load_territory(shell.folder, settings.mqtt.root)
        known = accounts_in(data_dir), signed_in(data_dir)
        return blueprint(settings, territory.registry, territory.sources, *known, now_ms())


def our_login(settings: Settings) -> Login:
    """How Vigiterre gets in. Raises ConfigError."""
    user = urlsplit(settings.mqtt.url).username
    return Login(unquote(user) if user else None, secret(settings.mqtt.password, settings.mqtt.password_file))


def key_of(settings: Settings) -> OpenAuthority:
    """What opens the authority of devices' certificates, once it is needed and if its key is here."""

    def open_it(certificate: str) -> Authority:
        given = settings.authority
        phrase = secret(given.passphrase, given.passphrase_file)
        return opened(certificate, given.key_file or settings.data_dir / PLACE, phrase)

    return open_it


def apply_now(shell: Shell, *, signal: bool = True) -> None:
    """Write, and unless `signal` is False put in force and prove; whatever fails is said, and changes nothing."""
    plan = plan_of(shell)
    with shell.failing():
        ours = our_login(plan.settings)
        key = key_of(plan.settings)
        done = applying.apply(plan, ours, now_ms(), key) if signal else applying.write(plan, ours)
    for doubt in done.doubts:
        shell.tell("broker_doubt", doubt=doubt)
    facts = {"accounts": done.accounts, "changed": len(done.changed), "folder": plan.settings.broker.folder}
    shell.tell("broker_applied" if signal else "broker_written", **facts)


def applied_or_due(shell: Shell, *, apply: bool) -> None:
    if apply:
        apply_now(shell)
    else:
        shell.tell("apply_due")
