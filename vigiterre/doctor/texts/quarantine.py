"""What the doctor says of devices that are refused too often."""

TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "quarantine.too_often": (
        (
            "{device} : {count} mesures refusées depuis 24 h, au-delà de sa limite",
            "{device}: {count} readings refused in the last 24 h, beyond its limit",
        ),
        (
            (
                "allez voir le capteur ; s'il a raison, relevez limits.readings_per_hour ou limits.bytes_per_day, "
                "redémarrez, puis `vigiterre quarantine replay --reason too_often`"
            ),
            (
                "look at the device; if it is right, raise limits.readings_per_hour or limits.bytes_per_day, restart, "
                "then `vigiterre quarantine replay --reason too_often`"
            ),
        ),
    ),
    "quarantine.cut": (
        (
            "{device} : {count} refus jetés, il occupait plus que sa part de la quarantaine",
            "{device}: {count} refusals dropped, it took more than its share of the quarantine",
        ),
        (
            "corrigez ou éteignez le capteur ; la part est quarantine.device_share",
            "mend the device or switch it off; the share is quarantine.device_share",
        ),
    ),
    "quarantine.cut_strangers": (
        (
            "inconnus : {count} refus jetés, ils occupaient plus que leur part de la quarantaine",
            "strangers: {count} refusals dropped, they took more than their share of the quarantine",
        ),
        (
            "ajoutez les capteurs qui manquent à devices.csv, et fermez le courtier aux autres",
            "add the devices that are missing to devices.csv, and close the broker to the others",
        ),
    ),
}
