"""Platform words: which systems a ticket speaks of. The same fault on another system is another ticket."""

from __future__ import annotations

import re

PLATFORMS = {
    "apple mobile": "ios|iphone|ipad|ipod|ipados",
    "android": "android|dalvik",
    "windows": "windows|win32|win64|win10|win11|win7|win8|msvc|mingw|winxp|cygwin",
    "mac": "mac|macos|osx|darwin",
    "linux": "linux|ubuntu|debian|fedora|centos|rhel|redhat|suse|gentoo|archlinux|alpine",
    "bsd": "freebsd|openbsd|netbsd",
    "blackberry": "blackberry|qnx",
    "windows phone": "wp7|wp8|winphone",
    "web": "mobileweb|webkit|chrome|firefox|safari|html5",
    "arm": "arm|armv7|aarch64|arm64",
}
WORDS = {word: name for name, words in PLATFORMS.items() for word in words.split("|")}
SAID = re.compile(r"[a-z][a-z0-9]{2,12}")


def platforms_of(text: str) -> frozenset[str]:
    """Return the platforms that a text names."""
    spaced = text[:2_000].lower().replace("os x", "osx").replace("mobile web", "mobileweb")
    return frozenset(WORDS[word] for word in SAID.findall(spaced) if word in WORDS)


def conflict(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two tickets speak of platforms, and of none together."""
    return bool(one) and bool(other) and not one & other
