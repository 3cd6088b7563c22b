"""Files -> label maps and photographs: data sets, transforms and the input pipeline."""
