"""Run the pipeline without worker processes, for tests of what comes after them."""

from flexscout.pipeline import ScalableFlexPipeline
from flexscout.runtime.executors import SerialExecutor


def run_in_process(config):
    """Run the pipeline; files are read in this process."""
    pipeline = ScalableFlexPipeline(config)
    pipeline._ingestor._executor = SerialExecutor()  # noqa: SLF001 - starting workers takes longer than the run
    return pipeline.run()
