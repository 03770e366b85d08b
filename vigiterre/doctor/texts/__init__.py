"""What the doctor says. Code -> ((found in French, in English), (remedy in French, in English))."""

from vigiterre.doctor.texts import (
    alerts,
    broker,
    certificates,
    clock,
    configuration,
    disk,
    mosquitto_conf,
    process,
    quarantine,
    store,
)

TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    **alerts.TEXTS,
    **broker.TEXTS,
    **certificates.TEXTS,
    **clock.TEXTS,
    **configuration.TEXTS,
    **disk.TEXTS,
    **mosquitto_conf.TEXTS,
    **process.TEXTS,
    **quarantine.TEXTS,
    **store.TEXTS,
}
