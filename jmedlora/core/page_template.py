"""How every page of HTML is filled in: whatever files hold comes out as text that shows."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from jmedlora.core.display import language, visible


def page_environment(package: str) -> Environment:
    """The templates in the folder ``templates`` of ``package``, with the filter ``language``.

    Every value is escaped, characters that do not show are named, and a name that a template does
    not get is an error. A template adds nothing that is loaded from elsewhere.
    """
    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["language"] = language
    return environment


def _shown(value: object) -> object:
    return visible(value) if type(value) is str else value  # Markup is escaped already
