import pytest

from spade_tf.ablation.budgets import find_budget, row_config
from spade_tf.ablation.tables import TABLES, find_table
from spade_tf.config import get, to_json
from spade_tf.errors import UserError

CASES = [(name, row) for name, table in TABLES.items() for row in table.rows]


def config_of(table, row, budget="small", name="landscapes", given=None):
    changes = {**find_table(table).changes, **row.changes}
    return row_config(name, given or {}, changes, find_budget(budget))


def row_of(table, name):
    return next(row for row in find_table(table).rows if row.name == name)


@pytest.mark.parametrize("table, row", CASES, ids=lambda x: getattr(x, "folder", x))
def test_every_row_is_a_sound_config_on_every_data_set(table, row):
    for name in ("landscapes", "cityscapes", "camvid_small"):
        for budget in ("small", "paper"):
            config = config_of(table, row, budget, name)
            for key, value in row.changes.items():
                if budget == "paper":
                    assert get(config, key) == value


def test_folders_are_told_apart():
    for table in TABLES.values():
        folders = [row.folder for row in table.rows]
        assert len(set(folders)) == len(folders)
    assert row_of("table5", "pix2pixHD++ w/o sync BN").folder == "pix2pixhdpp_without_sync_bn"


def test_table_4_has_eight_experiments():
    configs = {to_json(config_of("table4", row)) for row in find_table("table4").rows}
    assert len(configs) == 8


def test_a_budget_scales_all_networks_alike():
    wide = config_of("table4", row_of("table4", "141 M parameters"))
    narrow = config_of("table4", row_of("table4", "61 M parameters"))
    assert (wide.model.base_width, narrow.model.base_width) == (20, 12)
    assert wide.discriminator.base_width == narrow.discriminator.base_width == 16
    assert (wide.data.height, wide.data.width, wide.train.steps) == (64, 64, 150)
    street = config_of("table4", row_of("table4", "kernel 3x3"), name="cityscapes")
    assert (street.data.height, street.data.width, street.data.load_size) == (64, 128, 128)


def test_papers_budget_is_the_papers_network():
    config = config_of("table4", row_of("table4", "kernel 3x3"), "paper", "ade20k")
    assert (config.model.base_width, config.model.hidden_width) == (64, 128)
    assert (config.data.height, config.train.epochs) == (256, 200)


def test_the_user_is_stronger_than_the_budget_but_not_than_the_row():
    given = {"train.steps": 7, "model.mask_kernel_size": 3}
    config = config_of("table4", row_of("table4", "kernel 1x1"), given=given)
    assert (config.train.steps, config.model.mask_kernel_size) == (7, 1)


def test_random_input_is_noise_without_an_encoder():
    config = config_of("table4", row_of("table4", "random input"))
    assert config.model.latent_dim == 32
    assert not config.has_encoder


def test_an_unknown_table_or_budget():
    with pytest.raises(UserError, match="no table 'table2'; write one of table1"):
        find_table("table2")
    with pytest.raises(UserError, match="no budget 'huge'; write one of small"):
        find_budget("huge")
