"""What `codecs` and `devices profiles` say."""

TEXTS: dict[str, dict[str, str]] = {
    "codec_needs_payload": {
        "fr": "rien à décoder ; donnez --hex 0167… ou --json '{{...}}'",
        "en": "nothing to decode; give --hex 0167... or --json '{{...}}'",
    },
    "bad_hex_option": {
        "fr": "--hex {value} n'est pas de l'hexadécimal ; écrivez deux chiffres par octet, par exemple 016700d7",
        "en": "--hex {value} is not hexadecimal; write two digits a byte, such as 016700d7",
    },
    "bad_json_option": {
        "fr": "--json n'est pas un objet JSON ({detail}) ; écrivez par exemple '{{\"temperature\": 21.5}}'",
        "en": "--json is not a JSON object ({detail}); write for example '{{\"temperature\": 21.5}}'",
    },
    "codec_failure": {
        "fr": "ÉCHEC {codec} {model} « {example} » : {fault}",
        "en": "FAILED {codec} {model} “{example}”: {fault}",
    },
    "codec_vectors": {"fr": "(vecteurs)", "en": "(vectors)"},
    "codec_totals": {
        "fr": "Total : {codecs} codecs, {passed} réussis, {failed} échoués.",
        "en": "Total: {codecs} codecs, {passed} passed, {failed} failed.",
    },
    "no_such_profile": {
        "fr": "{device} n'est pas dans ce dépôt ; proches : {known} ; voyez `vigiterre devices profiles list`",
        "en": "{device} is not in this repository; near: {known}; see `vigiterre devices profiles list`",
    },
    "profile_without_codec": {
        "fr": "{device} n'a pas de codec dans ce dépôt ; rien n'a été écrit, demandez-le au fabricant",
        "en": "{device} has no codec in this repository; nothing was written, ask its maker for one",
    },
    "profile_shown": {
        "fr": "{device} ({maker}, {name}) : ce que rend son codec, et ce que nous en devinons",
        "en": "{device} ({maker}, {name}): what its codec returns, and what we guess of it",
    },
    "profile_vectors": {
        "fr": "{device} : {passed} vecteurs du fabricant réussis sur {count}.",
        "en": "{device}: {passed} of the maker's {count} vectors passed.",
    },
    "profile_unmapped": {
        "fr": "{device} : aucune grandeur devinée parmi {fields} ; rien n'a été écrit, ajoutez --map champ=grandeur",
        "en": "{device}: no quantity guessed among {fields}; nothing was written, add --map field=quantity",
    },
    "profile_replaces": {
        "fr": "Attention : models/{device}.toml existe déjà et serait remplacé.",
        "en": "Beware: models/{device}.toml exists already and would be replaced.",
    },
    "profile_confirm": {
        "fr": "Écrire {device} ainsi ? (--map champ=grandeur corrige)",
        "en": "Write {device} like this? (--map field=quantity corrects)",
    },
    "profile_done": {
        "fr": "{device} écrit dans {folder} ; relisez models/{device}.toml, puis `vigiterre codecs test {device}`.",
        "en": "{device} written to {folder}; read models/{device}.toml over, then `vigiterre codecs test {device}`.",
    },
    "bad_mapping": {
        "fr": "--map {value} : écrivez champ=grandeur ou champ=grandeur:unité ; grandeurs proches : {known}",
        "en": "--map {value}: write field=quantity or field=quantity:unit; near quantities: {known}",
    },
}
