"""What `vigiterre dashboards check` says, in French and in English: what is wrong, then what to do."""

PLACES: dict[str, dict[str, str]] = {
    "panel": {
        "fr": "panneau {id} « {title} »",
        "en": 'panel {id} "{title}"',
    },
    "target": {
        "fr": "{place}, requête {ref}",
        "en": "{place}, target {ref}",
    },
    "variable": {
        "fr": "variable « {name} »",
        "en": 'variable "{name}"',
    },
    "annotation": {
        "fr": "annotation « {name} »",
        "en": 'annotation "{name}"',
    },
    "within": {
        "fr": "{place}, {path}",
        "en": "{place}, {path}",
    },
}
FAULTS: dict[str, dict[str, str]] = {
    # files
    "missing_folder": {
        "fr": "dossier absent ; lancez `vigiterre dashboards render`, ou donnez le bon dossier",
        "en": "folder is missing; run `vigiterre dashboards render`, or name the right folder",
    },
    "no_dashboards": {
        "fr": "aucun tableau de bord dans dashboards/fr ni dashboards/en ; lancez `vigiterre dashboards render`",
        "en": "no dashboard in dashboards/fr nor dashboards/en; run `vigiterre dashboards render`",
    },
    "not_json": {
        "fr": "ce n’est pas du JSON ({error}) ; corrigez, ou écrivez-le à nouveau par `vigiterre dashboards render`",
        "en": "this is not JSON ({error}); correct it, or write it again by `vigiterre dashboards render`",
    },
    "not_yaml": {
        "fr": "ce n’est pas du YAML ({error}) ; corrigez l’indentation ou les guillemets",
        "en": "this is not YAML ({error}); correct indentation or quotes",
    },
    "not_object": {
        "fr": "le fichier doit contenir un objet ; rien n’en est lu ainsi",
        "en": "the file must hold an object; as it is nothing of it is read",
    },
    "key_twice": {
        "fr": "la clé « {key} » y est deux fois et Grafana n’en lit qu’une ; ôtez l’autre",
        "en": 'key "{key}" is there twice and Grafana reads one of them; remove the other',
    },
    # shape
    "lost_key": {
        "fr": "Grafana ne connaît pas la clé « {key} » et l’ignorerait ; corrigez son nom ou ôtez-la",
        "en": 'Grafana does not know key "{key}" and would ignore it; correct its name or remove it',
    },
    "changed_key": {
        "fr": "la valeur de « {key} » n’a pas la forme que Grafana lit ; comparez avec un tableau de bord "
        "rendu par le code",
        "en": 'the value of "{key}" has not the form that Grafana reads; compare with a dashboard rendered from code',
    },
    "wrong_shape": {
        "fr": "ce n’est pas la forme que Grafana lit ({error}) ; comparez avec un tableau de bord rendu par le code",
        "en": "this is not the form that Grafana reads ({error}); compare with a dashboard rendered from code",
    },
    "unknown_type": {
        "fr": "Grafana n’a pas de panneau « {type} » ; corrigez le type",
        "en": 'Grafana has no panel "{type}"; correct its type',
    },
    "unknown_key": {
        "fr": "la clé « {key} » n’est pas lue par Grafana ; connues : {known}",
        "en": 'key "{key}" is not read by Grafana; known: {known}',
    },
    "missing_key": {
        "fr": "il manque « {key} » ; ajoutez-la",
        "en": '"{key}" is missing; add it',
    },
    "wrong_type": {
        "fr": "« {value} » n’est pas du type attendu, {type} ; corrigez la valeur",
        "en": '"{value}" is not of the expected type, {type}; correct the value',
    },
    "bad_choice": {
        "fr": "« {value} » n’est pas une valeur de « {key} » ; connues : {known}",
        "en": '"{value}" is no value of "{key}"; known: {known}',
    },
    "bad_duration": {
        "fr": "« {value} » n’est pas une durée ; écrivez par exemple 5m",
        "en": '"{value}" is not a duration; write for example 5m',
    },
    # dashboards
    "uid_missing": {
        "fr": "pas d’uid : Grafana en inventerait un à chaque fois ; donnez-en un",
        "en": "no uid: Grafana would invent another each time; give one",
    },
    "uid_syntax": {
        "fr": "l’uid « {uid} » a d’autres caractères que lettres, chiffres, - et _ ; corrigez-le",
        "en": 'uid "{uid}" has other characters than letters, digits, - and _; correct it',
    },
    "uid_long": {
        "fr": "l’uid « {uid} » a {length} caractères, Grafana en permet {longest} ; raccourcissez-le",
        "en": 'uid "{uid}" has {length} characters, Grafana allows {longest}; shorten it',
    },
    "uid_twice": {
        "fr": "l’uid « {uid} » sert aussi à un autre : l’un remplacerait l’autre ; changez l’un des deux",
        "en": 'uid "{uid}" is used by another too: one would replace the other; change one of them',
    },
    "title_twice": {
        "fr": "« {title} » est aussi le titre d’un autre tableau du même dossier ; changez l’un des deux",
        "en": '"{title}" is the title of another dashboard of this folder too; change one of them',
    },
    "id_set": {
        "fr": "`id` vaut {id} : ce numéro appartient à une autre installation ; ôtez-le",
        "en": "`id` is {id}: that number belongs to another installation; remove it",
    },
    "editable": {
        "fr": "modifiable à l’écran, et l’écran serait écrasé par le fichier ; mettez `editable` à false",
        "en": "editable on the screen, and the file would overwrite the screen; set `editable` to false",
    },
    "untagged": {
        "fr": "sans l’étiquette « {tag} », `vigiterre dashboards push` ne le reconnaît pas ; ajoutez-la",
        "en": 'without tag "{tag}", `vigiterre dashboards push` does not know it as ours; add it',
    },
    "dangling_link": {
        "fr": "lien vers le tableau « {uid} », qui n’existe pas dans cette langue ; corrigez l’uid",
        "en": 'link to dashboard "{uid}", which does not exist in this language; correct the uid',
    },
    "link_variable": {
        "fr": "le lien fixe la variable « {name} », que le tableau « {uid} » n’a pas ; corrigez son nom",
        "en": 'the link sets variable "{name}", which dashboard "{uid}" does not have; correct its name',
    },
    # panels
    "panel_id_missing": {
        "fr": "pas de numéro : les alertes ne pourraient pas le citer ; donnez un `id` à partir de 1",
        "en": "no number: alerts could not point to it; give an `id` from 1 on",
    },
    "panel_id_twice": {
        "fr": "le numéro {id} sert deux fois ; changez-en un",
        "en": "number {id} is used twice; change one",
    },
    "ref_missing": {
        "fr": "une requête n’a pas de `refId` ; donnez-lui une lettre",
        "en": "a query has no `refId`; give it a letter",
    },
    "ref_twice": {
        "fr": "`refId` « {ref} » sert deux fois ; changez-en un",
        "en": '`refId` "{ref}" is used twice; change one',
    },
    "no_title": {
        "fr": "pas de titre ; donnez-en un",
        "en": "no title; give one",
    },
    "no_description": {
        "fr": "pas de description ; dites ce qui est montré et d’où viennent les seuils",
        "en": "no description; say what is shown and where limits come from",
    },
    "no_empty_words": {
        "fr": "rien n’est dit quand il n’y a pas de données ; donnez `noValue`",
        "en": "nothing is said when there is no data; give `noValue`",
    },
    "no_grid": {
        "fr": "pas de place dans la grille ; donnez `gridPos` avec x, y, w et h",
        "en": "no place on the grid; give `gridPos` with x, y, w and h",
    },
    "beyond_grid": {
        "fr": "dépasse la grille de {columns} colonnes, ou n’a ni largeur ni hauteur ; corrigez `gridPos`",
        "en": "is beyond the grid of {columns} columns, or has no width or height; correct `gridPos`",
    },
    "overlap": {
        "fr": "recouvre le panneau {id} « {title} » ; déplacez l’un des deux",
        "en": 'overlaps panel {id} "{title}"; move one of them',
    },
    "unknown_unit": {
        "fr": "Grafana n’a pas d’unité « {unit} » ; prenez-en une de sa liste, ou écrivez suffix:{unit}",
        "en": 'Grafana has no unit "{unit}"; take one of its list, or write suffix:{unit}',
    },
    # variables
    "undeclared_variable": {
        "fr": "la variable « {name} » n’est pas déclarée ; connues : {known}",
        "en": 'variable "{name}" is not declared; known: {known}',
    },
    "unused_variable": {
        "fr": "la variable « {name} » ne sert à rien ; employez-la ou ôtez-la",
        "en": 'variable "{name}" is used by nothing; use it or remove it',
    },
    "later_variable": {
        "fr": "dépend de « {name} », qui vient après ou est elle-même ; mettez-la après",
        "en": 'depends on "{name}", which comes later or is itself; put it after that one',
    },
    # queries
    "unknown_source": {
        "fr": "la source de données « {uid} » n’est pas provisionnée ; connues : {known}",
        "en": 'data source "{uid}" is not provisioned; known: {known}',
    },
    "not_raw": {
        "fr": "`rawQuery` n’est pas vrai : Grafana ignorerait la requête écrite ; mettez true",
        "en": "`rawQuery` is not true: Grafana would ignore the statement; set it to true",
    },
    "not_portable": {
        "fr": "{words} : InfluxDB 2 ou 3 ne le connaît pas, ou la requête écrit ; n’employez que le "
        "sous-ensemble commun",
        "en": "{words}: InfluxDB 2 or 3 does not know it, or the statement writes; use the common subset only",
    },
    "now_used": {
        "fr": "now() ignore la période à l’écran ; employez $timeFilter",
        "en": "now() ignores the range of time on the screen; use $timeFilter",
    },
    "no_time_filter": {
        "fr": "sans $timeFilter, la requête lit toute la base ; ajoutez-le au WHERE",
        "en": "without $timeFilter the query reads the whole store; add it to WHERE",
    },
    "unknown_policy": {
        "fr": "la politique de rétention « {name} » n’existe pas ; employez $policy, autogen ou rollup_1h",
        "en": 'retention policy "{name}" does not exist; use $policy, autogen or rollup_1h',
    },
    "unknown_measurement": {
        "fr": "rien n’est écrit sous le nom « {name} » ; connus : {known}",
        "en": 'nothing is written under the name "{name}"; known: {known}',
    },
    "unknown_name": {
        "fr": "« {name} » n’y est ni un champ ni une étiquette ; connus : {known}",
        "en": '"{name}" is no field and no tag there; known: {known}',
    },
    "alias_tag": {
        "fr": "la légende cite « {tag} », par quoi la requête ne groupe pas ; ajoutez-le à GROUP BY",
        "en": 'the legend names "{tag}", by which the query does not group; add it to GROUP BY',
    },
    # provisioning
    "ui_updates": {
        "fr": "`allowUiUpdates` laisserait modifier à l’écran ce que le fichier écrasera ; mettez false",
        "en": "`allowUiUpdates` would let people edit what the file will overwrite; set it to false",
    },
    "folders_from_files": {
        "fr": "`foldersFromFilesStructure` ne va pas avec folder ou folderUid ; ôtez l’un des deux",
        "en": "`foldersFromFilesStructure` does not go with folder or folderUid; remove one of them",
    },
    "unescaped_dollar": {
        "fr": "Grafana remplacerait « ${name} » par un texte vide ; écrivez $${name}",
        "en": 'Grafana would replace "${name}" by an empty text; write $${name}',
    },
    "unknown_environment": {
        "fr": "la variable d’environnement {name} n’est documentée nulle part et serait vide ; connues : {known}",
        "en": "environment variable {name} is documented nowhere and would be empty; known: {known}",
    },
    "braced_annotation": {
        "fr": "dans une annotation, Grafana peut remplacer ${{…}} ; écrivez {{{{ $labels.nom }}}}",
        "en": "in an annotation Grafana may replace ${{…}}; write {{{{ $labels.name }}}}",
    },
    "plain_secret": {
        "fr": "« {key} » est un secret en clair ; écrivez $__file{{/run/secrets/…}}",
        "en": '"{key}" is a secret in plain text; write $__file{{/run/secrets/…}}',
    },
    "url_password": {
        "fr": "une adresse contient un mot de passe ; ôtez-le et donnez-le par fichier",
        "en": "an address holds a password; remove it and give it by file",
    },
    # alerts of Grafana
    "interval_multiple": {
        "fr": "{value} n’est pas un multiple de 10 s ; écrivez par exemple 1m",
        "en": "{value} is not a multiple of 10 s; write for example 1m",
    },
    "short_for": {
        "fr": "`for` {value} est plus court que l’intervalle {interval} du groupe et n’a pas de sens ; "
        "allongez-le, ou mettez 0s",
        "en": "`for` {value} is shorter than the group’s interval {interval} and means nothing; lengthen it, or set 0s",
    },
    "condition_missing": {
        "fr": "la condition « {ref} » n’est pas une des requêtes ; connues : {known}",
        "en": 'condition "{ref}" is none of the queries; known: {known}',
    },
    "dangling_ref": {
        "fr": "l’expression lit « {ref} », qui n’existe pas ; connues : {known}",
        "en": 'the expression reads "{ref}", which does not exist; known: {known}',
    },
    "folder_mismatch": {
        "fr": "le dossier « {folder} » n’est pas celui des tableaux de bord : Grafana en créerait un second ; "
        "connus : {known}",
        "en": 'folder "{folder}" is not that of the dashboards: Grafana would create a second one; known: {known}',
    },
    "dangling_board": {
        "fr": "le tableau « {uid} » n’existe pas ; corrigez __dashboardUid__",
        "en": 'dashboard "{uid}" does not exist; correct __dashboardUid__',
    },
    "dangling_panel": {
        "fr": "le tableau « {uid} » n’a pas de panneau {id} ; corrigez __panelId__",
        "en": 'dashboard "{uid}" has no panel {id}; correct __panelId__',
    },
    "alert_variable": {
        "fr": "une alerte n’a pas de variable « {name} » ; écrivez la valeur",
        "en": 'an alert has no variable "{name}"; write the value',
    },
    "unknown_receiver": {
        "fr": "le point de contact « {name} » n’existe pas ; connus : {known}",
        "en": 'contact point "{name}" does not exist; known: {known}',
    },
    "unknown_mute": {
        "fr": "la plage muette « {name} » n’existe pas ; connues : {known}",
        "en": 'mute timing "{name}" does not exist; known: {known}',
    },
    # asked of the store
    "query_error": {
        "fr": "la base refuse la requête ({setting}) : {error} ; corrigez-la",
        "en": "the store refuses the query ({setting}): {error}; correct it",
    },
    "empty": {
        "fr": "aucune ligne sur les 7 derniers jours ({setting}) ; corrigez la requête, ou donnez `seldom` au panneau",
        "en": "no row in the last 7 days ({setting}); correct the query, or give the panel `seldom`",
    },
    "empty_single": {
        "fr": "aucune ligne pour aucune valeur de « {name} » ({tried} essayées) ; corrigez la requête ou la variable",
        "en": 'no row for any value of "{name}" ({tried} tried); correct the query or the variable',
    },
    "empty_rollup": {
        "fr": "des lignes dans les mesures brutes, aucune dans les agrégats horaires ({setting}) ; corrigez la requête",
        "en": "rows in raw readings, none in hourly roll-ups ({setting}); correct the query",
    },
    "empty_variable": {
        "fr": "la variable n’offre aucune valeur ; corrigez sa requête ou son expression régulière",
        "en": "the variable offers no value; correct its query or its regular expression",
    },
    "bad_regex": {
        "fr": "expression régulière illisible ({error}) ; corrigez-la",
        "en": "regular expression cannot be read ({error}); correct it",
    },
    "slow": {
        "fr": "{ms} ms, plus que {limit} ms ({setting}) ; allégez la requête",
        "en": "{ms} ms, more than {limit} ms ({setting}); make the query lighter",
    },
}
