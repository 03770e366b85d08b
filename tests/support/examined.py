"""For tests of the doctor: settings to examine, and what its findings say."""

from pathlib import Path

from pydantic import SecretStr

from vigiterre.doctor.finding import Finding
from vigiterre.settings import ClockSettings, Settings, StoreSettings

CONFIG = Path(__file__).parents[2] / "config"
CANARY = "canary-7f3a-secret"


def levels(findings: list[Finding]) -> dict[str, str]:
    return {finding.code: finding.level for finding in findings}


def words(findings: list[Finding]) -> str:
    return "\n".join(f"{one.found.fr} {one.found.en} {one.remedy.fr} {one.remedy.en}" for one in findings)


def settings(tmp_path: Path, url: str = "", password: str | None = None, max_age: int = 30) -> Settings:
    secret = None if password is None else SecretStr(password)
    return Settings(
        data_dir=tmp_path,
        store=StoreSettings(url=url, password=secret, raw_days=max(90, max_age + 1)),
        clock=ClockSettings(max_age_days=max_age),
    )
