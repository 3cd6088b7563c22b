#!/bin/bash
# One worker on each node, which takes all GPUs of the node: sbatch docs/examples/train_slurm.sh
#SBATCH --job-name=spade_coco
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=4
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --signal=TERM@120
# SIGTERM two minutes before the end: all workers save the same step and stop.

set -eu
port=12345
hosts=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | sed "s/.*/\"&:$port\"/" | paste -sd,)
export CLUSTER="{\"worker\": [$hosts]}"

# The run's folder and the data have to be on a disk that all nodes share. If one worker fails, the
# others stop by themselves within a minute; --kill-on-bad-exit does not wait for it.
srun --kill-on-bad-exit=1 bash -c '
    export TF_CONFIG="{\"cluster\": $CLUSTER, \"task\": {\"type\": \"worker\", \"index\": $SLURM_PROCID}}"
    exec python -m spade_tf.train --config=coco --config.data.root="$DATA" --workdir="$WORKDIR"'
