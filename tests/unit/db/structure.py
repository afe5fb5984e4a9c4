"""What tables are made of, to compare those that came into being in different ways."""

from sqlalchemy import Connection, inspect


def structure_of(connection: Connection) -> list[str]:
    """Return the columns, keys, unique columns and indexes of all tables, in lines."""
    inspector = inspect(connection)
    columns = inspector.get_multi_columns()
    return sorted(
        [
            *(
                f"{table}: {column['name']} {column['type']} {column['nullable']} {_plain(column['default'])}"
                for (_, table), found in columns.items()
                for column in found
            ),
            *(
                f"{table}: {key['constrained_columns']}"
                for (_, table), key in inspector.get_multi_pk_constraint().items()
            ),
            *(
                f"{table}: {constraint['column_names']}"
                for (_, table), found in inspector.get_multi_unique_constraints().items()
                for constraint in found
            ),
            *(f"{table}: {index}" for (_, table), found in inspector.get_multi_indexes().items() for index in found),
        ]
    )


def _plain(default: str | None) -> str | None:
    """Return a default as it is written in SQL: it is kept with or without quotes and its type, as it was made."""
    return None if default is None else default.split("::")[0].strip("'")
