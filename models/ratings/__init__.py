"""Rating (定星): the procedure in which people decide, around the calculation of models.points."""
