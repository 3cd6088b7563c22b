"""What a composition promises: sprites stand where they may, the order is back to front."""

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.buildings import Building
from spade_tf.data.scenes.composition import compose, pick
from spade_tf.data.scenes.trees import Tree


def test_pick_follows_the_shares():
    rng = np.random.Generator(np.random.PCG64(0))
    drawn = [pick(rng, {"a": 0.2, "b": 0.8}) for _ in range(2000)]
    assert set(drawn) == {"a", "b"} and abs(drawn.count("a") / 2000 - 0.2) < 0.03


def test_things_are_sorted_from_far_to_near():
    for seed in range(40):
        rows = [thing.y for thing in compose(seed, 1.0).objects]
        assert rows == sorted(rows)


def test_trees_and_houses_do_not_stand_in_water_or_on_the_road():
    checked = 0
    for seed in range(60):
        scene = compose(seed, 1.0)
        for thing in scene.objects:
            if isinstance(thing, (Tree, Building)):
                middle = (
                    thing.x + (thing.width + thing.gable) / 2
                    if hasattr(thing, "width")
                    else thing.x
                )
                t = min(float(scene.ground.depth(np.array(thing.y))), 1.0)
                label = int(scene.ground.labels_at(np.array([middle]), np.array([t]))[0])
                assert label not in (labels.WATER, labels.ROAD)
                checked += 1
    assert checked > 100


def test_roads_stay_dry():
    t = np.linspace(0.05, 1, 40)
    roads = 0
    for seed in range(80):
        ground = compose(seed, 1.0).ground
        if ground.road and ground.water:
            roads += 1
            wet = ground.labels_at(ground.road.centre(t), t) == labels.WATER
            assert wet.mean() < 0.06, seed  # checked at 24 depths only
    assert roads > 10


def test_the_styles_of_a_composition_may_be_chosen():
    chosen = compose(3, 1.0, time="dusk", season="winter")
    assert chosen.time.lamps == 1 and chosen.season.frost > 0 and chosen.ground.flowers == 0
