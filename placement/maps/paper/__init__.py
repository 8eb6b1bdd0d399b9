"""How plans are printed: maps of a true scale, a numbered table, a sheet for an area or a post."""

from placement.maps.paper.dossier import dossier, map_picture
from placement.maps.paper.material import Dossier, post_ground
from placement.maps.paper.typesetting import demand_press

__all__ = ["Dossier", "demand_press", "dossier", "map_picture", "post_ground"]
