"""How people leave: from their areas through exits to stations, as they choose and as guided."""

from placement.studies.egress.study import Course, Crossing, Egress, Flow, egress

__all__ = ["Course", "Crossing", "Egress", "Flow", "egress"]
