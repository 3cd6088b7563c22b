"""The papers' networks in plain PyTorch, to measure ours against. Needs the extra `import`.

Written from the papers' descriptions, as one writes PyTorch: channels first, one convolution after
the other, nothing left out and nothing saved. `state_dict()` has the names of published
checkpoints, so weights can be exchanged with our networks.
"""

import sys

# PyTorch's optimizers import Triton, a compiler, if it is there. Its LLVM and TensorFlow's end a
# process that holds both. Nothing here is compiled.
sys.modules.setdefault("triton", None)  # type: ignore[arg-type]
