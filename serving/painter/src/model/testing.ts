/** A card and the JSON of a model, for tests. */

export const CARD_JSON = {
  name: "tiny",
  height: 2,
  width: 3,
  labels: [
    { id: 0, name: "sky", color: [70, 130, 180] },
    { id: 1, name: "sea", color: [0, 60, 120] },
  ],
  dont_care: 1,
  label_of_file_id: [-1, 0, ...new Array<number>(253).fill(-1), 1],
  has_instances: false,
  latent_dim: 4,
  style_size: [5, 6],
  licence: "Apache-2.0",
  source: "made by a test",
};

export const PAINTER_JSON = {
  ...CARD_JSON,
  file: "tiny.tflite",
  signature: {
    inputs: [
      { name: "label_map", dtype: "int32", shape: [1, 2, 3] },
      { name: "z", dtype: "float32", shape: [1, 4] },
    ],
    outputs: [{ name: "image", dtype: "uint8", shape: [1, 2, 3, 3] }],
  },
};

export const STYLE_JSON = {
  ...CARD_JSON,
  file: "tiny_style.tflite",
  signature: {
    inputs: [{ name: "image", dtype: "uint8", shape: [1, 5, 6, 3] }],
    outputs: [
      { name: "mean", dtype: "float32", shape: [1, 4] },
      { name: "log_variance", dtype: "float32", shape: [1, 4] },
    ],
  },
};
