"""What a config holds: every key with its default, its meaning and the names allowed."""

from dataclasses import dataclass, field
from typing import Any

UPSAMPLING_DOUBLINGS = {"normal": 5, "more": 6, "most": 7}
"""Doublings from the start grid to the image, by the official names (SPADE paper, appendix A)."""


def option(default: Any, text: str, choices: tuple = ()) -> Any:
    """One configuration value: its default, its meaning and, if it is a name, the names allowed."""
    return field(default=default, metadata={"help": text, "choices": choices})


@dataclass(frozen=True)
class DataConfig:
    """Where label maps and photographs come from, and how they are cut to size."""

    dataset: str = option(
        "custom", "module of spade_tf.data.datasets that knows the folders and labels"
    )
    root: str = option("", "folder of the data set")
    shards: str = option(
        "", "folder of shards (tools.prepare_dataset) that is read in place of root; empty = root"
    )
    num_labels: int = option(13, "number of labels, don't-care included")
    has_dont_care: bool = option(False, "the last label means 'nobody said what this is'")
    first_file_id: int = option(
        0, "file id that becomes label 0; smaller ids and 255 become don't-care"
    )
    has_instances: bool = option(False, "read instance maps and give their borders to the networks")
    height: int = option(256, "height of the image in pixels")
    width: int = option(256, "width of the image in pixels")
    preprocess: str = option(
        "resize_and_crop",
        "how files are cut to height x width",
        (
            "resize_and_crop",
            "crop",
            "scale_width",
            "scale_width_and_crop",
            "scale_shortside",
            "scale_shortside_and_crop",
            "fixed",
            "none",
        ),
    )
    load_size: int = option(286, "size in pixels that files are scaled to before the crop")
    flip: bool = option(True, "mirror half of the training examples")
    rotation_degrees: float = option(
        0.0, "random rotation of training examples, up to this many degrees either way"
    )
    palette: str = option(
        "", "file of label colours (lines 'red green blue name'): label maps are RGB"
    )
    train_labels: str = option("train_label", "folder of training label maps, below root")
    train_images: str = option("train_img", "folder of training photographs, below root")
    train_instances: str = option("train_inst", "folder of training instance maps, below root")
    val_labels: str = option("val_label", "folder of validation label maps, below root")
    val_images: str = option("val_img", "folder of validation photographs, below root")
    val_instances: str = option("val_inst", "folder of validation instance maps, below root")
    num_scenes: int = option(1000, "procedural scenes in an epoch (landscapes)")
    cache: bool = option(False, "keep decoded examples in memory after the first epoch")
    max_bad_examples: int = option(
        0,
        "training examples that may turn out to be unreadable: each is replaced by the next good "
        "one, said and counted; one more stops the run",
    )


@dataclass(frozen=True)
class ModelConfig:
    """The generator and, for models with a style, its encoder."""

    kind: str = option(
        "spade",
        "generator: SPADE and CLADE, or one of the papers' baselines",
        ("spade", "pix2pixhd", "pix2pixhd_pp", "crn", "sims"),
    )
    norm: str = option(
        "spade",
        "how the layout modulates the features: spade, clade, clade_icpe; concat = it is appended "
        "to them; none = not at all (pix2pixhd, pix2pixhd_pp)",
        ("spade", "clade", "clade_icpe", "concat", "none"),
    )
    base_width: int = option(64, "channels of the last block (ngf of the papers)")
    latent_dim: int = option(0, "size of the latent style z; 0 = start from the downsampled layout")
    diversity: int = option(
        0,
        "images that a crn makes of each layout, of which z chooses one; 0 = 9 up to 256 rows, "
        "1 beyond",
    )
    style_encoder: bool = option(
        True, "a model with a latent learns it from photographs; False = z is noise"
    )
    encoder_size: int = option(
        256, "height and width in pixels that the style encoder scales photographs to"
    )
    upsampling: str = option(
        "normal", "doublings: normal 5, more 6, most 7", tuple(UPSAMPLING_DOUBLINGS)
    )
    param_free_norm: str = option(
        "sync_batch",
        "normalisation before the modulation; sync_batch = statistics over all replicas",
        ("sync_batch", "batch", "instance"),
    )
    mask_kernel_size: int = option(3, "kernel of SPADE's mask convolutions", (1, 3, 5))
    hidden_width: int = option(128, "channels between SPADE's mask convolutions")
    modulation: str = option(
        "auto",
        "how SPADE computes gamma and beta: once for each distinct neighbourhood of labels, or for "
        "each pixel; same numbers",
        ("auto", "neighbourhoods", "convolutions"),
    )
    spectral_norm: bool = option(True, "spectral normalisation of the generator's convolutions")
    bank: str = option(
        "", "memory bank of a sims (tools.build_bank); empty = built in the workdir at the start"
    )
    thin_labels: str = option(
        "",
        "names of labels, such as Pole,SignSymbol, that a sims counts as part of what they stand "
        "before when it builds its bank",
    )
    spatial_transformer: bool = option(
        False, "a sims learns to move, scale and turn what it retrieves (not needed on Cityscapes)"
    )
    residual_blocks: int = option(9, "residual blocks of a pix2pixhd's global generator")
    local_enhancer: bool = option(
        False, "a pix2pixhd adds detail to its global generator, which works at half the size"
    )
    initializer: str = option(
        "xavier",
        "kernels of all networks: xavier = Glorot times init_gain; normal = deviation init_gain",
        ("xavier", "normal"),
    )
    init_gain: float = option(
        0.02,
        "gain of the Xavier initialisation of all networks; the papers' is small, so that early "
        "steps turn the weights far: a short run learns faster with 1",
    )


