"""Which version folders of a base path are to be served."""

import pathlib
from collections.abc import Callable
from typing import Any

from serving.engine.refusal import not_found

Policy = Callable[[list[int]], list[int]]
"""Chooses among the version numbers, which are in order."""


def latest(count: int = 1) -> Policy:
    """The highest numbers."""
    return lambda versions: versions[-count:]


def every() -> Policy:
    """All of them."""
    return lambda versions: versions


def specific(wanted: list[int]) -> Policy:
    """Those named, where they exist."""
    return lambda versions: [version for version in versions if version in wanted]


def policy_of(message: Any) -> Policy:
    """The policy of a `ServableVersionPolicy`; the latest version if it says nothing."""
    if message.HasField("all"):
        return every()
    if message.HasField("specific"):
        return specific(list(message.specific.versions))
    return latest(message.latest.num_versions or 1)


def list_versions(name: str, base_path: pathlib.Path) -> dict[int, pathlib.Path]:
    """The version folders by their numbers, in order; "001" is 1, other names are passed over.

    Raises:
        Refusal: NOT_FOUND, there is no such base path.
    """
    try:
        folders = sorted(path for path in base_path.iterdir() if path.is_dir())
    except OSError:
        raise not_found(f"Could not find base path {base_path} for servable {name}") from None
    numbered = [
        (int(path.name), path) for path in folders if path.name.isascii() and path.name.isdecimal()
    ]
    return dict(sorted(item for item in numbered if item[0] < 2**63))


def choose(name: str, base_path: pathlib.Path, policy: Policy) -> dict[int, pathlib.Path]:
    """The version folders that a policy wants served."""
    folders = list_versions(name, base_path)
    return {version: folders[version] for version in policy(list(folders))}
