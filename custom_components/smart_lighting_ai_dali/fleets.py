"""The sets of simulated gear that a line can be made of: built in, or a file below the configuration folder."""

from pathlib import Path

from .simulator.fleet import Fleet, FleetError, built_in_fleets


def load_fleet(config_folder: str, name: str) -> Fleet:
    """Return a built-in fleet by its name, or one of a YAML file below the configuration folder; blocking.

    Raises FleetError with every mistake in the file, or that there is no such file.
    """
    if (built_in := built_in_fleets().get(name)) is not None:
        return Fleet.load(built_in)
    folder = Path(config_folder).resolve()
    path = (folder / name).resolve()
    if not path.is_relative_to(folder) or path.suffix not in {".yaml", ".yml"}:
        raise FleetError([f"{name}: only YAML files below the configuration folder can be used"])
    if not path.is_file():
        raise FleetError([f"{name}: there is no such file in the configuration folder"])
    return Fleet.load(path)
