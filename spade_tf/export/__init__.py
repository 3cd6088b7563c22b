"""From a trained generator to files that servers and devices run."""
