"""The same shards as an Apache Beam pipeline, for a cluster; `make extra-beam` installs Beam.

All workers must see the data set and the shards' folder under the same paths, for results are
passed on as files, as processes of one machine do.
"""

from collections.abc import Sequence

from spade_tf.data.shards.prepare import Runner
from spade_tf.data.shards.writer import ShardJob, write_shard
from spade_tf.errors import UserError


def beam_runner(runner: str, options: Sequence[str] = ()) -> Runner:
    """Runs the jobs on a Beam runner such as DirectRunner, FlinkRunner or SparkRunner.

    Args:
      runner: Beam's name of it.
      options: Beam's own flags, such as `--direct_num_workers=8`.

    Raises:
      UserError: Beam is not installed.
    """
    try:
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions
    except ImportError as error:
        raise UserError(
            f"--runner={runner} needs Apache Beam ({error}); `make extra-beam` installs it"
        ) from error

    def run(jobs: Sequence[ShardJob]) -> None:
        with beam.Pipeline(runner, PipelineOptions(list(options))) as pipeline:
            _ = (
                pipeline
                | "shards" >> beam.Create(jobs)
                | "apart" >> beam.Reshuffle()
                | "write" >> beam.Map(write_shard)
            )

    return run
