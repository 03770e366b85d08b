"""What the doctor says of the configuration."""

TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "config.right": (
        (
            "configuration correcte : {devices} capteurs, {models} modèles, {n} grandeurs",
            "the configuration is right: {devices} devices, {models} models, {n} quantities",
        ),
        ("", ""),
    ),
    "config.problem": (("{problem}", "{problem}"), ("", "")),
    "config.more": (
        ("{count} autres erreurs de configuration", "{count} more errors in the configuration"),
        (
            "`vigiterre check` les montre toutes ; `vigiterre run` ne démarre pas avec elles",
            "`vigiterre check` shows all of them; `vigiterre run` does not start with them",
        ),
    ),
    "config.unexamined": (
        (
            "sans réglages lisibles, le courtier, la base, le disque et le processus n'ont pas été examinés",
            "without readable settings, broker, store, disk and process were not examined",
        ),
        ("corrigez les réglages, puis relancez", "correct the settings, then run this again"),
    ),
    "config.personal_kept": (
        (
            (
                "{setting} garde {days} jours des messages bruts, mais le brut de « {quantity} », qui peut concerner "
                "des personnes, n'est gardé que {retention} jours"
            ),
            (
                "{setting} keeps messages as they came for {days} days, but raw values of {quantity}, which may tell "
                "of persons, are kept for {retention} days only"
            ),
        ),
        (
            "diminuez {setting}, ou augmentez retention_days (quantities.toml) si la finalité l'exige : docs/rgpd.md",
            "lower {setting}, or raise retention_days (quantities.toml) where the purpose justifies it: docs/rgpd.md",
        ),
    ),
}
