"""Data sources, the provider of dashboards, and what holds for every provisioning file: shape, `$`, secrets."""

import re
from collections.abc import Iterator, Sequence

from dashboards.grafana.check.boards import only_once, uid_faults
from dashboards.grafana.check.fault import Fault, at
from dashboards.grafana.check.files import Folder, ProvisionFile
from dashboards.grafana.check.loose import texts_in, trees, words
from dashboards.grafana.check.strict import FILES, strict
from devices.problems import near

ENVIRONMENT = frozenset(
    (
        "VIGITERRE_INFLUX_URL",
        "VIGITERRE_INFLUX_USER",
        "VIGITERRE_INFLUX_DATABASE",
        "VIGITERRE_LANGUAGE",
        "VIGITERRE_ONCALL_EMAIL",
        "VIGITERRE_ONCALL_WEBHOOK",
    )
)
"""Variables that whoever runs Grafana is told to set; any other would become an empty text."""
EXPANDED = re.compile(r"\$\{(\w+)\}|\$(__(?:file|env)\{[^}]*\})|\$(\w+)")
BRACED = re.compile(r"\$\{")
SECRET_KEY = re.compile(r"password|passwd|secret|token|api_?key|credentials|private_?key|tlsClientKey", re.IGNORECASE)
SAFE = re.compile(r"\$__(?:file|env)\{[^}]+\}|\$\{?[A-Z_][A-Z0-9_]*\}?")
URL_PASSWORD = re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@", re.IGNORECASE)
EXPANDED_PLACES = re.compile(r"contactPoints\[[^\]]*\]\..*\.settings|groups\[[^\]]*\]\.(?:name|folder|interval)$")
RULE_PLACES = re.compile(r"groups\[[^\]]*\]\.rules\[[^\]]*\]\.(?:title|uid|labels\.|dashboardUid)")
ANNOTATIONS = re.compile(r"groups\[[^\]]*\]\.rules\[[^\]]*\]\.annotations\.")


def provisioning(folder: Folder) -> Iterator[Fault]:
    for one in folder.provisioned:
        yield from strict(one.file, one.document, FILES[one.kind])
        yield from _dollars(one)
        yield from _secrets(one)
    yield from _sources(folder.of("datasources"))
    for one in folder.of("dashboards"):
        yield from _providers(one)


def sources_of(folder: Folder) -> dict[str, str]:
    """Of each data source: uid -> type."""
    files = folder.of("datasources")
    return {words(one, "uid"): words(one, "type") for each in files for one in trees(each.document, "datasources")}


def url_passwords(file: str, document: object) -> Iterator[Fault]:
    for path, text in texts_in(document):
        if URL_PASSWORD.search(text):
            yield Fault(file, at(path), "url_password")


def _sources(files: Sequence[ProvisionFile]) -> Iterator[Fault]:
    for one in files:
        places = []
        for source in trees(one.document, "datasources"):
            path = f"datasources[{words(source, 'uid')}]"
            places.append((f"{path}.uid", words(source, "uid")))
            if source.get("editable") is True:
                yield Fault(one.file, at(f"{path}.editable"), "editable")
            if words(source, "uid"):
                yield from uid_faults(one.file, f"{path}.uid", words(source, "uid"))
        yield from only_once(one.file, places, "uid_twice", "uid")


def _providers(one: ProvisionFile) -> Iterator[Fault]:
    for provider in trees(one.document, "providers"):
        path = f"providers[{words(provider, 'name')}]"
        if provider.get("allowUiUpdates") is True:
            yield Fault(one.file, at(f"{path}.allowUiUpdates"), "ui_updates")
        options = provider.get("options")
        from_files = isinstance(options, dict) and options.get("foldersFromFilesStructure") is True
        if from_files and (provider.get("folder") or provider.get("folderUid")):
            yield Fault(one.file, at(f"{path}.options.foldersFromFilesStructure"), "folders_from_files")


def _dollars(one: ProvisionFile) -> Iterator[Fault]:
    """Where Grafana expands `$`, only `$$` and names that are set may stand."""
    for path, text in texts_in(one.document):
        if ANNOTATIONS.match(path):
            if BRACED.search(text):
                yield Fault(one.file, at(path), "braced_annotation")
        elif one.kind != "alerting" or EXPANDED_PLACES.match(path) or RULE_PLACES.match(path):
            yield from _expanded(one.file, path, text)


def _expanded(file: str, path: str, text: str) -> Iterator[Fault]:
    for found in EXPANDED.finditer(text.replace("$$", "")):
        name = found[1] or found[3] or ""
        if found[2]:
            if found[2].startswith("__file"):
                continue
            name = found[2].removeprefix("__env{").removesuffix("}")
        if name in ENVIRONMENT:
            continue
        code = "unknown_environment" if name.isupper() else "unescaped_dollar"
        yield Fault(file, at(path), code, {"name": name, "known": near(name, ENVIRONMENT)})


def _secrets(one: ProvisionFile) -> Iterator[Fault]:
    for path, text in texts_in(one.document):
        key = path.rpartition(".")[2]
        secret = SECRET_KEY.search(key) or ".secureJsonData." in path or ".secure_settings." in path
        if secret and text and not SAFE.fullmatch(text):
            yield Fault(one.file, at(path), "plain_secret", {"key": key})
    yield from url_passwords(one.file, one.document)
