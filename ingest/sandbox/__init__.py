"""Makers' JavaScript codecs, run where they can do no harm: `Sandbox` decodes, `check_codec` reads one over."""

from ingest.sandbox.answer import Answer
from ingest.sandbox.sandbox import Sandbox, check_codec

__all__ = ["Answer", "Sandbox", "check_codec"]
