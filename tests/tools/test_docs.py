"""The pages written from the registries."""

from tools import docs


def test_attributes_become_one_row_each_with_the_columns_that_occur(repository):
    repository.write(
        "src/garde/model/attributes.toml",
        '[serial]\ntype = "text"\nkey = "serial"\n[kind]\ntype = "code"\nfr = "a | b"\n',
    )
    text = docs.attributes(repository.root)
    assert text.splitlines()[-4:] == [
        "| attribute | type | key | fr |",
        "| --- | --- | --- | --- |",
        "| `kind` | code |  | a \\| b |",
        "| `serial` | text | serial |  |",
    ]


def test_a_page_behind_its_source_is_named_until_written(repository):
    repository.write("src/garde/model/attributes.toml", '[serial]\ntype = "text"\n')
    assert docs.problems(repository.root) == ["docs/reference/attributes.md: behind its source; run make docs"]
    docs.main(repository.root)
    assert docs.problems(repository.root) == []


def test_verbs_are_described_with_their_options_depth_first():
    import typer

    app = typer.Typer(name="garde")
    below = typer.Typer(help="Bring in what others know.")
    app.add_typer(below, name="import")

    @app.command()
    def why(device: str, store: str = typer.Option("", help="Where the records are.")) -> None:
        """Say why."""

    @below.command()
    def gmao(file: str) -> None:
        """Read the register."""

    text = "\n".join(docs.verbs(typer.main.get_command(app), "garde"))
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "## `garde`",
        "### `garde why`",
        "### `garde import`",
        "#### `garde import gmao`",
    ]
    assert "| `--store` | Where the records are. |" in text
    assert "Bring in what others know." in text


def test_rows_that_stand_several_times_are_described():
    from garde.config import OidcRole

    text = "\n".join(docs.described(OidcRole, "[[oidc.role]]"))
    assert (
        text.startswith("## [[oidc.role]]") and "| `claim` | must be given |" in text and "| `ward` | empty |" in text
    )


def test_nothing_is_written_while_its_source_does_not_exist(repository):
    assert docs.pages(repository.root) == {}
