"""Vigiterre itself: what comes in, what is refused, what waits. From its metrics in the store: no Prometheus needed."""

from collections.abc import Sequence

from dashboards.grafana.board import Board, Row
from dashboards.grafana.influxql import raw
from dashboards.grafana.legend import CRITICAL, GOOD, WARNING, Legend, drawn, falling_steps, rising_steps, values
from dashboards.grafana.panel import Panel, Words, lines, number
from dashboards.grafana.query import InfluxQuery
from devices.reading import Reason
from devices.schema import PLATFORM
from stores.influxql import identifier

INSTANCE = "instance"
LAG_LIMIT = 10_000
"""Messages; docs/metrics.md."""
SILENT_SECONDS = 600
EVERY = "15s"
"""So often Vigiterre writes its metrics."""


def platform(legend: Legend) -> Board:
    say = legend.say
    return Board(
        slug="platform",
        title=say("Plateforme", "Platform"),
        description=say(
            "Vigiterre lui-même : messages reçus, mesures refusées, retard, journal, base, avis.",
            "Vigiterre itself: messages received, readings refused, lag, journal, store, notices.",
        ),
        panels=[
            Row(say("Maintenant", "Now")),
            connected(legend),
            silence(legend),
            store_lag(legend),
            alert_lag(legend),
            disk(legend),
            waiting_notices(legend),
            Row(say("Entrées", "What comes in")),
            messages(legend),
            readings(legend),
            refused(legend),
            Row(say("Journal, base, alertes", "Journal, store, alerts")),
            lag(legend),
            latency(legend),
            journal(legend),
            disk_history(legend),
            judged(legend),
            notices(legend),
        ],
        variables=(),
        since="now-6h",
        refresh="30s",
        annotated=False,
    )


def newest(field: str) -> InfluxQuery:
    column = identifier(field)
    statement = (
        f"SELECT last({column}) AS {column} FROM {raw(PLATFORM)} WHERE $timeFilter GROUP BY {identifier(INSTANCE)}"  # noqa: S608  -- our own names
    )
    return InfluxQuery(statement, alias="$tag_instance")


def over_time(fields: Sequence[str], alias: str = "$tag_instance") -> InfluxQuery:
    chosen = ", ".join(f"max({identifier(field)}) AS {identifier(field)}" for field in fields)
    return InfluxQuery(f"SELECT {chosen} FROM {raw(PLATFORM)} {GROUPED}", alias=alias)  # noqa: S608  -- our own names


def per_second(fields: Sequence[str], alias: str = "$tag_instance $col") -> InfluxQuery:
    """Rate of counters; one that starts again is no fall."""
    chosen = ", ".join(
        f"non_negative_derivative(last({identifier(field)}), 1s) AS {identifier(field)}" for field in fields
    )
    return InfluxQuery(f"SELECT {chosen} FROM {raw(PLATFORM)} {GROUPED}", alias=alias)  # noqa: S608  -- our own names


GROUPED = f"WHERE $timeFilter GROUP BY time($__interval), {identifier(INSTANCE)} fill(none)"


def connected(legend: Legend) -> Panel:
    words = Words(
        legend.say("Courtier", "Broker"),
        legend.say(
            "Vigiterre est relié au courtier MQTT. Sinon rien n'entre ; le courtier garde les messages.",
            "Vigiterre is connected to the MQTT broker. If not, nothing comes in; the broker keeps the messages.",
        ),
    )
    mappings = values([(0, legend.say("coupé", "cut off"), CRITICAL), (1, legend.say("relié", "connected"), GOOD)])
    return number(legend, words, newest("mqtt_connected"), mappings=mappings, steps=falling_steps([(1, CRITICAL)]))


def silence(legend: Legend) -> Panel:
    words = Words(
        legend.say("Dernier message", "Newest message"),
        legend.say("Depuis combien de temps le dernier message est arrivé.", "How long ago the newest message came."),
    )
    steps = rising_steps([(SILENT_SECONDS / 2, WARNING), (SILENT_SECONDS, CRITICAL)])
    return number(legend, words, newest("ingest_last_message_age_seconds"), "s", steps=steps, decimals=0)


def store_lag(legend: Legend) -> Panel:
    words = Words(
        legend.say("À enregistrer", "To be stored"),
        legend.say(
            "Messages au journal qui ne sont pas encore dans la base. Rien n'est perdu : la base est lente ou absente.",
            "Messages in the journal and not yet in the store. They are not lost: the store is slow or away.",
        ),
    )
    steps = rising_steps([(LAG_LIMIT / 10, WARNING), (LAG_LIMIT, CRITICAL)])
    return number(legend, words, newest("journal_lag_messages"), steps=steps, decimals=0)


def alert_lag(legend: Legend) -> Panel:
    words = Words(
        legend.say("À juger", "To be judged"),
        legend.say(
            "Messages au journal que les alertes n'ont pas encore vus : elles sont en retard d'autant.",
            "Messages in the journal that the alerts have not seen yet: they are late by these.",
        ),
    )
    steps = rising_steps([(LAG_LIMIT / 10, WARNING), (LAG_LIMIT, CRITICAL)])
    return number(legend, words, newest("alerts_lag_messages"), steps=steps, decimals=0)


def disk(legend: Legend) -> Panel:
    words = Words(
        legend.say("Disque libre", "Free disk"),
        legend.say(
            "Place libre là où Vigiterre écrit. Plein, il cesse de lire : le courtier garde les messages.",
            "Free space where Vigiterre writes. When it is full, reading stops: the broker keeps the messages.",
        ),
    )
    steps = falling_steps([(2e9, CRITICAL), (10e9, WARNING)])
    return number(legend, words, newest("data_free_bytes"), "decbytes", steps=steps, decimals=1)


