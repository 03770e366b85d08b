"""What keeps the broker's files from being what they should be."""

from devices.errors import VigiterreError
from devices.problems import Bilingual
from vigiterre.broker_config.texts import BROKER


def told(code: str, **facts: object) -> Bilingual:
    return Bilingual.of(BROKER[code], **facts)


class BrokerRefused(VigiterreError):  # noqa: N818  -- what was asked for cannot be
    """Nothing of the broker's was changed, or all of it is as it was before."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(told(code, **facts))
        self.code = code


class RolledBack(BrokerRefused):
    """The new files did not hold, and the old ones are in force again."""

    def __init__(self, reason: VigiterreError) -> None:
        super().__init__("rolled_back", reason=reason.words)
        self.reason = reason


class HalfDone(BrokerRefused):
    """The new files did not hold, and the old ones could not be put back."""

    def __init__(self, reason: VigiterreError, trouble: VigiterreError) -> None:
        super().__init__("half_done", reason=reason.words, trouble=trouble.words)
        self.reason = reason
