"""How plans are shown: one HTML file that needs nothing else."""

from placement.maps.webmap import map_page, network_page, write_map, write_network_map

__all__ = ["map_page", "network_page", "write_map", "write_network_map"]
