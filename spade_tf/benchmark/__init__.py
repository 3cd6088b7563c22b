"""How fast the networks are, measured so that the figures can be compared. See tools.benchmark."""
