"""`vigiterre doctor`: what is wrong with broker, store, disk, clock and configuration, and how to mend it."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from vigiterre.doctor.alerts import alerts
from vigiterre.doctor.broker import broker
from vigiterre.doctor.certificates import certificates
from vigiterre.doctor.clock import clock, synchronised
from vigiterre.doctor.configuration import configuration
from vigiterre.doctor.disk import disk
from vigiterre.doctor.finding import Finding, error, ok
from vigiterre.doctor.listeners import listeners
from vigiterre.doctor.mosquitto_conf import mosquitto_configuration
from vigiterre.doctor.process import process
from vigiterre.doctor.quarantine import quarantine
from vigiterre.doctor.store import store
from vigiterre.shell import Shell, print_json

LABELS = {
    "fr": {"ok": "bien", "warning": "attention", "error": "ERREUR"},
    "en": {"ok": "ok", "warning": "warning", "error": "ERROR"},
}
CHECKS = {
    "fr": {
        "config": "réglages", "broker": "courtier", "tls": "TLS", "store": "base", "disk": "disque", "clock": "horloge",
        "process": "processus", "quarantine": "quarantaine", "alerts": "alertes",
    },
    "en": {
        "config": "config", "broker": "broker", "tls": "TLS", "store": "store", "disk": "disk", "clock": "clock",
        "process": "process", "quarantine": "quarantine", "alerts": "alerts",
    },
}  # fmt: skip


def doctor(
    context: typer.Context,
    mosquitto_conf: Annotated[
        Path | None, typer.Option(help="mosquitto.conf du courtier local · of the local broker")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="tableau JSON · JSON array")] = False,
) -> None:
    """Dit ce qui ne va pas et comment y remédier, sans rien changer · Says what is wrong and how to mend it."""
    shell: Shell = context.obj
    findings = []
    with shell.failing():  # a file of a newer version: nothing more can be said of this installation
        for finding in examine(shell.folder, mosquitto_conf):
            findings.append(finding)
            if not as_json:
                show(shell, finding)  # at once: a server that does not answer keeps the next finding waiting
    if as_json:
        print_json([finding.row(shell.language) for finding in findings])
    levels = [finding.level for finding in findings]
    shell.tell("diagnosed", errors=levels.count("error"), warnings=levels.count("warning"))
    if "error" in levels:
        raise typer.Exit(1)


def examine(folder: Path, mosquitto_conf: Path | None) -> Iterator[Finding]:
    """Every finding about the installation of this configuration folder, in the order of the way of a message."""
    settings, findings, own_days = configuration(folder)
    yield from findings
    if mosquitto_conf is not None:
        yield from mosquitto_configuration(mosquitto_conf)
    if settings is None:
        yield from clock(time.time(), None, synchronised())
        yield error("config.unexamined")
        return
    yield from asyncio.run(broker(settings.mqtt))
    if mosquitto_conf is None:
        yield ok("broker.unseen")
    yield from listeners(settings, mosquitto_conf)
    yield from certificates(settings, time.time(), mosquitto_conf)
    yield from disk(settings.data_dir, settings.journal.max_bytes)
    looked = store(settings, own_days)
    yield from looked.findings
    yield from clock(time.time(), looked.ahead, synchronised())
    yield from process(settings)
    yield from quarantine(settings.data_dir, time.time_ns() // 1_000_000)
    yield from alerts(folder, settings.console.public_url, time.time_ns() // 1_000_000)


def show(shell: Shell, finding: Finding) -> None:
    language = shell.language
    part, level = CHECKS[language][finding.check], LABELS[language][finding.level]
    typer.echo(f"{level:<9}  {part:<9}  {finding.found.text(language)}")
    if remedy := finding.remedy.text(language):
        typer.echo(f"{'':<22}-> {remedy}")
