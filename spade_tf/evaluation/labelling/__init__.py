"""Photographs -> label maps by a segmentation network: how Flickr Landscapes was made."""
