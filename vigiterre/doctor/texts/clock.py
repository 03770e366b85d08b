"""What the doctor says of the clock."""

TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "clock.synchronised": (("l'horloge est synchronisée par NTP", "the clock is synchronised by NTP"), ("", "")),
    "clock.not_synchronised": (
        ("l'horloge n'est pas synchronisée par NTP", "the clock is not synchronised by NTP"),
        (
            "timedatectl set-ntp true (Debian : paquet systemd-timesyncd ou chrony), et ouvrez le port UDP 123 sortant",
            "timedatectl set-ntp true (Debian: package systemd-timesyncd or chrony), and open outgoing UDP port 123",
        ),
    ),
    "clock.unknown": (
        (
            "la synchronisation NTP ne se voit pas d'ici (conteneur, ou pas de systemd)",
            "NTP synchronisation cannot be seen from here (a container, or no systemd)",
        ),
        ("vérifiez-la sur l'hôte : timedatectl", "check it on the host: timedatectl"),
    ),
    "clock.implausible": (
        (
            "l'horloge dit {now} : date invraisemblable ; les mesures seraient refusées ou mal datées",
            "the clock says {now}: not plausible; readings would be refused or misdated",
        ),
        (
            "réglez l'horloge (NTP, pile de l'horloge) avant de démarrer vigiterre",
            "set the clock (NTP, its battery) before starting vigiterre",
        ),
    ),
    "clock.agrees": (
        (
            "notre horloge et celle de la base diffèrent de {seconds} s",
            "our clock and the store's differ by {seconds} s",
        ),
        ("", ""),
    ),
    "clock.differs": (
        (
            "notre horloge et celle de la base diffèrent de {seconds} s (notre heure : {now})",
            "our clock and the store's differ by {seconds} s (ours: {now})",
        ),
        ("synchronisez les deux machines par NTP", "synchronise both machines by NTP"),
    ),
}
