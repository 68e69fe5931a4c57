from jinja2 import Environment


def environment(**o):
    return Environment(**o)
