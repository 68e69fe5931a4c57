"""From what a browser says of itself to words a person knows her own devices by. Nothing is decided by it."""

from __future__ import annotations

# The first that is found: newer browsers name the older ones they descend from.
_BROWSERS = (
    ("Zalo", "Zalo"),
    ("coc_coc_browser", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "máy Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def named(user_agent: str) -> str:
    """«Chrome trên Android», as far as it is told; "" when nothing in it is known."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return " trên ".join(filter(None, (browser, system)))
