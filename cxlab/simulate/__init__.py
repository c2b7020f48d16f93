"""Made-up shops whose truth is known: what a gesture really does, who is really still a customer."""

from cxlab.simulate.frame import customers_of
from cxlab.simulate.settings import Settings, SettingsError
from cxlab.simulate.settings_file import read_settings, written_settings
from cxlab.simulate.shop import Shop, simulate_shop
from cxlab.simulate.truth import Truth, plant_truth
from cxlab.simulate.writing import FolderError, own_name, require_room, write_shop

__all__ = [
    "FolderError",
    "Settings",
    "SettingsError",
    "Shop",
    "Truth",
    "customers_of",
    "own_name",
    "plant_truth",
    "read_settings",
    "require_room",
    "simulate_shop",
    "write_shop",
    "written_settings",
]
