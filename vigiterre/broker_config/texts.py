"""What is said of the broker's files, in French and in English."""

BROKER: dict[str, dict[str, str]] = {
    "unwritable": {
        "fr": "un sujet ne peut pas être écrit dans la liste des droits : {line} ; corrigez mqtt.root ou sources.toml",
        "en": "a topic cannot be written into the access list: {line}; correct mqtt.root or sources.toml",
    },
    "no_account": {
        "fr": "le compte {account} n'existe pas sur cette machine ; corrigez broker.account, ou installez mosquitto",
        "en": "there is no account {account} on this machine; correct broker.account, or install mosquitto",
    },
    "not_running": {
        "fr": "mosquitto ne tourne pas, d'après {file} ; démarrez-le (systemctl start mosquitto), corrigez "
        "broker.pid_file, ou donnez --no-reload",
        "en": "mosquitto does not run, says {file}; start it (systemctl start mosquitto), correct broker.pid_file, "
        "or give --no-reload",
    },
    "not_mosquitto": {
        "fr": "{file} nomme le processus {pid}, qui est « {name} » et non mosquitto ; rien n'a été changé. "
        "Corrigez broker.pid_file, ou redémarrez mosquitto",
        "en": '{file} names process {pid}, which is "{name}" and not mosquitto; nothing was changed. '
        "Correct broker.pid_file, or restart mosquitto",
    },
    "may_not_signal": {
        "fr": "mosquitto (processus {pid}) appartient à un autre compte ; lancez la commande par sudo",
        "en": "mosquitto (process {pid}) belongs to another account; run the command by sudo",
    },
    "no_mosquitto": {
        "fr": "le programme mosquitto est introuvable : les fichiers ne peuvent pas être essayés ; rien n'a été "
        "changé. Installez-le (apt install mosquitto)",
        "en": "the program mosquitto is not found: the files cannot be tried; nothing was changed. "
        "Install it (apt install mosquitto)",
    },
    "trial_failed": {
        "fr": "un mosquitto d'essai ne démarre pas avec ces fichiers ; rien n'a été changé. Il dit : {said}",
        "en": "a mosquitto on trial does not start with these files; nothing was changed. It says: {said}",
    },
    "trial_kept_out": {
        "fr": "un mosquitto d'essai refuse {user} avec ces fichiers ; rien n'a été changé",
        "en": "a mosquitto on trial refuses {user} with these files; nothing was changed",
    },
    "anonymous": {
        "fr": "le courtier {address} laisse entrer sans mot de passe ; cherchez `allow_anonymous true` dans un autre "
        "fichier de sa configuration",
        "en": "the broker {address} lets anybody in without a password; look for `allow_anonymous true` in another "
        "file of its configuration",
    },
    "restart_needed": {
        "fr": "les réglages du courtier changent, et mosquitto ne les relit pas tous sans redémarrer ; rien n'a été "
        "changé. Lancez `vigiterre broker apply --no-reload`, puis systemctl restart mosquitto (conteneurs : "
        "docker compose restart mosquitto)",
        "en": "the broker's settings change, and mosquitto does not re-read all of them without a restart; nothing was "
        "changed. Run `vigiterre broker apply --no-reload`, then systemctl restart mosquitto (containers: "
        "docker compose restart mosquitto)",
    },
    "ours_unknown": {
        "fr": "mqtt.url nomme le compte « {user} », que ces fichiers ne connaissent pas : Vigiterre resterait dehors ; "
        "rien n'a été changé. Créez-le : vigiterre broker accounts create ingest NOM --out FICHIER",
        "en": 'mqtt.url names the account "{user}", which these files do not know: Vigiterre would be kept out; '
        "nothing was changed. Make it: vigiterre broker accounts create ingest NAME --out FILE",
    },
    "ours_password": {
        "fr": "le mot de passe de mqtt.password_file n'est pas celui de {user} : Vigiterre resterait dehors ; rien n'a "
        "été changé. Mettez-y le dernier qui a été fait, ou un autre : vigiterre broker accounts rotate {user}",
        "en": "the password in mqtt.password_file is not that of {user}: Vigiterre would be kept out; nothing was "
        "changed. Put the last one made there, or make another: vigiterre broker accounts rotate {user}",
    },
    "probe_kept_out": {
        "fr": "le courtier {address} refuse un compte d'essai qu'on vient de lui donner : il ne lit pas ces fichiers ; "
        "vérifiez broker.folder, broker.pid_file et broker.listener",
        "en": "the broker {address} refuses an account on trial that was just given to it: it does not read these "
        "files; check broker.folder, broker.pid_file and broker.listener",
    },
    "probe_still_in": {
        "fr": "le courtier {address} laisse entrer un compte qui vient d'être supprimé ; voyez son journal",
        "en": "the broker {address} lets an account in that was just removed; see its log",
    },
    "ours_kept_out": {
        "fr": "le courtier {address} refuse {user}, le compte de Vigiterre ; voyez son journal",
        "en": "the broker {address} refuses {user}, Vigiterre's account; see its log",
    },
    "no_authority": {
        "fr": "broker.certificate_listener attend des certificats, et ce territoire n'a pas d'autorité ; faites-la "
        "(vigiterre devices certificates init), ou videz ce réglage",
        "en": "broker.certificate_listener expects certificates, and this territory has no authority; make it "
        "(vigiterre devices certificates init), or empty this setting",
    },
    "revoked_still_in": {
        "fr": "le courtier {address} laisse entrer un certificat révoqué : il ne lit pas la liste qu'on vient de lui "
        "donner ; voyez son journal",
        "en": "the broker {address} lets a revoked certificate in: it does not read the list that was just given to "
        "it; see its log",
    },
    "certificate_kept_out": {
        "fr": "le courtier {address} refuse un certificat valable ; voyez son journal, et l'horloge de cette machine",
        "en": "the broker {address} refuses a good certificate; see its log, and the clock of this machine",
    },
    "without_certificate": {
        "fr": "le courtier {address} laisse entrer sans certificat ; cherchez `require_certificate false` dans un "
        "autre fichier de sa configuration",
        "en": "the broker {address} lets anybody in without a certificate; look for `require_certificate false` in "
        "another file of its configuration",
    },
    "session_stays": {
        "fr": "les fichiers sont en vigueur, mais {count} session(s) révoquée(s) durent peut-être encore : {names} ; "
        "relancez `vigiterre broker apply`, ou redémarrez mosquitto",
        "en": "the files are in force, but {count} revoked session(s) may go on: {names}; run `vigiterre broker apply` "
        "again, or restart mosquitto",
    },
    "tls_unread": {
        "fr": "l'écoute par TLS n'a pas été éprouvée : broker.ca_file {file} ne peut être lu ({detail}) ; corrigez-le",
        "en": "the listener by TLS was not proven: broker.ca_file {file} cannot be read ({detail}); correct it",
    },
    "tls_doubted": {
        "fr": "l'écoute par TLS {address} n'a pas été éprouvée : son certificat n'est pas cru ({detail}), et les "
        "capteurs qui le vérifient n'entrent pas. Renouvelez-le, ou nommez son autorité dans broker.ca_file",
        "en": "the listener by TLS {address} was not proven: its certificate is not believed ({detail}), and devices "
        "that check it do not get in. Renew it, or name its authority in broker.ca_file",
    },
    "certificates_unproven": {
        "fr": "la révocation de certificats n'a pas été éprouvée : {reason}",
        "en": "the revocation of certificates was not proven: {reason}",
    },
    "no_answer": {
        "fr": "le courtier ne répond pas sur {address} ; vérifiez broker.listener et son journal",
        "en": "the broker does not answer at {address}; check broker.listener and its log",
    },
    "unwritten": {
        "fr": "{file} n'a pas pu être écrit : {detail} ; vérifiez les droits et l'espace du dossier",
        "en": "{file} could not be written: {detail}; check the folder's rights and room",
    },
    "stopped": {"fr": "la commande a été interrompue", "en": "the command was interrupted"},
    "busy": {
        "fr": "une autre commande écrit dans {folder} ; attendez qu'elle ait fini",
        "en": "another command writes in {folder}; wait until it has finished",
    },
    "rolled_back": {
        "fr": "{reason}. Les fichiers d'avant sont remis et de nouveau en vigueur",
        "en": "{reason}. The files of before are back and in force again",
    },
    "half_done": {
        "fr": "{reason}. Les fichiers d'avant n'ont pas pu être remis en vigueur ({trouble}) : corrigez, "
        "puis relancez `vigiterre broker apply`",
        "en": "{reason}. The files of before could not be put back in force ({trouble}): mend it, "
        "then run `vigiterre broker apply` again",
    },
}
