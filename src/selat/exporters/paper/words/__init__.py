"""Words of the reports in English, Malay and Japanese. Sentences that rules and people wrote stay as they wrote them."""

from __future__ import annotations

from collections.abc import Mapping

from selat.model.errors import ConfigError

LANGUAGES = ("en", "ms", "ja")
Three = Mapping[str, tuple[str, str, str]]


class Words:
    """The words of some tables in one language: ``w("ships", n=3)``; a key that no table has comes back as it is."""

    def __init__(self, language: str, *tables: Three) -> None:
        if language not in LANGUAGES:
            raise ConfigError(f"there is no language {language!r}", hint=f"one of {', '.join(LANGUAGES)}")
        self.language, at = language, LANGUAGES.index(language)
        self._said = {key: texts[at] for table in tables for key, texts in table.items()}

    def __call__(self, key: str, **values: object) -> str:
        """The word, with ``{name}`` replaced by the values."""
        text = self._said.get(key, key)
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def known(self, key: str) -> bool:
        """Whether there is a word for it."""
        return key in self._said
