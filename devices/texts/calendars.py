"""Problems of calendars.toml, and of rules that follow a calendar."""

PROBLEMS: dict[str, dict[str, str]] = {
    "longer_than_slot": {
        "fr": (
            "window et for ne tiennent ensemble dans aucune plage de « {calendar} », qui dure au plus "
            "{minutes} min ; raccourcissez-les"
        ),
        "en": (
            'window and for together fit into no slot of "{calendar}", which is at most {minutes} min long; '
            "shorten them"
        ),
    },
    "bad_season": {
        "fr": '« {value} » n’est pas une saison ; écrivez deux jours, par exemple ["10-15", "04-30"]',
        "en": '"{value}" is not a season; write two days, for example ["10-15", "04-30"]',
    },
    "not_day": {
        "fr": "« {value} » n’est pas une date ; écrivez-la sans guillemets ni heure, par exemple 2026-11-23",
        "en": '"{value}" is not a date; write it without quotes and time, for example 2026-11-23',
    },
    "not_days": {
        "fr": (
            "« {value} » n’est pas une liste de dates ; écrivez-les sans guillemets, par exemple [2026-12-24, "
            "2026-12-31]"
        ),
        "en": '"{value}" is not a list of dates; write them without quotes, for example [2026-12-24, 2026-12-31]',
    },
    "unknown_calendar": {
        "fr": "le calendrier « {value} » est absent de calendars.toml ; connus : {known}",
        "en": 'calendar "{value}" is not in calendars.toml; known: {known}',
    },
    "unknown_zone": {
        "fr": "la zone « {value} » est absente de [holidays] ; connues : {known}",
        "en": 'zone "{value}" is not in [holidays]; known: {known}',
    },
    "no_periods": {
        "fr": "cette zone n’a aucune période de vacances ; ajoutez-en une",
        "en": "this zone has no period of holidays; add one",
    },
    "known_before_end": {
        "fr": (
            "des vacances finissent après le {value}, jusqu’où tout serait connu ; corrigez known_until ou "
            "cette période"
        ),
        "en": "holidays end after {value}, until which all should be known; correct known_until or that period",
    },
    "closed_and_opened": {
        "fr": "le {value} ne peut être à la fois ouvert et fermé ; ôtez-le de l’une des deux listes",
        "en": "{value} cannot be open and closed; remove it from one of the two lists",
    },
    "no_hours": {
        "fr": 'ce calendrier n’a aucune heure ; ajoutez par exemple mon = ["08:00-18:00"]',
        "en": 'this calendar has no hours; add for example mon = ["08:00-18:00"]',
    },
    "bad_hours": {
        "fr": '« {value} » n’est pas une plage d’heures ; écrivez par exemple "08:00-18:00" ou "23:00-05:00"',
        "en": '"{value}" is not a slot of hours; write for example "08:00-18:00" or "23:00-05:00"',
    },
    "hours_overlap": {
        "fr": "deux plages se recouvrent, peut-être par-dessus minuit ; séparez-les",
        "en": "two slots overlap, perhaps over midnight; part them",
    },
    "calendar_expires": {
        "fr": (
            "aucunes vacances scolaires n’y sont connues à partir du {day}, et les règles qui le suivent "
            "seront au repos ; ajoutez l’année suivante et avancez known_until"
        ),
        "en": (
            "no school holidays are known from {day} on, and the rules that follow it will be at rest; add the "
            "next year and move known_until"
        ),
    },
}
