"""An Airflow DAG: rank the exports of the week on Monday morning."""

from datetime import UTC, datetime

from airflow.sdk import dag, task


@dag(schedule="0 6 * * 1", start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False)
def rank_flex_properties() -> None:
    """Run flexscout in a process of its own; fail if it could not run."""

    @task
    def run_flexscout() -> int:
        from flexscout import EventKind, PipelineConfiguration, start_job

        for event in start_job(PipelineConfiguration(input_folder="exports", output_file="results/all.xlsx")):
            print(event.kind, event.fields)
        if event.kind is not EventKind.FINISHED:
            raise RuntimeError(f"{event.fields['message']} {event.fields.get('next_step', '')}")
        return event.fields["candidates"]

    run_flexscout()


graph = rank_flex_properties()
