"""Laws over the territory that ships in `config/`: adding a quantity, a model or a device needs no test of its own."""

import re
from pathlib import Path

import pytest

from devices.device import DOMAINS
from devices.load import load_registry
from devices.quantity import Aggregate, Kind
from devices.registry import Registry
from devices.schema import reserved
from devices.units import is_valid

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(CONFIG)


def test_the_territory_has_devices_in_every_domain(registry: Registry) -> None:
    assert {device.domain for device in registry.devices.values()} == set(DOMAINS)
    assert registry.profiles.keys() == registry.devices.keys()


def test_its_communes_have_names(registry: Registry) -> None:
    assert registry.towns["03190"] == "Moulins"
    assert all(registry.towns.values())


def test_quantities_are_named_labelled_sourced_and_limited(registry: Registry) -> None:
    for quantity in registry.quantities.values():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", quantity.id)
        assert not reserved(quantity.id, registry.quantities.keys() - {quantity.id}), quantity.id
        assert all(quantity.label[language].strip() for language in ("fr", "en")), quantity.id
        assert quantity.minimum < quantity.maximum, quantity.id
        assert quantity.source, quantity.id
        assert is_valid(quantity.unit), quantity.id


def test_labels_tell_quantities_apart(registry: Registry) -> None:
    for language in ("fr", "en"):
        labels = [quantity.label[language] for quantity in registry.quantities.values()]
        assert len(set(labels)) == len(labels)


def test_decibels_and_directions_aggregate_as_such(registry: Registry) -> None:
    for quantity in registry.quantities.values():
        if quantity.unit.startswith("dB[SPL]"):
            assert quantity.aggregate in (Aggregate.ENERGY_MEAN, Aggregate.LAST), quantity.id
        if quantity.kind is Kind.STATE:
            assert quantity.states, quantity.id


def test_every_model_shows_an_example_of_what_it_sends(registry: Registry) -> None:
    for model in registry.models.values():
        assert model.examples, model.id
        measured = {field.quantity for field in model.fields}
        assert all(example.payload and example.values.keys() <= measured for example in model.examples), model.id


def test_expected_values_of_examples_are_plausible(registry: Registry) -> None:
    for model in registry.models.values():
        for example in model.examples:
            for name, value in example.values.items():
                quantity = registry.quantities[name]
                assert quantity.minimum <= value <= quantity.maximum, (model.id, name)


def test_every_device_stands_somewhere_in_france(registry: Registry) -> None:
    for device in registry.devices.values():
        for place in device.placements:
            assert place.latitude is None or 41 < place.latitude < 52, device.id
            assert place.longitude is None or -6 < place.longitude < 10, device.id
