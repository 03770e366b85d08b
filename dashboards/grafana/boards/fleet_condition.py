"""What keeps devices talking: their batteries and their radio."""

from dashboards.grafana.board import url
from dashboards.grafana.influxql import POLICY, of, where
from dashboards.grafana.legend import CRITICAL, WARNING, Legend, drawn, falling_steps
from dashboards.grafana.panel import Column, Panel, Words, lines, rows
from dashboards.grafana.query import InfluxQuery
from devices.schema import RAW
from stores.influxql import identifier

LEVEL, VOLTAGE = "battery_level", "battery_voltage"
RSSI, SNR, SPREADING, GATEWAYS = "rssi", "snr", "spreading_factor", "gateways"
WEAK_RSSI, LOST_RSSI = -115, -125
"""dBm. Engineering proposal: receivers hear down to about -148 at the slowest setting, -125 at the fastest."""
WEAK_SNR, LOST_SNR = -10, -17
"""dB. Engineering proposal: LoRa is heard down to about -7.5 (SF7) to -20 (SF12)."""
NO_RADIO = "the demonstration has no radio figures"


def batteries(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Batteries, la plus faible d'abord", "Batteries, the weakest first"),
        say(
            "Dernier niveau, en %, ou dernière tension, en volts, selon le modèle. Couleurs : règle de rules.toml. Une "
            "tension se juge d'après la pile : voir les règles plus bas.",
            "Last level, in %, or last voltage, in volts, as the model has it. Colours: rule of rules.toml. A voltage "
            "is judged by the kind of cell: see the rules below.",
        ),
    )
    level = legend.label(LEVEL)
    columns = [
        device_column(legend),
        Column("model", say("Modèle", "Model")),
        Column(LEVEL, level, legend.unit(LEVEL), steps=legend.steps("battery_low"), coloured=True, decimals=0),
        Column(VOLTAGE, legend.label(VOLTAGE), legend.unit(VOLTAGE), decimals=2),
    ]
    query = InfluxQuery(newest_of(LEVEL, VOLTAGE), "table")
    return rows(legend, words, [query], columns, size=(12, 9), sort=(level, False))


def battery_curves(legend: Legend) -> Panel:
    words = Words(
        legend.label(LEVEL),
        legend.say(
            "En %. Choisir un mois ou plus : la pente dit quand changer la pile. Traits : règle de rules.toml.",
            "In %. Choose a month or more: the slope says when to change the battery. Lines: rule of rules.toml.",
        ),
    )
    query = InfluxQuery(over_time(legend, LEVEL), alias="$tag_device")
    limits = legend.limits("battery_low")
    return lines(legend, words, [query], legend.unit(LEVEL), steps=limits, least=0, most=100, size=(12, 9))


def radio(legend: Legend) -> Panel:
    say = legend.say
    words = Words(
        say("Radio, la moins bien entendue d'abord", "Radio, the least well heard first"),
        say(
            "Dernier signal (RSSI, dBm), rapport signal sur bruit (dB), facteur d'étalement et nombre de passerelles "
            "qui ont entendu le capteur ; une seule passerelle, c'est un capteur qu'une panne rend muet. Seuils "
            "proposés.",
            "Last signal (RSSI, dBm), signal-to-noise ratio (dB), spreading factor and number of gateways that heard "
            "the device; with one gateway only, one failure makes it silent. Limits are proposals.",
        ),
        say("Aucun capteur ne donne de chiffres radio", "No device gives radio figures"),
    )
    strength = legend.label(RSSI)
    weak = falling_steps([(WEAK_RSSI, WARNING), (LOST_RSSI, CRITICAL)])
    noisy = falling_steps([(WEAK_SNR, WARNING), (LOST_SNR, CRITICAL)])
    columns = [
        device_column(legend),
        Column("model", say("Modèle", "Model")),
        Column(RSSI, strength, legend.unit(RSSI), steps=weak, coloured=True, decimals=0),
        Column(SNR, legend.label(SNR), legend.unit(SNR), steps=noisy, coloured=True, decimals=1),
        Column(SPREADING, legend.label(SPREADING)),
        Column(GATEWAYS, legend.label(GATEWAYS), steps=falling_steps([(2, WARNING)]), coloured=True, decimals=0),
    ]
    query = InfluxQuery(newest_of(RSSI, SNR, SPREADING, GATEWAYS), "table")
    return rows(legend, words, [query], columns, size=(12, 9), sort=(strength, False), seldom=NO_RADIO)


def radio_curves(legend: Legend) -> Panel:
    words = Words(
        legend.label(RSSI),
        legend.say(
            "En dBm. Une chute brusque : antenne, arbre, passerelle déplacée. Traits : seuils proposés.",
            "In dBm. A sudden fall: antenna, tree, gateway moved. Lines: proposed limits.",
        ),
        legend.say("Aucun capteur ne donne de chiffres radio", "No device gives radio figures"),
    )
    query = InfluxQuery(over_time(legend, RSSI), alias="$tag_device")
    limits = drawn([(WEAK_RSSI, WARNING), (LOST_RSSI, CRITICAL)])
    return lines(legend, words, [query], legend.unit(RSSI), steps=limits, size=(12, 9), seldom=NO_RADIO)


def device_column(legend: Legend) -> Column:
    title = legend.say("Capteur", "Device")
    opened = url("device", legend, device=f'${{__data.fields["{title}"]}}')
    return Column("device", title, link=(legend.say("Ouvrir le capteur", "Open the device"), opened))


def newest_of(*quantities: str) -> str:
    """One row per device, whatever its domain."""
    chosen = ", ".join(f"last({identifier(name)}) AS {identifier(name)}" for name in quantities)
    return (
        f"SELECT {chosen} FROM {of_domain(RAW)} {where()}"  # noqa: S608  -- our own names
        f" GROUP BY {identifier('device')}, {identifier('model')}"
    )


def over_time(legend: Legend, quantity: str) -> str:
    field = identifier(quantity)
    return (
        f"SELECT {of(legend.quantity(quantity))}({field}) AS {field} FROM {of_domain(POLICY)} {where()}"  # noqa: S608  -- our own names
        f" GROUP BY time($__interval), {identifier('device')} fill(none)"
    )


def of_domain(policy: str) -> str:
    """The readings of the chosen domains, which are their measurements."""
    return f"{identifier(policy)}./^$domain$/"
