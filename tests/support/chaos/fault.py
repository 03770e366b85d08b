"""What a fault is. One class each, in `chaos/faults/*.py`; a module's `FAULTS` lists them, `all_faults` has all.

    class ColdBroker(Fault):
        name = "broker-restart"                  # in the table; `--faults broker` has it too
        touches = frozenset({"broker"})          # two faults may meet when these sets have nothing in common
        hold = (0.2, 1.0)                        # seconds between inject and heal, drawn from the seed

        def inject(self, stage: Stage) -> None:  # causes it; must not wait longer than some seconds
            stage.broker.stop()                  # a Role: kill, stop, freeze, thaw; it stays down until `release`

        def heal(self, stage: Stage) -> None:    # undoes it. Called always, even when inject failed
            stage.broker.release()

What a fault must see (that a second process refuses, say) it says by `stage.complain(self.name, "what is wrong")`: the
run goes on and fails. What it needs before there is a stage (a small disk, a limit of memory) it asks for in `prepare`:

    def prepare(self, plan: Plan) -> None:
        plan.data = mount_tmpfs(...)             # where data_dir is
        plan.wrapper = ["prlimit", "--nofile=64"]  # what stands before `python -m vigiterre run`
        plan.environment["VIGITERRE_..."] = ...

    def dismantle(self, plan: Plan) -> None:     # after the stage, however it ended; the same instance
        unmount(plan.data)

A fault that prepares is `alone = True` when others make no sense with such a stage: then it has a stage for itself.
State of one injection may be kept on the instance; the runner makes a new instance for each injection.

What the stage offers (chaos/stage.py): `ingestor`, `broker`, `store` (Roles), `tap` (the link, chaos/tap.py),
`store_tap` (what the store answers, chaos/store_tap.py), `fleet` (the devices, chaos/devices.py), `ledger`, `config`
(the folder), `data` (data_dir), `random` (seeded), `status()`, `log_since(mark)` (what the ingestor says), `complain`.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from chaos.plan import Plan
from chaos.stage import Stage


class Fault(ABC):
    name: ClassVar[str]
    touches: ClassVar[frozenset[str]] = frozenset()
    hold: ClassVar[tuple[float, float]] = (0.3, 1.5)
    alone: ClassVar[bool] = False

    def prepare(self, plan: Plan) -> None:  # noqa: B027  -- most faults need nothing
        """Before the stage is built."""

    def dismantle(self, plan: Plan) -> None:  # noqa: B027  -- nor does it leave anything
        """When everything on the stage has ended."""

    @abstractmethod
    def inject(self, stage: Stage) -> None:
        """Cause it."""

    @abstractmethod
    def heal(self, stage: Stage) -> None:
        """Undo it."""
