"""How Sphinx builds the documentation: `make docs`.

Sphinx is here because it reads the docstrings and the command line as they are: the reference is
written once, in the code. MyST lets all other pages stay Markdown that a forge shows as well. Furo
is a theme that brings its own style and scripts, so that the built pages make no network requests.
"""

from placement.version import __version__

project = "placement"
author = "The placement maintainers"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click"]
exclude_patterns = ["*.ipynb"]
source_suffix = {".md": "markdown"}

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4  # as a forge names them, so that a link works in both

autodoc_typehints = "none"  # numpydoc sections state types, shapes and units
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_ivar = True  # attributes stand once, with their class

highlight_language = "none"
html_theme = "furo"
html_title = f"placement {__version__}"
html_show_sourcelink = False
html_copy_source = False

# Internal links are warnings, and so errors, in every build; `make docs-links` asks other sites.
linkcheck_timeout = 20
linkcheck_retries = 2
