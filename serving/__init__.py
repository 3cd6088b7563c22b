"""Serving of exported models: settings of TensorFlow Serving, an embedded server, clients."""
