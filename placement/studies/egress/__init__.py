"""How people leave: from their areas through exits to stations, as they choose and as guided."""

from placement.studies.egress.courses import Course, Crossing, Flow
from placement.studies.egress.study import Egress, egress

__all__ = ["Course", "Crossing", "Egress", "Flow", "egress"]
