"""The image and the compose file, as far as they can be checked without Docker: their commands, settings, extras and user."""

import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import urlparse

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from typer.main import get_command

from flexscout.cli.app import app
from flexscout.config import PipelineConfiguration, name_variable

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LINES = [line.split(maxsplit=1) for line in (ROOT / "packaging/Dockerfile").read_text(encoding="utf-8").splitlines() if line]
COMPOSE = yaml.safe_load((ROOT / "packaging/compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OWN = {name: service for name, service in SERVICES.items() if "build" in service}


def instructions(name):
    return [text for kind, text in LINES if kind == name]


def parse(command, arguments):
    """Return the values that a command would get; raise click's error if it would refuse them."""
    with command.make_context(command.name, list(arguments)) as context:
        return context.params


def test_the_image_runs_the_program_as_a_user_without_rights():
    kinds = [kind for kind, _ in LINES]
    assert instructions("USER") == ["flexscout"]
    assert "useradd --create-home flexscout" in " ".join(instructions("RUN"))
    assert not {"RUN", "COPY", "ADD"} & set(kinds[kinds.index("USER") :])
    assert instructions("ENTRYPOINT") == ['["flexscout"]']
    assert "flexscout" in PROJECT["scripts"]


def test_the_image_has_a_python_that_is_supported_and_the_files_that_a_build_needs():
    pythons = {re.fullmatch(r"python:(\d+\.\d+)-slim( AS build)?", text)[1] for text in instructions("FROM")}
    assert all(python in SpecifierSet(PROJECT["requires-python"]) for python in pythons)
    copied = [name for text in instructions("COPY") if not text.startswith("--from") for name in text.split()[:-1]]
    assert {PROJECT["readme"], "pyproject.toml", "LICENSE", "src"} <= set(copied)
    ignored = (ROOT / "packaging/Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == set(copied)


@pytest.mark.parametrize(
    ("extras", "needed"),
    [
        (next(text for text in instructions("ARG")).partition("=")[2], {"memo"}),
        *((service["build"]["args"]["EXTRAS"], {"cluster", "storage"}) for service in OWN.values()),
    ],
)
def test_the_extras_exist_and_are_those_that_the_commands_need(extras, needed):
    assert needed <= set(extras.split(",")) <= PROJECT["optional-dependencies"].keys()


def test_variables_of_containers_are_settings():
    known = {name_variable(name) for name in PipelineConfiguration.model_fields}
    image = re.findall(r"FLEXSCOUT_\w+(?==)", " ".join(instructions("ENV")))
    services = [name for service in OWN.values() for name in service["environment"] if name.startswith("FLEXSCOUT_")]
    assert image
    assert services
    assert known >= {*image, *services}


def test_the_run_of_the_compose_file_is_one_that_the_program_accepts():
    name, *arguments = SERVICES["run"]["command"]
    values = parse(get_command(app).commands[name], arguments)
    (folder,) = values["folders"]
    settings = PipelineConfiguration(input_folder=folder, output_file=values["output_file"], scheduler=values["scheduler"])
    assert settings.addresses.keys() == {"input_folder", "output_file"}
    assert f"local/{folder.removeprefix('s3://')}/" in SERVICES["exports"]["command"][0]
    assert urlparse(settings.scheduler).hostname in SERVICES


def test_dask_has_the_commands_of_the_scheduler_and_the_workers():
    assert "dask" in {script.name for script in entry_points(group="console_scripts")}
    for service in (SERVICES["scheduler"], SERVICES["worker"]):
        program, name = service["entrypoint"]
        (command,) = entry_points(group="dask_cli", name=name)
        assert program == "dask"
        assert parse(command.load(), service["command"])
    assert SERVICES["worker"]["command"][0] == SERVICES["run"]["command"][-1]
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


def test_services_share_one_image_a_folder_and_the_credentials_of_the_server():
    assert {"scheduler", "worker", "run"} == OWN.keys()
    shared = ("image", "build", "working_dir", "volumes", "environment")
    assert len({str([one[key] for key in shared]) for one in OWN.values()}) == 1
    one, storage = OWN["run"], SERVICES["storage"]["environment"]
    assert one["volumes"][0].partition(":")[0] in COMPOSE["volumes"]
    assert one["environment"]["FLEXSCOUT_CACHE"].startswith(f"{one['volumes'][0].partition(':')[2]}/")
    assert one["environment"]["AWS_ACCESS_KEY_ID"] == storage["MINIO_ROOT_USER"]
    assert one["environment"]["AWS_SECRET_ACCESS_KEY"] == storage["MINIO_ROOT_PASSWORD"]
    assert urlparse(one["environment"]["AWS_ENDPOINT_URL"]).hostname in SERVICES


def test_each_service_depends_on_services_that_exist_and_the_run_on_the_copied_exports():
    assert all(set(service.get("depends_on", ())) <= SERVICES.keys() for service in SERVICES.values())
    assert SERVICES["run"]["depends_on"]["exports"] == {"condition": "service_completed_successfully"}
