"""SenML units -> UCUM.

Source: RFC 8428 section 12.1 (primary units), RFC 8798 (further primary units, and the secondary units, which a pack
may use since RFC 8798). A symbol that is not here is passed on as it is: it may be UCUM, else the model refuses it.
"""

from collections.abc import Mapping
from types import MappingProxyType

_SAME_IN_UCUM = (
    "m kg g s A K cd mol Hz rad sr N Pa J W C V F Ohm S Wb T H Cel lm lx Bq Gy Sv kat m2 m3 m/s m/s2 m3/s W/m2 cd/m2 "
    "bit bit/s dB % 1/s 1/min S/m J/m kg/m3 deg "
    "ms min h MHz kW Mbit/s mV mA ug/m3 mm/h m/h hPa mm cm km km/h"
)

UCUM: Mapping[str, str] = MappingProxyType(
    {symbol: symbol for symbol in _SAME_IN_UCUM.split()}
    | {
        "l": "L",
        "l/s": "L/s",
        "lat": "deg",
        "lon": "deg",
        "pH": "[pH]",
        "dBW": "dB[W]",
        "Bspl": "B[SPL]",
        "count": "{count}",
        "/": "1",
        "%RH": "%",
        "%EL": "%",
        "EL": "s",
        "beat/min": "{beat}/min",
        "beats": "{beat}",
        "B": "By",
        "VA": "V.A",
        "VAs": "V.A.s",
        "var": "V.A{reactive}",
        "vars": "V.A{reactive}.s",
        "kVA": "kV.A",
        "kvar": "kV.A{reactive}",
        "Ah": "A.h",
        "Wh": "W.h",
        "kWh": "kW.h",
        "varh": "V.A{reactive}.h",
        "kvarh": "kV.A{reactive}.h",
        "kVAh": "kV.A.h",
        "Wh/km": "W.h/km",
        "KiB": "KiBy",
        "GB": "GBy",
        "B/s": "By/s",
        "MB/s": "MBy/s",
        "dBm": "dB{mW}",
        "ppm": "[ppm]",
        "/100": "%",
        "/1000": "[ppth]",
    }
)
