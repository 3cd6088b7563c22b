from spade_tf.benchmark.peaks import Peak, highest, measure_peak


def test_the_highest_of_each():
    assert highest([Peak(3.0, 20.0), Peak(5.0, 10.0)]) == Peak(5.0, 20.0)


def test_a_small_measurement():
    peak = measure_peak("float32", tries=1, side=64)
    assert peak.matrix_product > 1e5
    assert peak.convolution > 1e5
