"""A Bilan as a PDF by WeasyPrint (extra `pdf`), tagged for screen readers. Nothing is fetched for it."""

from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dashboards.console.report.bilan import Bilan
from dashboards.console.report.texts import TEXTS
from devices.errors import VigiterreError
from devices.problems import Bilingual, Language

MISSING = Bilingual(
    "le PDF demande WeasyPrint : installez vigiterre[pdf]", "the PDF needs WeasyPrint: install vigiterre[pdf]"
)


class PdfMissing(VigiterreError):  # noqa: N818  -- an extra that is not there
    """Nothing was made."""


def html_of(found: Bilan, language: Language) -> str:
    """The document alone, without navigation, with its style in it."""
    environment = Environment(
        loader=PackageLoader("dashboards.console"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    style = files("dashboards.console").joinpath("assets", "report.css").read_text(encoding="utf-8")
    template = environment.get_template("report_print.html")
    return template.render(found=found, t=TEXTS[language], language=language, style=Markup(style))  # noqa: S704  -- a file of ours


def pdf_of(found: Bilan, language: Language) -> bytes:
    """Raises PdfMissing where WeasyPrint is not installed."""
    try:
        from weasyprint import HTML  # type: ignore[import-untyped]  # noqa: PLC0415  -- an extra
    except (ImportError, OSError) as error:  # OSError: its Pango library
        raise PdfMissing(MISSING) from error
    document: Any = HTML(string=html_of(found, language), url_fetcher=refuse)
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return made


def refuse(url: str, **_: object) -> Any:
    raise ValueError(f"nothing is fetched: {url}")
