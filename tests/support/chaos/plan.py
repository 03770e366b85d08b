"""What a stage is built from; faults may change it before."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Plan:
    folder: Path
    """Everything is in it; a short path: a Unix socket's holds 107 bytes."""
    seed: int = 1
    rate: float = 200.0
    """Messages a second, of all devices together."""
    devices: int = 50
    durable: bool = True
    """Whether the broker saves on changes, as our configurations have it."""
    broker: str = ""
    """More lines for the broker's configuration."""
    bad_share: float = 0.03
    """Of messages that are no good readings, so that the quarantine is checked too."""
    data: Path | None = None
    """data_dir, where it is to be elsewhere than in `folder`."""
    wrapper: list[str] = field(default_factory=list)
    """What stands before the command of `vigiterre run`."""
    environment: dict[str, str] = field(default_factory=dict)
    """Settings of `vigiterre run`, beside the stage's own."""
