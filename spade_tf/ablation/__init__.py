"""The papers' tables, run again on any data set at any budget; see `tools.ablation`."""
