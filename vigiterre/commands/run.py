"""`vigiterre run`: everything in one process, or one part of it."""

import asyncio
from functools import partial
from typing import Annotated

import structlog
import typer

from vigiterre import logs
from vigiterre.alert_run import AlertRun
from vigiterre.alert_service import AlertService
from vigiterre.only import Only, check_only
from vigiterre.redaction import Redaction
from vigiterre.run import Run
from vigiterre.secret_places import secret_values
from vigiterre.service import Service
from vigiterre.shell import Shell
from vigiterre.worker import Worker
from vigiterre.worker_run import WorkerRun

log = structlog.get_logger(__name__)

PART = "une partie du travail, les autres ailleurs · a part of the work, the others elsewhere"


def run(context: typer.Context, only: Annotated[Only | None, typer.Option(help=PART)] = None) -> None:
    """Reçoit, valide, enregistre, jusqu'à SIGTERM · Receives, validates, stores, until SIGTERM."""
    shell: Shell = context.obj
    settings = shell.settings()
    logs.configure(settings.log, Redaction(partial(secret_values, settings, shell.folder)))
    logs.say_crashes()
    with shell.failing():
        if only is None:
            if settings.mqtt.share:
                log.warning("alerts_of_a_share", remedy="run --only ingest, and one run --only alerts for all")
            asyncio.run(serve(Service(settings, shell.folder)))
            return
        check_only(settings)
        if only is Only.INGEST:
            asyncio.run(serve_worker(Worker(settings, shell.folder)))
        else:
            asyncio.run(serve_alerts(AlertService(settings, shell.folder)))


async def serve(service: Service) -> None:
    try:
        await Run(service).run()
    finally:
        service.close()


async def serve_worker(worker: Worker) -> None:
    try:
        await WorkerRun(worker).run()
    finally:
        worker.close()


async def serve_alerts(service: AlertService) -> None:
    try:
        await AlertRun(service).run()
    finally:
        service.close()
