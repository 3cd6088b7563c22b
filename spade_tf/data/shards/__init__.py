"""Shards: a data set packed into a few large TFRecord files that are read in any order.

    DIR/shards.json                          what the shards were made from: `manifest.py`
    DIR/train-00000-of-00016.tfrecord        examples, a tf.train.Example each: `record.py`
    DIR/train-00000-of-00016.json            where each record lies, with its checksum: `index.py`

`prepare.py` writes them, `reader.py` reads them for training, `verify.py` reads all of them again.
"""
