"""Serving of exported models: settings of TensorFlow Serving, an embedded server, clients."""

import os

# Read when grpc is imported: without it gRPC's C core reports failed handshakes on stderr, beside
# the one line that our commands print.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
