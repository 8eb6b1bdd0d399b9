"""How plans are shown: one HTML file that needs nothing else."""

from placement.maps.webmap import write_map, write_network_map

__all__ = ["write_map", "write_network_map"]
