"""`vigiterre check`: read everything, report every error, exit 1 if there is any."""

import time
from pathlib import Path
from typing import Annotated

import typer

from devices.errors import ConfigError
from devices.problems import Bilingual, Problem
from ingest.broker import Broker, tls_context
from ingest.trouble import InvalidBroker, LinkDown
from stores.open import StoreUrlError, open_store
from vigiterre.configuration import examine
from vigiterre.only import Only, unfit
from vigiterre.settings import Settings, secret, wrong_setting
from vigiterre.shell import Shell
from vigiterre.tls.pair import Unusable, cautions, load, pair_of

SETTING_OF = {"client_id": "mqtt.client_id", "tls_pair": "mqtt.cert_file", "tls_file": "mqtt.ca_file"}
"""Code of a trouble -> the setting to correct, where it is not mqtt.url."""


def check(
    context: typer.Context,
    only: Annotated[Only | None, typer.Option(help="comme pour run · as for run")] = None,
) -> None:
    """Vérifie toute la configuration, sans rien démarrer · Checks the whole configuration, starts nothing."""
    shell: Shell = context.obj
    settings, registry, problems = examine(shell.folder)
    if settings is not None:
        problems += unusable(settings, shell.folder)
        problems += unfit(settings) if only is not None else []
    with shell.failing():
        if problems:
            raise ConfigError(problems)
    assert registry is not None
    assert settings is not None
    for words in doubts(settings):
        shell.tell("cautioned", words=words)
    shell.tell("checked", devices=len(registry.devices), models=len(registry.models), n=len(registry.quantities))


def unusable(settings: Settings, folder: Path) -> list[Problem]:
    """Settings that are well formed and still no use: URLs, passwords, certificates. Nothing is contacted."""
    problems: list[Problem] = []
    mqtt, store = settings.mqtt, settings.store
    for given in (mqtt, store):
        try:
            secret(given.password, given.password_file)
        except ConfigError as error:
            problems += error.problems
    try:
        open_store(settings.store_url, None).close()
    except StoreUrlError as error:
        problems.append(wrong_setting(folder, "store.url", error))
    try:
        topics = (f"{mqtt.root}/#",)
        tls_context(
            Broker(mqtt.url, mqtt.client_id, topics, mqtt.share, None, mqtt.ca_file, mqtt.cert_file, mqtt.key_file)
        )
    except (InvalidBroker, LinkDown) as error:
        problems.append(wrong_setting(folder, SETTING_OF.get(error.trouble.code, "mqtt.url"), error))
    try:
        shown = pair_of(settings.console)
        if shown is not None:
            load(shown)
    except Unusable as error:
        problems.append(wrong_setting(folder, error.setting, error))
    return problems


def doubts(settings: Settings) -> list[Bilingual]:
    """What does not keep it from running, and is wrong."""
    pair = pair_of(settings.console)
    return [] if pair is None else cautions(pair, load(pair).certificate, time.time())
