"""Semi-parametric image synthesis (SIMS, Qi et al. 2018, arXiv:1804.10992), all but its networks.

A bank of segments of the training photographs; retrieval of those that fit a layout; the canvas
that they are pasted on. `models/sims_*.py` turn the canvas into an image.
"""
