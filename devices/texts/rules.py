"""Problems of rules.toml."""

PROBLEMS: dict[str, dict[str, str]] = {
    "bad_duration": {
        "fr": '« {value} » n’est pas une durée ; écrivez par exemple "30 s", "10 min", "2 h" ou "1 d"',
        "en": '"{value}" is not a duration; write for example "30 s", "10 min", "2 h" or "1 d"',
    },
    "bad_rule_id": {
        "fr": (
            "« {value} » n’est pas un nom correct ; commencez par une minuscule, puis a-z, 0-9 et _, 64 "
            "caractères au plus"
        ),
        "en": (
            '"{value}" is not a valid name; begin with a lower-case letter, then a-z, 0-9 and _, at most 64 characters'
        ),
    },
    "rule_of_one_kind": {
        "fr": (
            "une règle dit soit quantity, soit silent = true, soit check ; ici : {given} ; écrivez l’un des "
            "trois, et un seul"
        ),
        "en": (
            "a rule says either quantity, or silent = true, or check; here: {given}; write one of the three, "
            "and only one"
        ),
    },
    "silent_is_true": {
        "fr": "silent ne peut valoir que true ; écrivez true ou ôtez la clé",
        "en": "silent can only be true; write true or remove the key",
    },
    "not_texts": {
        "fr": '« {value} » n’est pas une liste de textes ; écrivez par exemple ["road", "building"]',
        "en": '"{value}" is not a list of texts; write for example ["road", "building"]',
    },
    "no_names": {
        "fr": "la liste est vide ; remplissez-la ou ôtez la clé",
        "en": "the list is empty; fill it or remove the key",
    },
    "no_levels": {
        "fr": "la règle n’a aucun niveau ; ajoutez une table levels.warning, levels.critical ou levels.info",
        "en": "the rule has no level; add a table levels.warning, levels.critical or levels.info",
    },
    "one_condition": {
        "fr": "il faut soit above, soit below, soit is ; ici : {given} ; écrivez l’un des trois, et un seul",
        "en": "there must be either above, or below, or is; here: {given}; write one of the three, and only one",
    },
    "is_of_no_state": {
        "fr": "« {quantity} » est de genre {kind} et n’a pas d’états ; écrivez above ou below",
        "en": '"{quantity}" is of kind {kind} and has no states; write above or below',
    },
    "limit_of_state": {
        "fr": (
            "les valeurs de « {quantity} », de genre {kind}, sont des états qui ne se comparent pas ; écrivez "
            "is = [...]"
        ),
        "en": 'the values of "{quantity}", of kind {kind}, are states that do not compare; write is = [...]',
    },
    "bad_limit": {
        "fr": (
            '« {value} » n’est pas un seuil ; écrivez un nombre, "device.alert_level", "device.alert_level - '
            '0.05" ou "quantity.dew_point + 0.5"'
        ),
        "en": (
            '"{value}" is not a limit; write a number, "device.alert_level", "device.alert_level - 0.05" or '
            '"quantity.dew_point + 0.5"'
        ),
    },
    "missing_clear": {
        "fr": (
            "il manque clear, sans quoi une valeur qui oscille autour du seuil alerterait sans cesse ; ajoutez "
            "la valeur à laquelle l’alerte retombe"
        ),
        "en": (
            "clear is missing, without which a value that wavers around the limit would alert without end; add "
            "the value at which the alert ends"
        ),
    },
    "clear_of_states": {
        "fr": "un état n’a pas d’hystérésis ; ôtez clear et donnez keep_firing_for",
        "en": "a state has no hysteresis; remove clear and give keep_firing_for",
    },
    "clear_not_below": {
        "fr": "clear ({clear}) doit être inférieur à above ({limit}) ; corrigez l’un des deux",
        "en": "clear ({clear}) must be below above ({limit}); correct one of them",
    },
    "clear_not_above": {
        "fr": "clear ({clear}) doit être supérieur à below ({limit}) ; corrigez l’un des deux",
        "en": "clear ({clear}) must be above below ({limit}); correct one of them",
    },
    "limit_outside": {
        "fr": (
            "le seuil {limit} serait toujours ou jamais franchi : « {quantity} » va de {min} à {max} ; "
            "corrigez le seuil"
        ),
        "en": (
            'the limit {limit} would be crossed always or never: "{quantity}" goes from {min} to {max}; '
            "correct the limit"
        ),
    },
    "clear_outside": {
        "fr": (
            "l’alerte ne finirait jamais : « {quantity} » va de {min} à {max} et n’atteint pas {limit} ; corrigez clear"
        ),
        "en": (
            'the alert would never end: "{quantity}" goes from {min} to {max} and does not reach {limit}; correct clear'
        ),
    },
    "levels_mixed": {
        "fr": "ce niveau ne compare pas dans le même sens que le niveau {level} ; faites-en deux règles",
        "en": "this level does not compare in the same direction as level {level}; make two rules of it",
    },
    "levels_out_of_order": {
        "fr": "ce seuil ({higher}) serait franchi avant celui du niveau {level} ({lower}), moins grave ; échangez-les",
        "en": (
            "this limit ({higher}) would be crossed before that of level {level} ({lower}), which is less "
            "severe; swap them"
        ),
    },
    "factor_too_small": {
        "fr": "{value} serait dépassé par un capteur qui va bien ; écrivez un facteur supérieur à 1, par exemple 3",
        "en": "{value} would be passed by a device that is well; write a factor above 1, for example 3",
    },
    "measure_of_kind": {
        "fr": (
            "la mesure « {measure} » n’a pas de sens pour « {quantity} » (genre {kind}, agrégat {aggregate}) ; "
            "choisissez parmi : {known}"
        ),
        "en": (
            'measure "{measure}" means nothing for "{quantity}" (kind {kind}, aggregate {aggregate}); choose '
            "among: {known}"
        ),
    },
    "window_missing": {
        "fr": 'la mesure « {measure} » porte sur une durée ; ajoutez par exemple window = "1 h"',
        "en": 'measure "{measure}" is over a time; add for example window = "1 h"',
    },
    "window_unexpected": {
        "fr": "la valeur elle-même n’a pas de fenêtre ; ôtez window ou choisissez measure",
        "en": "the value itself has no window; remove window or choose a measure",
    },
    "window_zero": {
        "fr": 'une fenêtre dure plus de 0 s ; écrivez par exemple "1 h"',
        "en": 'a window is longer than 0 s; write for example "1 h"',
    },
    "window_too_short": {
        "fr": (
            "la fenêtre est plus courte que l’intervalle entre deux mesures ({interval} s) de {count} "
            "capteur(s) : {devices} ; allongez-la ou ôtez-les par except_devices"
        ),
        "en": (
            "the window is shorter than the interval between two readings ({interval} s) of {count} device(s): "
            "{devices}; make it longer or take them out with except_devices"
        ),
    },
    "nobody_selected": {
        "fr": "aucun capteur ne répond à cette sélection ; élargissez-la, ou ôtez la règle",
        "en": "no device answers to this selection; widen it, or remove the rule",
    },
    "nobody_measures": {
        "fr": "aucun des capteurs sélectionnés ne mesure « {quantity} » ; corrigez la grandeur ou la sélection",
        "en": 'none of the selected devices measures "{quantity}"; correct the quantity or the selection',
    },
    "devices_lack_param": {
        "fr": (
            "il manque à {count} capteur(s) le nombre {param} : {devices} ; écrivez {param}=… dans params de "
            "devices.csv, ou ôtez-les par except_devices"
        ),
        "en": (
            "{count} device(s) lack the number {param}: {devices}; write {param}=... in params of devices.csv, "
            "or take them out with except_devices"
        ),
    },
    "bad_template": {
        "fr": "le modèle de phrase est incorrect ({detail}) ; corrigez-le",
        "en": "the template is wrong ({detail}); correct it",
    },
    "unknown_name": {
        "fr": "une phrase ne connaît pas « {value} » ; connus : {known}",
        "en": 'a message does not know "{value}"; known: {known}',
    },
}