def waiting_notices(legend: Legend) -> Panel:
    words = Words(
        legend.say("Avis en attente", "Notices waiting"),
        legend.say(
            "Avis que leur canal n'a pas encore confirmés. `vigiterre alerts show` dit pourquoi.",
            "Notices that their channel has not confirmed yet. `vigiterre alerts show` says why.",
        ),
    )
    return number(
        legend, words, newest("notices_waiting"), steps=rising_steps([(1, WARNING), (10, CRITICAL)]), decimals=0
    )


def messages(legend: Legend) -> Panel:
    words = Words(
        legend.say("Messages MQTT", "MQTT messages"),
        legend.say(
            "Reçus et acquittés par seconde : les deux courbes se suivent, sauf pour la QoS 0.",
            "Received and acknowledged per second: the curves follow each other, except for QoS 0.",
        ),
    )
    fields = ["mqtt_messages_received_total", "mqtt_messages_acknowledged_total"]
    return lines(legend, words, [per_second(fields)], "cps", shortest=EVERY, size=(12, 8))


def readings(legend: Legend) -> Panel:
    words = Words(
        legend.say("Mesures", "Readings"),
        legend.say(
            "Mesures par seconde : reçues = enregistrées + refusées ; les doublons sont à part.",
            "Readings per second: received = stored + refused; duplicates are apart.",
        ),
    )
    fields = ["readings_received_total", "readings_stored_total", "readings_duplicate_total"]
    return lines(legend, words, [per_second(fields)], "cps", shortest=EVERY, size=(12, 8))


def refused(legend: Legend) -> Panel:
    words = Words(
        legend.say("Refus par motif", "Refusals by reason"),
        legend.say(
            "Mesures refusées par seconde, par motif ; chacune attend en quarantaine, avec son motif.",
            "Readings refused per second, by reason; each waits in quarantine, with its reason.",
        ),
    )
    fields = [f"readings_refused_total_{reason.value}" for reason in Reason]
    return lines(
        legend, words, [per_second(fields, "$col")], "cps", bars=True, stacked=True, shortest=EVERY, size=(24, 8)
    )


def lag(legend: Legend) -> Panel:
    words = Words(
        legend.say("Retard", "Lag"),
        legend.say(
            "Messages au journal, pas encore enregistrés, et pas encore jugés par les alertes.",
            "Messages in the journal, not yet stored, and not yet judged by the alerts.",
        ),
    )
    query = over_time(["journal_lag_messages", "alerts_lag_messages"], "$tag_instance $col")
    return lines(
        legend, words, [query], "short", steps=drawn([(LAG_LIMIT, CRITICAL)]), least=0, shortest=EVERY, size=(12, 8)
    )


def latency(legend: Legend) -> Panel:
    words = Words(
        legend.say("Écriture dans la base", "Writes to the store"),
        legend.say(
            "Durée d'écriture d'un lot : moyenne, et la plus longue de chaque intervalle.",
            "How long a batch takes to be written: mean, and the longest of each interval.",
        ),
    )
    total, count = identifier("store_write_seconds_sum"), identifier("store_write_seconds_count")
    mean = (
        f"SELECT non_negative_difference(last({total})) / non_negative_difference(last({count})) AS mean"  # noqa: S608  -- our own names
        f" FROM {raw(PLATFORM)} {GROUPED}"
    )
    queries = [
        InfluxQuery(mean, alias="$tag_instance $col"),
        over_time(["store_write_seconds_worst"], "$tag_instance $col"),
    ]
    return lines(legend, words, queries, "s", least=0, shortest=EVERY, size=(12, 8))


def journal(legend: Legend) -> Panel:
    words = Words(
        legend.say("Journal", "Journal"),
        legend.say(
            "Taille du journal sur le disque, et la part qui n'est pas encore enregistrée.",
            "Size of the journal on disk, and the part that is not stored yet.",
        ),
    )
    query = over_time(["journal_bytes", "journal_waiting_bytes"], "$tag_instance $col")
    return lines(legend, words, [query], "decbytes", least=0, shortest=EVERY, size=(12, 8))


def disk_history(legend: Legend) -> Panel:
    words = Words(
        legend.say("Disque libre dans le temps", "Free disk over time"),
        legend.say("Place libre là où Vigiterre écrit.", "Free space where Vigiterre writes."),
    )
    return lines(legend, words, [over_time(["data_free_bytes"])], "decbytes", least=0, shortest=EVERY, size=(12, 8))


def judged(legend: Legend) -> Panel:
    words = Words(
        legend.say("Alertes", "Alerts"),
        legend.say("Alertes ouvertes sur le territoire, au fil du temps.", "Alerts open in the territory, over time."),
    )
    return lines(
        legend, words, [over_time(["alerts_open"])], "short", least=0, decimals=0, shortest=EVERY, size=(12, 8)
    )


def notices(legend: Legend) -> Panel:
    words = Words(
        legend.say("Avis", "Notices"),
        legend.say(
            "Avis envoyés, essais manqués et avis abandonnés, par intervalle.",
            "Notices sent, tries that failed and notices given up, per interval.",
        ),
    )
    fields = ["notices_sent_total", "notices_failed_total", "notices_given_up_total"]
    chosen = ", ".join(f"non_negative_difference(last({identifier(field)})) AS {identifier(field)}" for field in fields)
    query = InfluxQuery(f"SELECT {chosen} FROM {raw(PLATFORM)} {GROUPED}", alias="$tag_instance $col")  # noqa: S608  -- our own names
    return lines(legend, words, [query], "short", bars=True, least=0, decimals=0, shortest=EVERY, size=(12, 8))
