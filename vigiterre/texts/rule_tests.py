"""What `alerts test` says: what a rule should have done, and what it did."""

TEXTS: dict[str, dict[str, str]] = {
    "trial_failure": {
        "fr": "ÉCHEC {file} ligne {line} « {test} »\n{fault}",
        "en": "FAILED {file} line {line} “{test}”\n{fault}",
    },
    "trial_expected": {
        "fr": "  - attendu {rule} {level} {device} {start} → {end}",
        "en": "  - expected {rule} {level} {device} {start} → {end}",
    },
    "trial_found": {
        "fr": "  + trouvé {rule} {level} {device} {start} → {end}",
        "en": "  + found {rule} {level} {device} {start} → {end}",
    },
    "trial_open": {"fr": "(ouverte)", "en": "(open)"},
    "trial_value": {"fr": "    {time} {device} : {values}", "en": "    {time} {device}: {values}"},
    "trial_broken": {
        "fr": "  ! la règle {rule} a échoué : {detail}",
        "en": "  ! rule {rule} failed: {detail}",
    },
    "trial_totals": {
        "fr": "Total : {files} fichier(s), {passed} test(s) réussi(s), {failed} échoué(s).",
        "en": "Total: {files} file(s), {passed} test(s) passed, {failed} failed.",
    },
    "trial_none": {
        "fr": "{folder} : aucun test de règles ici ; écrivez-en un (docs/rules.md), ou corrigez --config",
        "en": "{folder}: no tests of rules here; write one (docs/rules.md), or correct --config",
    },
    "trial_never_fires": {
        "fr": "Aucun test n'attend d'alerte de ces règles : {rules}.",
        "en": "No test expects an alert of these rules: {rules}.",
    },
    "trial_never_rests": {
        "fr": "Aucun test ne montre ces règles au repos : {rules}.",
        "en": "No test shows these rules at rest: {rules}.",
    },
}