@dataclass(frozen=True)
class DiscriminatorConfig:
    """The multi-scale patch discriminator."""

    base_width: int = option(64, "channels of the first layer (ndf of the papers)")
    num_scales: int = option(2, "number of scales, each half the size of the one before")
    num_layers: int = option(4, "convolutions before the logits at each scale")
    spectral_norm: bool = option(True, "spectral normalisation of the inner convolutions")


@dataclass(frozen=True)
class LossesConfig:
    """The objective: which terms, and their weights. A weight of 0 builds and downloads nothing."""

    gan: str = option(
        "hinge",
        "adversarial loss; none = no discriminator, and no feature matching",
        ("hinge", "least_squares", "ls", "original", "wasserstein", "w", "none"),
    )
    convention: str = option(
        "spade",
        "how terms add up: spade = mean over the discriminator's scales; pix2pixhd = sum over "
        "them, its own loss halved, feature matching times 4 / discriminator.num_layers",
        ("spade", "pix2pixhd"),
    )
    feature_matching_weight: float = option(10.0, "weight of the feature matching loss")
    vgg_weight: float = option(10.0, "weight of the VGG19 perceptual loss")
    vgg_maps: str = option(
        "auto",
        "maps of VGG19 that are compared, and their weights: spade = relu1_1 .. relu5_1; crn_256, "
        "crn_gta, crn_512 = the image and relu1_2 .. relu5_2, weighted as for Cityscapes of 256 "
        "rows, GTA, Cityscapes of 512 or more; auto = by model.kind and data.height",
        ("auto", "spade", "crn_256", "crn_gta", "crn_512"),
    )
    vgg_weights: str = option(
        "auto",
        "imagenet, a weight file (Keras or torchvision), none (random weights), or auto "
        "(imagenet; without a network, train without this term and say so)",
    )
    semantic_weight: float = option(
        10.0, "weight of the cross-entropy of the labels that a sims reads off its own features"
    )
    kl_weight: float = option(0.05, "weight of the KL divergence of the style encoder")
    kl_examples: int = option(
        0, "examples that the KL is summed over; 0 = the batch, as the official code on one GPU"
    )


