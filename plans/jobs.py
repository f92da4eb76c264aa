"""The jobs of this app, on the Django tasks API."""

from django_tasks import task

from plans.services.generations import run_generation


@task()
def run_generation_job(generation_id: int) -> None:
    run_generation(generation_id)
