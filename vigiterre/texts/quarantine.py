"""What `quarantine` and `replay` say."""

TEXTS: dict[str, dict[str, str]] = {
    "no_such_refusal": {
        "fr": "{id} : aucun refus de ce numéro ; rien n'a été fait, voyez `vigiterre quarantine list`",
        "en": "{id}: no refusal of this number; nothing was done, see `vigiterre quarantine list`",
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
}
