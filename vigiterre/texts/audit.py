"""What `audit` says."""

TEXTS: dict[str, dict[str, str]] = {
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
    "no_audit": {"fr": "Aucune modification notée.", "en": "No change noted."},
}
