"""Reads a checkout of ChirpStack's device-profiles repository: vendors, devices, codecs and their test vectors.

    vendors/<vendor>/vendor.toml            [vendor] name
    vendors/<vendor>/devices/<device>.toml  [device] name, [device.metadata], [[device.firmware]] version, codec
    vendors/<vendor>/codecs/<codec>.js      and test_decode_<codec>.json beside it

Some of its JSON is JavaScript rather than JSON (0x02, unquoted keys, comments, trailing commas): it is read by the same
sandbox that runs the codecs. Layout: github.com/chirpstack/chirpstack-device-profiles (MIT), commit 4cf8d34.
"""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devices.errors import DecodeError, VigiterreError
from devices.problems import Bilingual
from ingest.codecs.job import Job
from ingest.sandbox import Sandbox
from ingest.vectors import Vector, vectors_of

TESTS = "test_decode_"
VECTORS = "vectors.js"


class NotProfiles(VigiterreError):  # noqa: N818  -- read as a sentence
    """The folder, or a file in it, is not what this repository holds."""


@dataclass(frozen=True)
class DeviceProfile:
    """One device of the repository."""

    vendor: str
    """Name of its folder."""
    id: str
    """Name of its file, without `.toml`."""
    maker: str
    name: str
    url: str
    """The maker's page, or ""."""
    codec: Path | None

    @property
    def model(self) -> str:
        """The id its model gets here: letters, digits, - and _ only."""
        name = self.id if self.id.startswith(self.vendor) else f"{self.vendor}-{self.id}"
        return "".join(c if c.isalnum() or c in "-_" else "-" for c in name.lower()).strip("-")[:64]


def read_profiles(folder: Path) -> list[DeviceProfile]:
    """Every device, by vendor and name. Raises NotProfiles."""
    vendors = sorted(path for path in (folder / "vendors").glob("*/") if (path / "devices").is_dir())
    if not vendors:
        raise NotProfiles(
            f"{folder}: no vendors/*/devices; give the folder of a checkout of chirpstack-device-profiles"
        )
    return [profile for vendor in vendors for profile in _of_vendor(vendor)]


def read_vectors(profile: DeviceProfile) -> list[Vector]:
    """The vectors of a device's codec; none when there are none. Raises NotProfiles."""
    if profile.codec is None:
        return []
    path = profile.codec.with_name(f"{TESTS}{profile.codec.stem}.json")
    if not path.exists() or not _inside(path, profile.codec.parent.parent):
        return []
    text = path.read_text(encoding="utf-8-sig")
    try:
        documents = json.loads(text)
    except ValueError:
        documents = _as_javascript(path, text)
    try:
        return vectors_of(documents)
    except ValueError as error:
        raise _unreadable(path, error) from error


def _as_javascript(path: Path, text: str) -> Any:
    """JSON as JavaScript reads it, in the sandbox: a test file is as little trusted as a codec."""
    source = "function decodeUplink() { return {data: {vectors: (" + text.strip().rstrip(";") + "\n)}}; }"
    sandbox = Sandbox({VECTORS: source})
    try:
        (outcome,) = sandbox.decode([Job(VECTORS, b"\x00", 1, 0, {})])
    finally:
        sandbox.close()
    if isinstance(outcome, DecodeError):
        raise _unreadable(path, outcome) from outcome
    return outcome[0].fields["vectors"]


def _of_vendor(vendor: Path) -> Iterator[DeviceProfile]:
    maker = _toml(vendor / "vendor.toml").get("vendor", {}).get("name") or vendor.name
    for path in sorted((vendor / "devices").glob("*.toml")):
        device = _toml(path).get("device", {})
        metadata = device.get("metadata", {})
        url = metadata.get("documentation_url") or metadata.get("product_url") or ""
        name = str(device.get("name") or path.stem)
        yield DeviceProfile(vendor.name, path.stem, str(maker), name, str(url), _codec(vendor, path.stem, device))


def _codec(vendor: Path, device: str, table: dict[str, Any]) -> Path | None:
    """That of the newest firmware, else the file whose name begins the device's."""
    named = [firmware.get("codec") for firmware in table.get("firmware", []) if firmware.get("codec")]
    candidates = [vendor / "codecs" / Path(str(name)).name for name in reversed(named)]
    files = sorted((vendor / "codecs").glob("*.js"), key=lambda path: -len(path.stem))
    candidates += [path for path in files if device.startswith(path.stem) or path.stem.startswith(device)]
    return next((path for path in candidates if path.is_file() and _inside(path, vendor)), None)


def _inside(path: Path, vendor: Path) -> bool:
    """A checkout may hold links: none leads out of it to a file of ours."""
    return path.resolve().is_relative_to(vendor.parent.resolve())


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (ValueError, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> NotProfiles:
    return NotProfiles(
        Bilingual(
            f"{path} : illisible ({error}) ; corrigez ce fichier ou reprenez la copie du dépôt",
            f"{path}: cannot be read ({error}); correct this file or take the checkout anew",
        )
    )
