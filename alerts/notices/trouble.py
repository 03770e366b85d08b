"""Why a notice was not sent: in words, and without the secrets that addresses hold."""

from collections.abc import Sequence

from alerts.notices.texts import TROUBLES
from alerts.outbox import Failing
from devices.errors import VigiterreError
from devices.problems import NOTHING, Bilingual


class NotSent(VigiterreError):  # noqa: N818  -- what happened, as in StoreUnavailable
    """The channel did not confirm; people may or may not have been told. The same notice, sent again, is right."""

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(Bilingual.of(TROUBLES[code], **facts))


def trouble(failing: Sequence[Failing]) -> Bilingual:
    """What the platform's check `notices` says of `Outbox.failing`: its first channel; "" when all is well."""
    if not failing:
        return NOTHING
    first = failing[0]
    return Bilingual.of(TROUBLES["failing"], **first._asdict(), others=len(failing) - 1)


def cause(error: BaseException) -> str:
    """What the system says of a failure; never the message of a library, which may quote the address."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            return seen.strerror
        seen = seen.__cause__ or seen.__context__
    return type(error).__name__
