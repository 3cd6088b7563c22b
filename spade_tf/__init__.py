"""Semantic image synthesis with SPADE and CLADE: paint a label map, get a photograph."""
