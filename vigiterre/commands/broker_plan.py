"""What commands that change the broker's files share: what these are made of, and that they are put in force."""

from urllib.parse import unquote, urlsplit

from ingest.load import load_territory
from vigiterre.broker_config import applying
from vigiterre.broker_config.probe import Login
from vigiterre.broker_config.render import Blueprint, blueprint
from vigiterre.credentials.file import accounts_in
from vigiterre.service import now_ms
from vigiterre.settings import Settings, secret
from vigiterre.shell import Shell


def plan_of(shell: Shell) -> Blueprint:
    settings, data_dir = shell.settings(), shell.data_dir()
    with shell.failing():
        territory = load_territory(shell.folder, settings.mqtt.root)
        return blueprint(settings, territory.registry, territory.sources, accounts_in(data_dir))


def our_login(settings: Settings) -> Login:
    """How Vigiterre gets in. Raises ConfigError."""
    user = urlsplit(settings.mqtt.url).username
    return Login(unquote(user) if user else None, secret(settings.mqtt.password, settings.mqtt.password_file))


def apply_now(shell: Shell, *, signal: bool = True) -> None:
    """Write, and unless `signal` is False put in force and prove; whatever fails is said, and changes nothing."""
    plan = plan_of(shell)
    with shell.failing():
        ours = our_login(plan.settings)
        done = applying.apply(plan, ours, now_ms()) if signal else applying.write(plan, ours)
    facts = {"accounts": done.accounts, "changed": len(done.changed), "folder": plan.settings.broker.folder}
    shell.tell("broker_applied" if signal else "broker_written", **facts)


def applied_or_due(shell: Shell, *, apply: bool) -> None:
    if apply:
        apply_now(shell)
    else:
        shell.tell("apply_due")
