"""What `alerts silence`, `maintenance` and `mutes` say."""

TEXTS: dict[str, dict[str, str]] = {
    "no_mute": {"fr": "Aucun silence, aucune intervention.", "en": "No silences and no maintenance windows."},
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
}
