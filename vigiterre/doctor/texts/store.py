"""What the doctor says of the store."""

TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "store.secret": (("{problem}", "{problem}"), ("", "")),
    "store.url": (("store.url ne désigne aucune base", "store.url names no store"), ("{remedy}", "{remedy}")),
    "store.memory": (
        (
            "la base est en mémoire : tout est oublié à l'arrêt",
            "the store is in memory: everything is forgotten at the stop",
        ),
        ("donnez store.url (SQLite ou InfluxDB)", "give store.url (SQLite or InfluxDB)"),
    ),
    "store.away": (("{detail}", "{detail}"), ("{remedy}", "{remedy}")),
    "store.reached": (
        (
            "InfluxDB {version} répond sur {server} et accepte nos identifiants",
            "InfluxDB {version} answers at {server} and accepts us",
        ),
        ("", ""),
    ),
    "store.missing": (
        ("{detail}", "{detail}"),
        (
            "`vigiterre run` la crée à sa première écriture si le compte en a le droit ; sinon créez-la",
            "`vigiterre run` creates it at its first write if the account may; else create it",
        ),
    ),
    "store.policies": (
        (
            "base {database} : mesures brutes gardées {raw}, moyennes horaires {rollup}",
            "database {database}: raw readings kept {raw}, hourly roll-ups {rollup}",
        ),
        ("", ""),
    ),
    "store.policy_missing": (
        (
            "base {database} : la politique de rétention {policy} manque",
            "database {database}: retention policy {policy} is missing",
        ),
        (
            "`vigiterre run` la crée à sa première écriture si le compte en a le droit ; sinon créez-la",
            "`vigiterre run` creates it at its first write if the account may; else create it",
        ),
    ),
    "store.personal_apart": (
        (
            "brut des grandeurs personnelles à part, gardé {days} jours : {quantities}",
            "raw values of personal quantities apart, kept {days} days: {quantities}",
        ),
        ("", ""),
    ),
    "store.personal_before": (
        (
            "{policy} garde du brut de grandeurs personnelles, écrit avant qu'elles aient leur durée : {quantities}",
            "{policy} holds raw values of personal quantities, written before they had their retention: {quantities}",
        ),
        (
            "il en part avec store.raw_days (le dernier est du {last}), rien ne s'efface à part : docs/rgpd.md",
            "they leave it with store.raw_days (the last is of {last}), nothing is deleted apart: docs/rgpd.md",
        ),
    ),
    "store.retention_short": (
        (
            (
                "{policy} garde {kept} jours, mais clock.max_age_days accepte des mesures de {max_age} jours : "
                "la base refuserait les plus vieilles"
            ),
            (
                "{policy} keeps {kept} days, but clock.max_age_days accepts readings {max_age} days old: "
                "the store would refuse the oldest"
            ),
        ),
        (
            "baissez clock.max_age_days sous {kept}, ou laissez `vigiterre run` rétablir store.raw_days = {raw_days}",
            "lower clock.max_age_days below {kept}, or let `vigiterre run` restore store.raw_days = {raw_days}",
        ),
    ),
    "store.file": (
        ("base SQLite {path} lisible, {bytes}", "SQLite store {path} can be read, {bytes}"),
        ("", ""),
    ),
    "store.file_new": (
        (
            "la base SQLite {path} n'existe pas encore : `vigiterre run` la crée",
            "the SQLite store {path} is not there yet: `vigiterre run` creates it",
        ),
        ("", ""),
    ),
}