@dataclass(frozen=True)
class TrainConfig:
    """How long, how fast, and what is kept."""

    batch_size: int = option(0, "images per step over all devices; 0 = 4 for each GPU, 1 for a CPU")
    steps: int = option(0, "generator steps in all; 0 = what `epochs` gives")
    epochs: int = option(50, "passes over the training set at full learning rate and in decay")
    decay_epochs: int = option(0, "last epochs, in which the learning rate falls linearly to 0")
    learning_rate: float = option(2e-4, "learning rate before TTUR")
    ttur: bool = option(True, "two time scales: generator at half, discriminator at twice the rate")
    beta_1: float = option(0.0, "Adam's first decay rate")
    beta_2: float = option(0.9, "Adam's second decay rate")
    adam_epsilon: float = option(1e-8, "Adam's epsilon")
    discriminator_steps: int = option(1, "discriminator steps per generator step")
    discriminator_fake: str = option(
        "fresh",
        "image that the discriminator learns from: fresh = generated anew after the generator's "
        "step (official), shared = the generator step's own (one forward pass less)",
        ("fresh", "shared"),
    )
    ema_decay: float = option(0.999, "decay per step of the generator's moving average")
    gradient_accumulation: int = option(1, "steps whose gradients are averaged into one update")
    recompute: bool = option(
        False,
        "compute the features of the generator's blocks again in the backward pass instead of "
        "keeping them: less memory, up to a third more time; same numbers",
    )
    memory_check: str = option(
        "stop",
        "before training its memory is estimated; where it will clearly not fit: stop, or warn and "
        "go on; off = no estimate, which takes some seconds",
        ("stop", "warn", "off"),
    )
    initial_workdir: str = option(
        "", "workdir whose weights a new run begins with, where name and shape fit"
    )
    only_layers: str = option(
        "", "layers of the generator that learn, such as module_512,to_image; empty = all"
    )
    seed: int = option(0, "seed of weights, order, crops and latents")
    precision: str = option(
        "float32", "compute type", ("float32", "mixed_float16", "mixed_bfloat16")
    )
    jit_compile: bool = option(False, "compile the step with XLA (one replica only)")
    steps_per_execution: int = option(1, "steps in one call of the compiled function")
    strategy: str = option(
        "auto",
        "where: one = the first device, mirrored = all of this machine, multi_worker = all of the "
        "machines in TF_CONFIG; auto = multi_worker if it names several, else mirrored",
        ("auto", "one", "mirrored", "multi_worker"),
    )
    log_every_steps: int = option(10, "steps between two lines of losses")
    gradient_norms_every_steps: int = option(
        0, "steps between two measurements of the gradient norm of each term; 0 = never"
    )
    sample_every_steps: int = option(500, "steps between two image grids")
    save_every_steps: int = option(500, "steps between two checkpoints")
    keep_checkpoints: int = option(3, "newest checkpoints kept")
    on_failed_save: str = option(
        "stop",
        "when a checkpoint cannot be written, as on a full disk: stop = the run ends; continue = "
        "it says so and trains on; the last checkpoint of a run has to be written",
        ("stop", "continue"),
    )


@dataclass(frozen=True)
class EvaluationConfig:
    """Scores of checkpoints while training runs."""

    every_epochs: int = option(
        0, "epochs between two evaluations; 0 = none. CLADE's authors: 10, by fid_train"
    )
    metrics: str = option("fid_train", "what is computed; the first decides which is the best")
    num_images: int = option(0, "first validation images that are painted; 0 = all")
    segmenter: str = option("", "folder of tools.train_segmenter, in place of a published network")


@dataclass(frozen=True)
class Config:
    """An experiment. Sections in the order data flows through them."""

    name: str = option("custom", "name of the experiment")
    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    discriminator: DiscriminatorConfig = field(default_factory=DiscriminatorConfig)
    losses: LossesConfig = field(default_factory=LossesConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)

    @property
    def has_positions(self) -> bool:
        """Whether the generator needs class-relative positions (CLADE-ICPE)."""
        return self.model.norm == "clade_icpe" and self.model.kind not in ("crn", "sims")

    @property
    def has_encoder(self) -> bool:
        """Whether a style encoder is trained beside the generator."""
        return self.model.latent_dim > 0 and self.model.style_encoder

    @property
    def has_features(self) -> bool:
        """Whether the generator reads features of instances, which clusters or photographs give."""
        return self.model.kind in ("pix2pixhd", "pix2pixhd_pp") and self.model.latent_dim > 0

    @property
    def latent_dim(self) -> int:
        """Size of the generator's z; a crn's has a number for each of its images."""
        if self.model.kind == "crn":
            return self.diversity if self.diversity > 1 else 0
        return self.model.latent_dim

    @property
    def diversity(self) -> int:
        """Images that a crn makes of each layout."""
        return self.model.diversity or (9 if self.data.height <= 256 else 1)

    @property
    def vgg_maps(self) -> str:
        """The maps that the perceptual loss compares: `losses.vgg_maps` without `auto`."""
        if self.losses.vgg_maps != "auto":
            return self.losses.vgg_maps
        if self.model.kind == "sims":
            return "crn_512"
        if self.model.kind != "crn":
            return "spade"
        return "crn_256" if self.data.height <= 256 else "crn_512"

    @property
    def doublings(self) -> int:
        """Doublings from the start grid to the image; a crn's start grid has 4 to 7 rows.

        A pix2pixhd halves the layout as often before; a sims takes any size.
        """
        if self.model.kind == "sims":
            return 0
        if self.model.kind in ("pix2pixhd", "pix2pixhd_pp"):
            return 4 + self.model.local_enhancer
        if self.model.kind == "crn":
            return max(0, (self.data.height // 4).bit_length() - 1)
        return UPSAMPLING_DOUBLINGS[self.model.upsampling]
