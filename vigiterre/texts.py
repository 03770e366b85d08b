"""What the command line says, in French and in English."""

from devices.problems import Bilingual

TEXTS: dict[str, dict[str, str]] = {
    "problems": {
        "fr": "Erreurs : {count}. Rien n'a été démarré ni modifié.",
        "en": "Errors: {count}. Nothing was started or changed.",
    },
    "checked": {
        "fr": "Configuration correcte : {devices} capteurs, {models} modèles, {n} grandeurs.",
        "en": "The configuration is right: {devices} devices, {models} models, {n} quantities.",
    },
    "dashboards_previewed": {
        "fr": "{n} tableau(x) de bord dans {path}. Ouvrez-le dans un navigateur.",
        "en": "{n} dashboard(s) in {path}. Open it in a browser.",
    },
    "dashboards_rendered": {
        "fr": "{folder} : {n} fichier(s) changé(s).",
        "en": "{folder}: {n} file(s) changed.",
    },
    "pushed": {
        "fr": "Grafana : {changed} objet(s) écrit(s) ou supprimé(s), {kept} déjà justes.",
        "en": "Grafana: {changed} object(s) written or removed, {kept} right already.",
    },
    "push_planned": {
        "fr": "Grafana : {changed} objet(s) à écrire ou à supprimer, {kept} déjà justes ; rien n'a été écrit.",
        "en": "Grafana: {changed} object(s) to write or remove, {kept} right already; nothing was written.",
    },
    "diffed": {
        "fr": "Grafana : {changed} objet(s) diffèrent du code, {kept} sont justes.",
        "en": "Grafana: {changed} object(s) differ from the code, {kept} are right.",
    },
    "cautioned": {
        "fr": "Attention : {words}",
        "en": "Warning: {words}",
    },
    "diagnosed": {
        "fr": "Examen terminé : {errors} erreur(s), {warnings} avertissement(s).",
        "en": "Examined: {errors} error(s), {warnings} warning(s).",
    },
    "locked": {
        "fr": "{folder} est déjà utilisé par le processus {pid} : arrêtez-le, ou choisissez un autre data_dir.",
        "en": "{folder} is in use by process {pid}: stop it, or choose another data_dir.",
    },
    "no_such_device": {
        "fr": "{device} : aucun capteur de ce nom ; voyez `vigiterre devices list`",
        "en": "{device}: no device of this name; see `vigiterre devices list`",
    },
    "no_such_refusal": {
        "fr": "{id} : aucun refus de ce numéro ; rien n'a été fait, voyez `vigiterre quarantine list`",
        "en": "{id}: no refusal of this number; nothing was done, see `vigiterre quarantine list`",
    },
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
    "column_codec": {"fr": "Codec", "en": "Codec"},
    "column_passed": {"fr": "Réussis", "en": "Passed"},
    "column_failed": {"fr": "Échoués", "en": "Failed"},
    "column_maker": {"fr": "Fabricant", "en": "Maker"},
    "column_name": {"fr": "Nom", "en": "Name"},
    "column_field": {"fr": "Champ", "en": "Field"},
    "column_value": {"fr": "Exemple", "en": "Example"},
    "column_quantity": {"fr": "Grandeur", "en": "Quantity"},
    "column_unit": {"fr": "Unité", "en": "Unit"},
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
    "no_such_model": {
        "fr": "{model} : aucun modèle de ce nom dans models/ ; connus : {known}",
        "en": "{model}: no model of this name in models/; known: {known}",
    },
    "no_such_commune": {
        "fr": "{commune} n'est pas un code INSEE ; écrivez cinq caractères, par exemple 03190",
        "en": "{commune} is not an INSEE code; write five characters, such as 03190",
    },
    "no_device_found": {
        "fr": "Aucun capteur ne répond à ces critères ; `vigiterre devices list` les montre tous.",
        "en": "No device matches; `vigiterre devices list` shows them all.",
    },
    "no_data_dir": {
        "fr": "{folder} n'existe pas : aucun vigiterre n'a tourné là ; corrigez data_dir (VIGITERRE_DATA_DIR) ou "
        "--config, ou lancez d'abord `vigiterre run`",
        "en": "{folder} does not exist: no vigiterre has run there; correct data_dir (VIGITERRE_DATA_DIR) or "
        "--config, or start `vigiterre run` first",
    },
    "file_refused": {
        "fr": "{path} : inutilisable ({detail}) ; corrigez le chemin ou les droits, ou lancez sous le compte du "
        "service",
        "en": "{path}: cannot be used ({detail}); correct the path or its permissions, or run as the service's account",
    },
    "bad_time": {
        "fr": "{option} {value} n'est pas une date ; écrivez 2026-11-23, 2026-11-23T21:14 (UTC) ou "
        "2026-11-23T22:14+01:00",
        "en": "{option} {value} is no date; write 2026-11-23, 2026-11-23T21:14 (UTC) or 2026-11-23T22:14+01:00",
    },
    "empty_span": {
        "fr": "{since} {start} doit précéder {until} {end} ; corrigez l'un des deux",
        "en": "{since} {start} must be before {until} {end}; correct one of them",
    },
    "ended_before_answer": {
        "fr": "Le processus s'est arrêté avant de répondre ; voyez ses logs, puis relancez la commande : ce qui est "
        "déjà fait ne l'est pas deux fois.",
        "en": "The running process ended before it answered; see its logs, then run the command again: what is done "
        "is not done twice.",
    },
    "assets_missing": {
        "fr": "Les scripts et les styles des pages manquent : lancez make assets, ou installez le paquet (wheel).",
        "en": "The scripts and styles of the pages are missing: run make assets, or install the wheel.",
    },
    "command_failed": {
        "fr": "Le processus n'a pu exécuter la commande ({detail}) ; la trace est dans ses logs, signalez-la.",
        "en": "The running process could not do this ({detail}); the traceback is in its logs, report it.",
    },
    "socket_refused": {
        "fr": "{path} : inutilisable ({detail}) ; lancez sous le compte du service, et gardez data_dir sous 90 "
        "caractères",
        "en": "{path}: cannot be used ({detail}); run as the service's account, and keep data_dir below 90 characters",
    },
    "bind_refused": {
        "fr": "console.bind {host}:{port} : {detail} ; choisissez un autre port ou arrêtez le programme qui l'occupe",
        "en": "console.bind {host}:{port}: {detail}; choose another port or stop the program that uses it",
    },
    "housekeeping_failed": {
        "fr": "agrégats et rétention en échec ({detail}) ; nouvel essai chaque minute, la trace est dans les logs",
        "en": "roll-ups and retention fail ({detail}); tried again each minute, the traceback is in the logs",
    },
    "broker_away": {
        "fr": "pas encore connecté au courtier",
        "en": "not connected to the broker yet",
    },
    "session_lost": {
        "fr": "le courtier avait oublié notre session : ce qu'il gardait pour nous est perdu ; voyez sa persistance",
        "en": "the broker had forgotten our session: what it kept for us is lost; look at its persistence",
    },
    "journal_filling": {
        "fr": "le journal est plein à {percent} % de messages à enregistrer ; remettez la base en marche",
        "en": "{percent} % of the journal waits to be stored; bring the store back",
    },
    "disk_filling": {
        "fr": "il reste {free} Mio sur le disque de data_dir ; libérez de la place",
        "en": "{free} MiB are left on the disk of data_dir; make room",
    },
    "journal_damaged": {
        "fr": "journal abîmé ({files}) : {records} message(s) acquitté(s) perdu(s) ; voyez dmesg et l'état du disque, "
        "et journal_damaged dans les logs",
        "en": "the journal is damaged ({files}): {records} acknowledged message(s) lost; look at dmesg and the state "
        "of the disk, and at journal_damaged in the logs",
    },
    "descriptors_used": {
        "fr": "{used} descripteurs de fichiers ouverts sur {limit} : cherchez qui garde tant de connexions, ou relevez "
        "la limite (LimitNOFILE de systemd)",
        "en": "{used} of {limit} file descriptors are open: find who keeps so many connections, or raise the limit "
        "(LimitNOFILE of systemd)",
    },
    "many_refused": {
        "fr": "{refused} mesures refusées sur {received} en dix minutes ; voyez `vigiterre quarantine list`",
        "en": "{refused} of {received} readings refused in ten minutes; see `vigiterre quarantine list`",
    },
    "clock_stepped": {
        "fr": "l'horloge de la machine a été changée de plus d'une minute ; vérifiez la synchronisation",
        "en": "the machine's clock was set by more than a minute; check its synchronisation",
    },
    "alerts_alone": {
        "fr": "{path} est d'un `vigiterre run --only alerts` : démarrez-le, il s'en charge",
        "en": "{path} belongs to a `vigiterre run --only alerts`: start it, it will do this",
    },
    "no_worker": {
        "fr": "aucun processus d'entrée ne s'est fait entendre ; démarrez `vigiterre run --only ingest`",
        "en": "no worker was heard yet; start `vigiterre run --only ingest`",
    },
    "workers_missing": {
        "fr": (
            "processus d'entrée muets : {workers} ; relancez-les : le courtier garde leur part des messages ; de "
            "ceux qui sont partis pour de bon, ôtez la session du courtier, puis le nom de {file}, et relancez celui-ci"
        ),
        "en": (
            "workers that are not heard: {workers}; start them again: the broker keeps their share of the messages; of "
            "those gone for good, remove the session from the broker, then the name from {file}, and restart this one"
        ),
    },
    "workers_clocks": {
        "fr": "horloges à plus de dix secondes d'ici, ou réseau en retard : {workers} ; synchronisez-les",
        "en": "clocks more than ten seconds from the one here, or a slow network: {workers}; synchronise them",
    },
    "workers_unconnected": {
        "fr": "processus d'entrée sans courtier : {workers} ; voyez leur /readyz",
        "en": "workers without the broker: {workers}; look at their /readyz",
    },
    "rules_broken": {
        "fr": "règles en échec : {rules} ; voyez `vigiterre alerts list --rules`",
        "en": "rules that fail: {rules}; see `vigiterre alerts list --rules`",
    },
    "purge_what": {
        "fr": "Dites quoi effacer : --before, --reason, --device, ou --all pour tout.",
        "en": "Say what to delete: --before, --reason, --device, or --all for everything.",
    },
    "purged": {"fr": "Refus effacés : {purged}.", "en": "Refusals deleted: {purged}."},
    "no_refusal": {"fr": "Aucun refus.", "en": "No refusals."},
    "no_refusal_found": {
        "fr": "Aucun refus ne répond à ces critères ; `vigiterre quarantine list` les montre tous.",
        "en": "No refusal matches; `vigiterre quarantine list` shows them all.",
    },
    "refusals_dropped": {
        "fr": "{device} : {refusals} refus {reason} jetés, il occupait plus que sa part de la quarantaine.",
        "en": "{device}: {refusals} refusals {reason} dropped, it took more than its share of the quarantine.",
    },
    "strangers": {"fr": "inconnus", "en": "strangers"},
    "refusals_cut": {
        "fr": "Liste arrêtée à --limit {limit} ; de plus anciens peuvent suivre.",
        "en": "The list stops at --limit {limit}; older ones may follow.",
    },
    "replay": {"fr": "messages rejoués", "en": "messages run again"},
    "quarantine_replay": {"fr": "messages rejoués", "en": "messages run again"},
    "quarantine_purge": {"fr": "refus effacés", "en": "refusals deleted"},
    "replayed": {
        "fr": "Messages rejoués : {messages} ; refus à nouveau : {refused} (voir `vigiterre quarantine list`).",
        "en": "Messages run again: {messages}; refused anew: {refused} (see `vigiterre quarantine list`).",
    },
    "replayed_waiting": {
        "fr": "Messages remis au journal : {messages} ; la base ne répond pas, ils seront enregistrés à son retour.",
        "en": "Messages in the journal again: {messages}; the store is away, they are stored when it returns.",
    },
    "replay_found_nothing": {
        "fr": "Aucun message à rejouer : le journal n'en a pas de ce capteur à ces heures (en UTC, sauf fuseau "
        "donné) ; il garde {days} jours (journal.max_days).",
        "en": "No messages to run again: the journal has none of this device at these hours (UTC unless a zone is "
        "given); it keeps {days} days (journal.max_days).",
    },
    "replay_cut": {
        "fr": "Refus de plus de 64 ko, restés en quarantaine : {cut} ; essayez `vigiterre replay --from … --to …`.",
        "en": "Refusals above 64 kB, left in quarantine: {cut}; try `vigiterre replay --from … --to …`.",
    },
    "import_summary": {
        "fr": "Ajoutés : {added} ; modifiés : {changed} ; inchangés : {unchanged} ; refusés : {refused}.",
        "en": "Added: {added}; changed: {changed}; unchanged: {unchanged}; refused: {refused}.",
    },
    "outcome_added": {"fr": "ajouté", "en": "added"},
    "outcome_changed": {"fr": "modifié", "en": "changed"},
    "outcome_refused": {"fr": "refusé", "en": "refused"},
    "import_dry_run": {"fr": "Essai : rien n'a été écrit.", "en": "Dry run: nothing was written."},
    "import_done": {
        "fr": "{file} est à jour ; `kill -HUP` ou un redémarrage le fait relire.",
        "en": "{file} is up to date; `kill -HUP` or a restart makes it read again.",
    },
    "demo_no_config": {
        "fr": "{folder} : ce dossier n'a pas de demo/series.toml, rien à jouer ; indiquez le dossier de "
        "configuration : vigiterre --config DOSSIER …",
        "en": "{folder}: this folder has no demo/series.toml, nothing to play; name the configuration folder: "
        "vigiterre --config FOLDER …",
    },
    "demo_port_taken": {
        "fr": "{asked} est pris par un autre programme : la page est sur le port {port}.",
        "en": "{asked} is taken by another program: the page is on port {port}.",
    },
    "demo_bind_taken": {
        "fr": "--bind {asked} : un autre programme écoute là. Arrêtez-le, ou sans --bind un port libre est choisi.",
        "en": "--bind {asked}: another program listens there. Stop it, or leave --bind out: a free port is chosen.",
    },
    "demo_bind_wrong": {
        "fr": "--bind {asked} : écrivez hôte:port, par exemple 127.0.0.1:8080",
        "en": "--bind {asked}: write host:port, such as 127.0.0.1:8080",
    },
    "demo_bind_refused": {
        "fr": "--bind {asked} : {why} ; écoutez sur 127.0.0.1:8080, ou une adresse de cette machine et un port "
        "au-dessus de 1023.",
        "en": "--bind {asked}: {why}; listen on 127.0.0.1:8080, or an address of this machine and a port above 1023.",
    },
    "demo_ready": {
        "fr": "Vigiterre, démonstration. Rien de ce qui est montré n'a été mesuré dans l'Allier :\n"
        "{replayed} capteurs rejouent de vraies séries relevées ailleurs, {simulated} envoient des valeurs "
        "inventées, et\n"
        "des messages faux sont envoyés exprès, pour être refusés.\n"
        "  Page           {page}\n"
        "  Courtier MQTT  {broker}\n"
        "  Données        {data_dir} {kept}\n"
        "  Refus          au bas de la page, ou : VIGITERRE_DATA_DIR={data_dir} {program} quarantine list\n"
        "{end}",
        "en": "Vigiterre, demonstration. Nothing that is shown was measured in the Allier:\n"
        "{replayed} devices replay real series recorded elsewhere, {simulated} send made-up values, and\n"
        "wrong messages are sent on purpose, to be refused.\n"
        "  Page         {page}\n"
        "  MQTT broker  {broker}\n"
        "  Data         {data_dir} {kept}\n"
        "  Refusals     at the foot of the page, or: VIGITERRE_DATA_DIR={data_dir} {program} quarantine list\n"
        "{end}",
    },
    "demo_kept": {"fr": "(gardées)", "en": "(kept)"},
    "demo_temporary": {
        "fr": "(effacées à la fin ; --data-dir DOSSIER les garde)",
        "en": "(deleted at the end; --data-dir FOLDER keeps it)",
    },
    "demo_until_interrupt": {"fr": "Ctrl-C pour finir.", "en": "Ctrl-C ends it."},
    "demo_until": {
        "fr": "Se termine seule après {seconds:g} s ; Ctrl-C pour finir avant.",
        "en": "Ends by itself after {seconds:g} s; Ctrl-C ends it earlier.",
    },
    "demo_ending": {
        "fr": "Fin : ce qui est déjà publié est encore enregistré.",
        "en": "Ending: what is published already is still being stored.",
    },
    "demo_done": {
        "fr": "{received} mesures reçues = {stored} enregistrées + {refused} refusées ; "
        "en plus, {repeated} déjà connues ; {devices} capteurs entendus.",
        "en": "{received} readings received = {stored} stored + {refused} refused; besides, {repeated} known already; "
        "{devices} devices heard.",
    },
    "demo_history": {"fr": "Une semaine passée", "en": "The week before"},
    "demo_live": {"fr": "En direct", "en": "Live"},
    "demo_sent": {"fr": "{sent} mesures envoyées", "en": "{sent} readings sent"},
    "demo_sent_stored": {
        "fr": "{sent} mesures envoyées, {stored} enregistrées",
        "en": "{sent} readings sent, {stored} stored",
    },
    "demo_line": {"fr": "{what} : {percent} %, {figures}", "en": "{what}: {percent} %, {figures}"},
    "demo_skipped": {
        "fr": "Le temps manquait : {hours} heures de la semaine passée n'ont pas été envoyées.",
        "en": "Time was short: {hours} hours of the week before were not sent.",
    },
    "demo_live_now": {
        "fr": "Direct accéléré : chaque capteur envoie sa valeur toutes les quelques secondes.",
        "en": "Live, accelerated: each device sends its value every few seconds.",
    },
    "demo_unsettled": {
        "fr": "{messages} messages publiés n'ont pas été traités à temps ; ils ne sont pas dans le compte.",
        "en": "{messages} published messages were not dealt with in time; they are not in the count.",
    },
    "demo_broker_ended": {
        "fr": "Le courtier embarqué s'est arrêté ; relancez, ou donnez-en un vrai par --broker.",
        "en": "The embedded broker ended; start again, or give a real one by --broker.",
    },
    "demo_no_connection": {
        "fr": "{broker} ne répond pas ; démarrez-le, donnez-en un autre par --broker, ou essayez sans --broker.",
        "en": "{broker} does not answer; start this broker, give another by --broker, or try without --broker.",
    },
    "demo_broker_trouble": {
        "fr": "--broker {broker} : {why}\nIci mqtt.url vient de --broker ; sans lui, le courtier est embarqué.",
        "en": "--broker {broker}: {why}\nHere mqtt.url is what --broker gives; without it, a broker is embedded.",
    },
    "demo_service_ended": {
        "fr": "Le service s'est arrêté de lui-même ; le journal ci-dessus dit pourquoi.",
        "en": "The service ended by itself; the log above says why.",
    },
    "simulate_ready": {
        "fr": "{devices} capteurs publient vers {broker}. Ctrl-C pour finir.",
        "en": "{devices} devices publish to {broker}. Ctrl-C ends it.",
    },
    "simulate_done": {
        "fr": "{readings} mesures publiées en {messages} messages.",
        "en": "{readings} readings published in {messages} messages.",
    },
    "no_such_player": {
        "fr": "{device} ne joue rien ; par exemple : {known}",
        "en": "{device} plays nothing; for example: {known}",
    },
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
    "column_file": {"fr": "Fichier", "en": "File"},
    # alerts
    "no_alerts_file": {
        "fr": "{path} n'existe pas : aucun vigiterre n'a encore tenu d'alertes là ; lancez `vigiterre run`",
        "en": "{path} does not exist: no vigiterre has kept alerts there yet; start `vigiterre run`",
    },
    "alerts_without_config": {
        "fr": "La configuration a des erreurs ({count}) : les alertes sont montrées sans leurs noms ; voyez "
        "`vigiterre check`.",
        "en": "The configuration has errors ({count}): alerts are shown without their names; see `vigiterre check`.",
    },
    "no_such_alert": {
        "fr": "{id} : aucune alerte de ce numéro ; rien n'a été fait, voyez `vigiterre alerts list --all`",
        "en": "{id}: no alert of this number; nothing was done, see `vigiterre alerts list --all`",
    },
    "no_alert_open": {"fr": "Aucune alerte en cours.", "en": "No alert is open."},
    "no_alert_found": {
        "fr": "Aucune alerte ne répond à ces critères ; `vigiterre alerts list --all` les montre toutes.",
        "en": "No alert matches; `vigiterre alerts list --all` shows them all.",
    },
    "no_rule_found": {
        "fr": "Aucune règle ne répond à ces critères ; `vigiterre alerts list --rules` les montre toutes.",
        "en": "No rule matches; `vigiterre alerts list --rules` shows them all.",
    },
    "no_history": {
        "fr": "Aucune alerte ne répond à ces critères ; `vigiterre alerts history` les montre toutes.",
        "en": "No alert matches; `vigiterre alerts history` shows them all.",
    },
    "no_mute": {"fr": "Aucun silence, aucune intervention.", "en": "No silences and no maintenance windows."},
    "no_notice": {"fr": "Personne n'a été prévenu.", "en": "Nobody was told."},
    "alerts_cut": {
        "fr": "Liste arrêtée à --limit {limit} ; {count} autres suivent.",
        "en": "The list stops at --limit {limit}; {count} more follow.",
    },
    "alerts_collapsed": {
        "fr": "Une ligne « × » réunit les alertes d'une règle en un même lieu ; --each les montre une à une, "
        "`vigiterre alerts ack --all --rule … --site …` les prend toutes en charge.",
        "en": "A line “×” stands for the alerts of one rule at one place; --each shows them one by one, `vigiterre "
        "alerts ack --all --rule … --site …` acknowledges them all.",
    },
    "rules_not_asked": {
        "fr": "Aucun vigiterre ne tourne ici : les règles en panne ne sont pas connues.",
        "en": "No vigiterre runs here: which rules are broken is not known.",
    },
    "rule_measured": {"fr": "mesure", "en": "measured"},
    "rule_silent": {"fr": "capteur muet", "en": "silent"},
    "rule_platform": {"fr": "vigiterre même", "en": "vigiterre itself"},
    "rule_waiting": {"fr": "attend un premier capteur", "en": "waits for a first device"},
    "alerts_need_process": {
        "fr": "Aucun vigiterre ne tourne sur {folder} : rien n'a été fait, car personne ne tiendrait compte de cet "
        "ordre ; lancez `vigiterre run` (systemctl start vigiterre), puis recommencez",
        "en": "No vigiterre runs on {folder}: nothing was done, since nobody would heed it; start `vigiterre run` "
        "(systemctl start vigiterre), then do this again",
    },
    "ack_what": {
        "fr": "Dites lesquelles : des numéros, ou --all avec ou sans --rule, --site, --commune, --device, "
        "--domain, --level.",
        "en": "Say which: numbers, or --all with or without --rule, --site, --commune, --device, --domain, --level.",
    },
    "acknowledged": {
        "fr": "Alertes prises en charge par {who} : {count}.",
        "en": "Alerts acknowledged by {who}: {count}.",
    },
    "acknowledged_before": {
        "fr": "Inchangées : {already} déjà prises en charge, {over} terminées.",
        "en": "Unchanged: {already} acknowledged already, {over} over.",
    },
    "ack_unwritten": {
        "fr": "Le disque refuse l'écriture pour l'instant : c'est retenu, et sera écrit dès que possible (voir "
        "/readyz) ; un arrêt brutal d'ici là l'oublierait.",
        "en": "The disk refuses it for now: it is held, and written as soon as it can be (see /readyz); a crash "
        "before that would forget it.",
    },
    "mute_what": {
        "fr": "Dites sur quoi : --device, --site, --commune, --domain, --tag ou --rule ; --everything, seul, pour "
        "tout le territoire.",
        "en": "Say on what: --device, --site, --commune, --domain, --tag or --rule; --everything, alone, for the "
        "whole territory.",
    },
    "mute_why": {
        "fr": "Dites pourquoi : --comment « … » ; d'autres le liront.",
        "en": "Say why: --comment “…”; others will read it.",
    },
    "mute_how_long": {
        "fr": "Dites pour combien de temps : soit --for 2h, soit --until 2026-11-24T06:00Z.",
        "en": "Say for how long: either --for 2h or --until 2026-11-24T06:00Z.",
    },
    "bad_length": {
        "fr": "--for {value} n'est pas une durée ; écrivez 30min, 2h ou 1d",
        "en": "--for {value} is no duration; write 30min, 2h or 1d",
    },
    "mute_over": {
        "fr": "La fin, {end}, est déjà passée ou précède le début ; corrigez --until, --since ou --for.",
        "en": "The end, {end}, is past or before the beginning; correct --until, --since or --for.",
    },
    "no_such_mute": {
        "fr": "{id} : rien de ce numéro n'est en cours ni à venir ; voyez `vigiterre alerts mutes`",
        "en": "{id}: nothing of this number is current or to come; see `vigiterre alerts mutes`",
    },
    "silenced": {
        "fr": "Silence {id} jusqu'au {end} : {devices} capteurs, {alerts} alertes en cours. Fin anticipée : "
        "`vigiterre alerts silence --end {id}`.",
        "en": "Silence {id} until {end}: {devices} devices, {alerts} open alerts. To end it early: `vigiterre "
        "alerts silence --end {id}`.",
    },
    "maintained": {
        "fr": "Intervention {id} du {start} au {end} : {devices} capteurs, {alerts} alertes en cours. Fin "
        "anticipée : `vigiterre alerts maintenance --end {id}`.",
        "en": "Maintenance {id} from {start} to {end}: {devices} devices, {alerts} open alerts. To end it early: "
        "`vigiterre alerts maintenance --end {id}`.",
    },
    "unmuted": {
        "fr": "{id} a pris fin : les alertes sont de nouveau annoncées.",
        "en": "{id} has ended: people are told of alerts again.",
    },
    "mute_current": {"fr": "en cours", "en": "current"},
    "mute_coming": {"fr": "à venir", "en": "to come"},
    "mute_everything": {"fr": "tout le territoire", "en": "the whole territory"},
    "kind_silence": {"fr": "mise en silence", "en": "silence"},
    "kind_maintenance": {"fr": "intervention", "en": "maintenance"},
    "csv_or_json": {
        "fr": "--csv et --json s'excluent ; choisissez l'un des deux",
        "en": "--csv and --json exclude each other; choose one of them",
    },
    "notify_test_sent": {
        "fr": "Essai remis par le canal {channel} ({kind}) ; vérifiez qu'il est arrivé.",
        "en": "The test was handed over by channel {channel} ({kind}); check that it arrived.",
    },
    "notify_test_on_duty": {
        "fr": "Essai remis par le canal {duty} ({kind}), d'astreinte pour {channel} ; vérifiez qu'il est arrivé.",
        "en": "The test was handed over by channel {duty} ({kind}), on duty for {channel}; check that it arrived.",
    },
    "notify_test_failed": {
        "fr": "L'essai n'est pas parti par {channel} : {why}",
        "en": "The test did not go out by {channel}: {why}",
    },
    "status_firing": {"fr": "en cours", "en": "firing"},
    "status_acknowledged": {"fr": "prise en charge", "en": "acknowledged"},
    "status_resolved": {"fr": "terminée", "en": "resolved"},
    "status_withdrawn": {"fr": "annulée", "en": "withdrawn"},
    "what_fired": {"fr": "déclenchée", "en": "fired"},
    "what_level": {"fr": "change de niveau", "en": "level changed"},
    "what_resolved": {"fr": "terminée", "en": "resolved"},
    "what_reopened": {"fr": "reprend", "en": "reopened"},
    "what_corrected": {"fr": "corrigée par des mesures tardives", "en": "corrected by late readings"},
    "what_withdrawn": {"fr": "annulée", "en": "withdrawn"},
    "what_acknowledged": {"fr": "prise en charge", "en": "acknowledged"},
    "what_noticed": {"fr": "annoncée", "en": "people told"},
    "what_escalated": {"fr": "portée à l'échelon suivant", "en": "escalated"},
    "what_reminded": {"fr": "rappelée", "en": "reminded"},
    "what_test": {"fr": "essai", "en": "test"},
    "notice_waiting": {"fr": "en attente", "en": "waiting"},
    "notice_sent": {"fr": "remis", "en": "sent"},
    "notice_superseded": {"fr": "devenu inutile", "en": "superseded"},
    "notice_given_up": {"fr": "abandonné", "en": "given up"},
    "alert_late": {
        "fr": "trouvée après coup, personne n'a été prévenu",
        "en": "found after it was over, nobody was told",
    },
    "alert_withdrawn": {
        "fr": "annulée par des mesures tardives ou une règle corrigée",
        "en": "withdrawn by late readings or a corrected rule",
    },
    "alert_replayed": {
        "fr": "de mesures rejouées, personne n'est prévenu",
        "en": "of replayed readings, nobody is told",
    },
    "yes": {"fr": "oui", "en": "yes"},
    "column_amount": {"fr": "Valeur", "en": "Value"},
    "column_level": {"fr": "Niveau", "en": "Level"},
    "column_status": {"fr": "État", "en": "Status"},
    "column_rule": {"fr": "Règle", "en": "Rule"},
    "column_title": {"fr": "Alerte", "en": "Alert"},
    "column_place": {"fr": "Lieu", "en": "Place"},
    "column_opened": {"fr": "Début", "en": "Began"},
    "column_resolved": {"fr": "Fin", "en": "Ended"},
    "column_acknowledged": {"fr": "Prise en charge", "en": "Acknowledged"},
    "column_acknowledged_by": {"fr": "Par", "en": "By"},
    "column_comment": {"fr": "Commentaire", "en": "Comment"},
    "column_muted_by": {"fr": "Tue par", "en": "Muted by"},
    "column_kind": {"fr": "Sorte", "en": "Kind"},
    "column_levels": {"fr": "Niveaux", "en": "Levels"},
    "column_devices": {"fr": "Capteurs", "en": "Devices"},
    "column_state": {"fr": "État", "en": "State"},
    "column_calendar": {"fr": "Calendrier", "en": "Calendar"},
    "column_source": {"fr": "Source du seuil", "en": "Source of the limit"},
    "column_current": {"fr": "État", "en": "State"},
    "column_start": {"fr": "Début", "en": "Start"},
    "column_end": {"fr": "Fin", "en": "End"},
    "column_selector": {"fr": "Sur", "en": "On"},
    "column_rules": {"fr": "Règles", "en": "Rules"},
    "column_who": {"fr": "Qui", "en": "Who"},
    "column_time": {"fr": "Heure", "en": "Time"},
    "column_known": {"fr": "Su à", "en": "Known at"},
    "column_what": {"fr": "Quoi", "en": "What"},
    "column_made": {"fr": "Décidé à", "en": "Decided at"},
    "column_channel": {"fr": "Canal", "en": "Channel"},
    "column_done": {"fr": "Issue à", "en": "Done at"},
    "column_tries": {"fr": "Essais", "en": "Tries"},
    "column_error": {"fr": "Erreur", "en": "Error"},
    "column_peak": {"fr": "Niveau atteint", "en": "Highest level"},
    "column_finding": {"fr": "Constat", "en": "Finding"},
    "column_threshold": {"fr": "Seuil", "en": "Limit"},
    "column_raised": {"fr": "Dépassement dès", "en": "Breached from"},
    "column_seen": {"fr": "Valeur relevée à", "en": "Value measured at"},
    "column_reopened": {"fr": "Reprises", "en": "Reopened"},
    "column_noticed": {"fr": "Annoncée à", "en": "People told at"},
    "column_flags": {"fr": "À savoir", "en": "To know"},
    "column_action": {"fr": "À faire", "en": "What to do"},
    "column_runbook": {"fr": "Fiche", "en": "Runbook"},
    "column_minutes": {"fr": "Durée (min)", "en": "Duration (min)"},
    "column_minutes_to_acknowledgement": {
        "fr": "Délai de prise en charge (min)",
        "en": "Time to acknowledgement (min)",
    },
    "column_late": {"fr": "Après coup", "en": "Found late"},
    "column_withdrawn": {"fr": "Annulée", "en": "Withdrawn"},
    # columns of tables
    "column_id": {"fr": "Identifiant", "en": "Id"},
    "column_model": {"fr": "Modèle", "en": "Model"},
    "column_domain": {"fr": "Domaine", "en": "Domain"},
    "column_site": {"fr": "Site", "en": "Site"},
    "column_commune": {"fr": "Commune", "en": "Commune"},
    "column_quantities": {"fr": "Grandeurs", "en": "Quantities"},
    "column_row": {"fr": "Ligne", "en": "Row"},
    "column_outcome": {"fr": "Résultat", "en": "Outcome"},
    "column_columns": {"fr": "Colonnes", "en": "Columns"},
    "column_received": {"fr": "Reçu", "en": "Received"},
    "column_topic": {"fr": "Sujet", "en": "Topic"},
    "column_device": {"fr": "Capteur", "en": "Device"},
    "column_reason": {"fr": "Motif", "en": "Reason"},
    "column_detail": {"fr": "Détail", "en": "Detail"},
    "report_bad_day": {
        "fr": "--day « {value} » n'est pas un jour : écrivez AAAA-MM-JJ",
        "en": '--day "{value}" is no day: write YYYY-MM-DD',
    },
    "report_no_channel": {
        "fr": "pas de canal de courriel « {value} » dans notify.toml ; connus : {known}",
        "en": 'no e-mail channel "{value}" in notify.toml; known: {known}',
    },
    "report_no_place": {
        "fr": "de quel lieu ? Ajoutez --commune CODE ou --site NOM",
        "en": "of which place? Add --commune CODE or --site NAME",
    },
    "report_one_file": {
        "fr": "où l'écrire ? Donnez --pdf FICHIER, --html FICHIER ou --mail CANAL, un seul",
        "en": "where to? Give --pdf FILE, --html FILE or --mail CHANNEL, one of them",
    },
    "report_unknown_place": {
        "fr": "aucun capteur à « {value} » ; connus : {known}",
        "en": 'no device at "{value}"; known: {known}',
    },
    "report_written": {
        "fr": "{path} : {title}",
        "en": "{path}: {title}",
    },
    "ask_password": {"fr": "Mot de passe", "en": "Password"},
    "ask_password_again": {"fr": "Le même, encore une fois", "en": "The same once more"},
    "passwords_differ": {
        "fr": "les deux mots de passe diffèrent ; rien n'a été fait, recommencez",
        "en": "the two passwords differ; nothing was done, try again",
    },
    "password_unreadable": {
        "fr": "{path} n'est pas un texte en UTF-8 ; enregistrez-le à nouveau",
        "en": "{path} is no text in UTF-8; save it again",
    },
    "user_added": {"fr": "{name} peut se connecter ({role}).", "en": "{name} can sign in ({role})."},
    "user_removed": {
        "fr": "{name} est supprimé, ses sessions sont finies.",
        "en": "{name} is removed, the sessions are ended.",
    },
    "user_password_set": {
        "fr": "Mot de passe de {name} remplacé ; ses sessions sont finies.",
        "en": "Password of {name} replaced; the sessions are ended.",
    },
    "user_role_set": {
        "fr": "{name} a maintenant le rôle {role} ; ses sessions sont finies.",
        "en": "{name} now has the role {role}; the sessions are ended.",
    },
    "no_user": {
        "fr": "Aucun utilisateur. Le premier : vigiterre users add NOM --role admin",
        "en": "No user. The first: vigiterre users add NAME --role admin",
    },
    "token_added": {
        "fr": "Jeton {name} ({role}), valable jusqu'au {expires}. {reach}Il n'est montré que cette fois : copiez-le.",
        "en": "Token {name} ({role}), valid until {expires}. {reach}It is shown this once only: copy it.",
    },
    "scope_reach": {
        "fr": "Il ne montre que {scope}, soit {count} capteurs aujourd'hui. ",
        "en": "It shows {scope} alone, which is {count} devices today. ",
    },
    "scope_domain": {
        "fr": "aucun capteur du domaine « {name} » ; connus : {known}",
        "en": 'no device of the domain "{name}"; known: {known}',
    },
    "scope_commune": {
        "fr": "aucun capteur dans la commune « {name} » (code INSEE) ; connues : {known}",
        "en": 'no device in the commune "{name}" (INSEE code); known: {known}',
    },
    "scope_owner": {
        "fr": "aucun capteur du propriétaire « {name} » ; connus : {known}",
        "en": 'no device of the owner "{name}"; known: {known}',
    },
    "scope_empty": {
        "fr": "aucun capteur n'est à la fois dans {scope} : le jeton ne montrerait rien ; élargissez",
        "en": "no device is in all of {scope}: the token would show nothing; widen it",
    },
    "sessions_ended": {
        "fr": "Sessions de {name} finies, aussitôt : {count}.",
        "en": "Sessions of {name} ended, at once: {count}.",
    },
    "no_session": {"fr": "Personne n'est connecté.", "en": "Nobody is signed in."},
    "column_since": {"fr": "Connexion", "en": "Signed in"},
    "column_browser": {"fr": "Navigateur", "en": "Browser"},
    "column_scope": {"fr": "Portée", "en": "Scope"},
    "column_user": {"fr": "Qui", "en": "Who"},
    "column_last_used": {"fr": "Dernier usage", "en": "Last used"},
    "audit_no_head": {
        "fr": "« {value} » n'est pas une tête ; écrivez ce que `vigiterre audit head` a donné, tel que 12:4ab0…",
        "en": '"{value}" is no head; write what `vigiterre audit head` gave, such as 12:4ab0…',
    },
    "audit_whole": {
        "fr": "Le journal est entier : {lines} lignes se suivent, jusqu'à {head}.",
        "en": "The log is whole: {lines} lines follow each other, up to {head}.",
    },
    "audit_broken": {
        "fr": "La ligne {line} n'est plus ce qu'elle était, ou elle manque ; jusqu'à la ligne {good} rien n'a changé. "
        "Ne modifiez rien : copiez console.sqlite, et comparez-le à une sauvegarde remise dans un autre dossier "
        "(`vigiterre restore`).",
        "en": "Line {line} is not what it was, or it is missing; up to line {good} nothing has changed. Touch nothing: "
        "copy console.sqlite, and compare it with a backup put back into another folder (`vigiterre restore`).",
    },
    "audit_dropped_before": {
        "fr": "Les lignes jusqu'à {line} ont été oubliées (console.audit_days).",
        "en": "The lines up to {line} have been forgotten (console.audit_days).",
    },
    "audit_chained": {
        "fr": "La chaîne commence à la ligne {line}, le {time} : rien ne protégeait avant cela les lignes d'avant.",
        "en": "The chain begins with line {line}, {time}: nothing protected the lines before it until then.",
    },
    "audit_head_there": {
        "fr": "La tête notée, ligne {line}, y est : rien d'antérieur n'a été changé ni retiré.",
        "en": "The head that was noted, line {line}, is there: nothing before it was changed or taken away.",
    },
    "audit_head_cut": {
        "fr": "La tête notée est la ligne {line}, et le journal finit à la ligne {last} : sa fin a été retirée, ou une "
        "sauvegarde plus ancienne a été remise.",
        "en": "The head that was noted is line {line}, and the log ends with line {last}: its end was taken away, or "
        "an older backup was put back.",
    },
    "audit_head_changed": {
        "fr": "La ligne {line} n'a pas l'empreinte notée : le journal a été refait, de cette ligne ou d'une ligne "
        "d'avant.",
        "en": "Line {line} does not have the hash that was noted: the log was made anew, from that line or one before "
        "it.",
    },
    "audit_head_dropped": {
        "fr": "La ligne {line} a été oubliée depuis (console.audit_days) : cette tête ne dit plus rien. Notez la "
        "nouvelle : `vigiterre audit head`.",
        "en": "Line {line} has been forgotten since (console.audit_days): this head says nothing any more. Note the "
        "new one: `vigiterre audit head`.",
    },
    "token_revoked": {"fr": "Le jeton {name} ne vaut plus rien.", "en": "Token {name} is worth nothing any more."},
    "no_token": {"fr": "Aucun jeton.", "en": "No token."},
    "no_share": {"fr": "Aucun partage.", "en": "No share."},
    "share_added": {
        "fr": "Lien de {commune} jusqu'au {expires}, montré une fois ; `vigiterre shares revoke` le retire.",
        "en": "Link of {commune}, valid until {expires}, shown once; `vigiterre shares revoke` withdraws it.",
    },
    "share_revoked": {"fr": "Partage {number} retiré.", "en": "Share {number} withdrawn."},
    "column_whom": {"fr": "Pour", "en": "For"},
    "secrets_shown": {
        "fr": "{count} secret(s), montrés cette fois seulement :",
        "en": "{count} secret(s), shown this once only:",
    },
    "secrets_written": {
        "fr": "{count} secret(s) dans {file}, que ce compte seul peut lire. Effacez-le quand ils sont en place.",
        "en": "{count} secret(s) in {file}, which this account alone may read. Delete it once they are in place.",
    },
    "secret_shown": {
        "fr": "Mot de passe de {name}, montré cette fois seulement :",
        "en": "Password of {name}, shown this once only:",
    },
    "secret_written": {
        "fr": "Mot de passe de {name} dans {file}, que ce compte seul peut lire.",
        "en": "Password of {name} in {file}, which this account alone may read.",
    },
    "credentials_revoked": {"fr": "{count} compte(s) révoqué(s).", "en": "{count} account(s) revoked."},
    "apply_due": {
        "fr": "Le courtier ne le sait pas encore : `vigiterre broker apply`.",
        "en": "The broker does not know of it yet: `vigiterre broker apply`.",
    },
    "no_credential": {
        "fr": "Aucun compte de capteur. Voyez `vigiterre devices credentials create`.",
        "en": "No account of a device. See `vigiterre devices credentials create`.",
    },
    "no_broker_account": {
        "fr": "Aucun compte de service. Le premier : vigiterre broker accounts create ingest NOM --out FICHIER",
        "en": "No account of a service. The first: vigiterre broker accounts create ingest NAME --out FILE",
    },
    "passwords_exported": {
        "fr": "{file} : {count} compte(s), des empreintes et non des mots de passe.",
        "en": "{file}: {count} account(s), hashes and no passwords.",
    },
    "broker_rendered": {
        "fr": "Pour {accounts} compte(s) ; le courtier n'en sait rien.",
        "en": "For {accounts} account(s); the broker knows nothing of it.",
    },
    "broker_applied": {
        "fr": "En vigueur et éprouvé : {accounts} compte(s), {changed} fichier(s) changé(s) dans {folder}.",
        "en": "In force and proven: {accounts} account(s), {changed} file(s) changed in {folder}.",
    },
    "broker_written": {
        "fr": "Écrit : {accounts} compte(s), {changed} fichier(s) changé(s) dans {folder}. "
        "En vigueur dès que mosquitto redémarre.",
        "en": "Written: {accounts} account(s), {changed} file(s) changed in {folder}. "
        "In force once mosquitto is started again.",
    },
    "state_in_force": {"fr": "en vigueur", "en": "in force"},
    "state_revoked": {"fr": "révoqué", "en": "revoked"},
    "state_gone": {"fr": "hors inventaire", "en": "not in the inventory"},
    "column_changed": {"fr": "Changé", "en": "Changed"},
    "column_sources": {"fr": "Sources", "en": "Sources"},
    "column_downlinks": {"fr": "Descendants lus", "en": "Downlinks read"},
    "no_audit": {"fr": "Aucune modification notée.", "en": "No change noted."},
    "column_role": {"fr": "Rôle", "en": "Role"},
    "column_created": {"fr": "Créé", "en": "Created"},
    "column_signed_in": {"fr": "Dernière connexion", "en": "Last sign-in"},
    "column_expires": {"fr": "Valable jusqu'au", "en": "Valid until"},
    "column_used": {"fr": "Dernier usage", "en": "Last used"},
    "column_address": {"fr": "D'où", "en": "From"},
    "column_change": {"fr": "Modification", "en": "Change"},
    "column_subject": {"fr": "Sur quoi", "en": "On what"},
    "unknown_dashboard": {
        "fr": "pas de tableau de bord « {value} » ; connus : {known}",
        "en": 'no dashboard "{value}"; known: {known}',
    },
    "dashboards_checked": {
        "fr": "Aucune faute : {boards} tableaux de bord, {panels} panneaux, {queries} requêtes posées.",
        "en": "No fault: {boards} dashboards, {panels} panels, {queries} queries asked.",
    },
    "dashboards_faulty": {
        "fr": "Fautes : {count} ; {boards} tableaux de bord, {panels} panneaux, {queries} requêtes posées.",
        "en": "Faults: {count}; {boards} dashboards, {panels} panels, {queries} queries asked.",
    },
    "queries_asked": {"fr": "Requêtes", "en": "Queries"},
    "queries_unasked": {
        "fr": "Les requêtes n'ont pas été posées : store.url n'est pas une InfluxDB ; donnez --store influxdb://…",
        "en": "No query was asked: store.url is no InfluxDB; give --store influxdb://...",
    },
    "store_not_influxdb": {
        "fr": "--store : « {value} » n'est pas une InfluxDB ; écrivez influxdb://user@host:8086/telemetry",
        "en": '--store: "{value}" is no InfluxDB; write influxdb://user@host:8086/telemetry',
    },
    "column_dashboard": {"fr": "Tableau de bord", "en": "Dashboard"},
    "column_panel": {"fr": "Panneau", "en": "Panel"},
    "column_target": {"fr": "Requête", "en": "Target"},
    "column_setting": {"fr": "Variables", "en": "Setting"},
    "column_rows": {"fr": "Lignes", "en": "Rows"},
    "column_ms": {"fr": "Durée (ms)", "en": "Time (ms)"},
}


def said(key: str, /, **facts: object) -> Bilingual:
    """One of the texts with its facts."""
    return Bilingual.of(TEXTS[key], **facts)
