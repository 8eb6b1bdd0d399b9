"""How plans are shown: one HTML file that needs nothing else."""

from placement.maps.closed_streets import bridges
from placement.maps.network import network_page, write_network_map
from placement.maps.states import State
from placement.maps.webmap import comparison_page, map_page, slider_page, write_map

__all__ = [
    "State",
    "bridges",
    "comparison_page",
    "map_page",
    "network_page",
    "slider_page",
    "write_map",
    "write_network_map",
]
