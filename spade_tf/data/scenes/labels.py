"""The classes of the procedural landscapes: ids, names and the colours of a label picture."""

SKY, CLOUD, MOUNTAIN, SNOW, HILL, TREE, GRASS, FLOWERS = range(8)
SAND, ROCK, WATER, ROAD, BUILDING = range(8, 13)

LABEL_NAMES: tuple[str, ...] = (
    "sky",
    "cloud",
    "mountain",
    "snow",
    "hill",
    "tree",
    "grass",
    "flowers",
    "sand",
    "rock",
    "water",
    "road",
    "building",
)

PALETTE: list[tuple[int, int, int]] = [
    (110, 178, 236),
    (226, 236, 246),
    (126, 110, 128),
    (255, 250, 250),
    (122, 158, 84),
    (34, 92, 44),
    (150, 204, 70),
    (232, 84, 150),
    (240, 212, 132),
    (120, 116, 108),
    (28, 92, 176),
    (84, 84, 92),
    (196, 84, 52),
]
