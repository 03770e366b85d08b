"""What `dashboards` says."""

TEXTS: dict[str, dict[str, str]] = {
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
}
