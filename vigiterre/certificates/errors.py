"""What can be wrong with a certificate that somebody wants to make or revoke, and with the authority's key."""

from devices.errors import VigiterreError
from devices.problems import Bilingual
from vigiterre.certificates.texts import CERTIFICATES


class CertificateRefused(VigiterreError):  # noqa: N818  -- what was asked for cannot be
    """Nothing was changed."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(Bilingual.of(CERTIFICATES[code], **facts))
        self.code = code
