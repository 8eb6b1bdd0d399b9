"""How a post is named: its site, a stroke, its resource."""

from typing import NamedTuple, Self


class PostId(NamedTuple):
    """The site and the resource of a post; a site's identifier may hold strokes itself.

    Examples
    --------
    >>> str(PostId("quay/north", "checkpoint")), PostId.parse("quay/north/checkpoint").site
    ('quay/north/checkpoint', 'quay/north')
    """

    site: str
    resource: str

    def __str__(self) -> str:
        return f"{self.site}/{self.resource}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a post's name; without a stroke the site is empty."""
        site, _, resource = text.rpartition("/")
        return cls(site, resource)
