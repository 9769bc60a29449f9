"""A Dagster asset: the ranked list of the exports in a folder."""

import dagster

from flexscout import EventKind, PipelineConfiguration, start_job


@dagster.asset
def flex_properties(context: dagster.AssetExecutionContext) -> dagster.MaterializeResult:
    """Run flexscout in a process of its own; fail if it could not run."""
    job = start_job(PipelineConfiguration(input_folder="exports", output_file="results/all.xlsx", file_pattern="auto"))
    for event in job:
        if event.kind in (EventKind.WARNING, EventKind.FILE_DONE):
            context.log.info("%s", event.fields)
    if event.kind is not EventKind.FINISHED:
        raise dagster.Failure(f"{event.fields['message']} {event.fields.get('next_step', '')}")
    return dagster.MaterializeResult(
        metadata={"candidates": event.fields["candidates"], "failed files": event.fields["failed_files"]}
    )


definitions = dagster.Definitions(assets=[flex_properties])
