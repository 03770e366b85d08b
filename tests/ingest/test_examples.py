"""Laws over the models that ship: each shows what it sends, and what it shows decodes to what it says."""

from dataclasses import replace
from pathlib import Path

import pytest

from devices.load import load_registry
from devices.model import Example, Model
from devices.problems import Problem
from devices.reading import Message
from devices.registry import Registry
from ingest.codecs import CODECS, PAYLOADS, source_codecs
from ingest.decoding import SCRIPT
from ingest.examples import run_examples
from ingest.sift import Formats
from ingest.sources import read_sources

CONFIG = Path(__file__).parents[2] / "config"
MODELS = sorted(path.stem for path in (CONFIG / "models").glob("*.toml"))


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(CONFIG)


@pytest.fixture(scope="module")
def formats() -> Formats:
    problems: list[Problem] = []
    sources = read_sources(CONFIG, source_codecs(), "vigiterre", problems)
    assert not problems
    return Formats(CODECS, source_codecs(), PAYLOADS, sources)


def told(registry: Registry, formats: Formats, **changes: object) -> list[tuple[int, str]]:
    """What is said of a shipped model whose first example was changed."""
    model = registry.models["indoor-air"]
    example = replace(model.examples[0], **changes)  # type: ignore[arg-type]
    return list(run_examples(replace(model, examples=(example,)), registry, formats))


@pytest.mark.parametrize("name", MODELS)
def test_every_example_that_ships_decodes_and_validates_to_what_it_says(
    name: str, registry: Registry, formats: Formats
) -> None:
    model = registry.models[name]
    assert model.examples
    if not model.codec.endswith(SCRIPT):  # those need the sandbox: `vigiterre check` runs them
        assert list(run_examples(model, registry, formats)) == []


def test_a_native_example_is_never_beyond_what_the_codec_takes(registry: Registry) -> None:
    """Cut anywhere, a payload is decoded or refused: examples are where a reader copies from."""
    for model in registry.models.values():
        for example in model.examples:
            if model.codec in CODECS and not example.format:
                whole = CODECS[model.codec](Message("t", example.payload, received=0), "t")
                assert [name for item in whole for name in item.values], model.id


def test_an_example_with_a_wrong_value_is_told_the_value_found(registry: Registry, formats: Formats) -> None:
    [(index, words)] = told(registry, formats, values={"co2": -1.0})
    assert index == 0
    assert "co2 is " in words
    assert "expected -1.0" in words


def test_an_example_that_gives_more_than_it_says_is_told(registry: Registry, formats: Formats) -> None:
    [(_, words)] = told(registry, formats, values={})
    assert "co2 is not expected" in words


def test_an_example_that_cannot_be_decoded_is_told(registry: Registry, formats: Formats) -> None:
    [(_, words)] = told(registry, formats, payload=b"{")
    assert "JSON" in words


def test_an_example_of_an_implausible_value_is_told_with_the_reason_of_its_refusal(
    registry: Registry, formats: Formats
) -> None:
    [(_, words)] = told(registry, formats, payload=b'{"values": {"co2": -5}}')
    assert words.startswith("out_of_range")


def test_a_model_of_an_unknown_codec_is_told_which_there_are(registry: Registry, formats: Formats) -> None:
    model = Model("x", "Acme", "X", "nativ", 600, (), (Example("", b"", {}),))
    [(_, words)] = run_examples(model, registry, formats)
    assert "'nativ'" in words
    assert "native" in words.partition("known: ")[2]
