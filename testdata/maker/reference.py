"""Image references and patterns, for the model: the grammar of the distribution project as regular expressions."""

import re

COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
HOST = r"[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?"
SIZES = {"sha256": 64, "sha384": 96, "sha512": 128}
# \Z and not $, which also matches before a final line feed.
REFERENCE = re.compile(
    rf"((?:{HOST}/)?{COMPONENT}(?:/{COMPONENT})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}))?(?:@([^@]+))?\Z"
)


class BadReference(ValueError):
    pass


class Reference:
    def __init__(self, text):
        found = REFERENCE.match(text)
        if not found:
            raise BadReference(text)
        name, self.tag, self.digest = found.groups()
        self.host, self.path = split(name)
        # `registry_example.com/a`: the first component looks like a host and is none.
        if not re.fullmatch(HOST, self.host) or not re.fullmatch(f"{COMPONENT}(/{COMPONENT})*", self.path):
            raise BadReference(text)
        if self.digest is not None:
            algorithm, _, value = self.digest.partition(":")
            if len(value) != SIZES.get(algorithm) or not re.fullmatch("[0-9a-f]+", value):
                raise BadReference(text)
        elif self.tag is None:
            self.tag = "latest"


def split(name):
    """Host and path: the first component is a host if it looks like one."""
    first, slash, rest = name.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost" or first != first.lower()):
        first, rest = "docker.io", name
    host = first.lower().removesuffix(":443").replace("index.docker.io", "docker.io")
    return host, rest if host != "docker.io" or "/" in rest else f"library/{rest}"


def matches(pattern, image):
    """`*` stays inside a path segment, a final `/**` crosses; a pattern without a tag matches each tag and digest."""
    host, path = split(pattern)
    path, colon, tag = path.partition(":")
    if colon and image.tag != tag:
        return False
    rest = path.endswith("/**")
    inside = re.escape(f"{host}/{path.removesuffix('/**')}").replace(r"\*", "[^/]*")
    return re.fullmatch(inside + ("/.+" if rest else ""), f"{image.host}/{image.path}") is not None
