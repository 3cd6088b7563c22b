"""Everything behind `serving.server`: loading, checking, running and answering."""
