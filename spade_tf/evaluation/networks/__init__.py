"""The networks that score images, as the papers used them; see `build_network`."""
