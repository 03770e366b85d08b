"""A real `vigiterre run` that serves its pages by HTTPS."""

import http.client
import ssl
from pathlib import Path
from typing import Any

from certifying import Authority, Files

from servers import Vigiterre


class Secured(Vigiterre):
    """Shows a certificate for localhost; asked by https alone. `more` go behind `vigiterre run`."""

    def __init__(
        self, folder: Path, config: Path, mqtt: str, store: str, *more: str, authority: Authority, **environment: str
    ) -> None:
        self.authority = authority
        self.files: Files = authority.sign("pages")
        given = {"CONSOLE__CERT_FILE": self.files.cert, "CONSOLE__KEY_FILE": self.files.key}
        tls = {f"VIGITERRE_{name}": str(path) for name, path in given.items()}
        super().__init__(folder, config, mqtt, store, **tls, **environment)
        self.command += more

    def get(self, path: str) -> tuple[int, str]:
        try:
            status, _, body = self.ask("GET", path)
        except OSError:
            return 0, ""
        return status, body

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
        """Status, headers, body; raises OSError."""
        connection = self.connection()
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def connection(self, **options: Any) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=self.authority.file)
        return http.client.HTTPSConnection("localhost", self.port, context=context, timeout=20, **options)
