"""A solution in the formats of other programs: GIS, Google Earth, radios, spreadsheets."""
