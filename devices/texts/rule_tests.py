"""Problems of files that test rules."""

PROBLEMS: dict[str, dict[str, str]] = {
    "no_tests": {
        "fr": "aucun test dans ce fichier ; ajoutez une table [[tests]]",
        "en": "there is no test in this file; add a table [[tests]]",
    },
    "test_of_nothing": {
        "fr": "ce test n’a ni capteur ni contrôle ; ajoutez device, [[tests.devices]] ou checks",
        "en": "this test has neither a device nor a check; add device, [[tests.devices]] or checks",
    },
    "device_and_devices": {
        "fr": "device et devices se contredisent ; gardez l’un des deux",
        "en": "device and devices contradict each other; keep one of them",
    },
    "device_twice": {
        "fr": "« {value} » est donné deux fois ; réunissez ses mesures, ou donnez un autre id",
        "en": '"{value}" is given twice; put its readings together, or give another id',
    },
    "interval_zero": {
        "fr": 'un pas de 0 n’avance pas ; écrivez par exemple "10 min"',
        "en": 'a step of 0 goes nowhere; write for example "10 min"',
    },
    "series_without_interval": {
        "fr": 'une suite de valeurs demande le pas ; ajoutez par exemple interval = "10 min" au test',
        "en": 'a series needs its step; add for example interval = "10 min" to the test',
    },
    "bad_series": {
        "fr": "« {value} » ne se lit pas dans une suite ; écrivez 2.5, _, 0.5x6, _x3 ou 2-0.5x6",
        "en": '"{value}" cannot be read in a series; write 2.5, _, 0.5x6, _x3 or 2-0.5x6',
    },
    "not_measured": {
        "fr": "{device} ne mesure pas « {value} » ; mesurées : {known}",
        "en": '{device} does not measure "{value}"; measured: {known}',
    },
    "value_implausible": {
        "fr": "{value} serait refusé avant toute règle, les valeurs vont de {min} à {max} ; corrigez-le",
        "en": "{value} would be refused before any rule, values go from {min} to {max}; correct it",
    },
    "bad_moment": {
        "fr": (
            '« {value} » n’est pas un moment du test ; écrivez la durée depuis le début, "25 min", ou une date '
            "et son heure sans guillemets, 2026-01-12T03:25:00+01:00"
        ),
        "en": (
            '"{value}" is not a moment of the test; write the time since its start, "25 min", or a date and time '
            "without quotes, 2026-01-12T03:25:00+01:00"
        ),
    },
    "bad_instant": {
        "fr": ("« {value} » n’est pas une date avec son heure ; écrivez-la sans guillemets, 2026-01-12T03:00:00+01:00"),
        "en": '"{value}" is not a date with its time; write it without quotes, 2026-01-12T03:00:00+01:00',
    },
    "received_before": {
        "fr": "une mesure n’est pas reçue avant d’être faite ; corrigez at ou received",
        "en": "no reading is received before it is made; correct at or received",
    },
    "until_not_after": {
        "fr": "until doit suivre {key} ; corrigez l’un des deux",
        "en": "until must come after {key}; correct one of them",
    },
    "expect_or_none": {
        "fr": (
            "dites ce qui est attendu, l’un ou l’autre : des tables [[tests.expect]], ou none = true si aucune "
            "alerte ne doit venir"
        ),
        "en": "say what is expected, one or the other: tables [[tests.expect]], or none = true for no alert at all",
    },
    "test_too_long": {
        "fr": "le test dure plus de {days} jours ; rapprochez la fin du début",
        "en": "the test lasts more than {days} days; move its end nearer to its start",
    },
    "test_ends_early": {
        "fr": "le test finit avant ce qu’il envoie ou attend ; reculez end ou ôtez-le",
        "en": "the test ends before what it sends or expects; move end or remove it",
    },
}
