"""`vigiterre run`: everything in one process."""

import asyncio

import typer

from vigiterre import logs
from vigiterre.run import Run
from vigiterre.service import Service
from vigiterre.shell import Shell


def run(context: typer.Context) -> None:
    """Reçoit, valide, enregistre, jusqu'à SIGTERM · Receives, validates, stores, until SIGTERM."""
    shell: Shell = context.obj
    settings = shell.settings()
    logs.configure(settings.log)
    with shell.failing():
        asyncio.run(serve(Service(settings, shell.folder)))


async def serve(service: Service) -> None:
    try:
        await Run(service).run()
    finally:
        service.close()
