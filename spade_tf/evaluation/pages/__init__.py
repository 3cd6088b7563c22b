"""Pages of examples side by side that work from a file: no server, no network, no framework."""
