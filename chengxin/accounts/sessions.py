"""Where sessions are kept: in the database, under the digest of their key."""

import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from chengxin.accounts.models import Session


def digest(key: str) -> str:
    """What is kept of a session's key, which is 160 random bits: enough to find it, too little to use it."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """Django's store, but that a stolen table opens no session."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table."""
        return Session

    def _get_session_from_db(self) -> Any:
        key = self.session_key
        if key is None:
            return None
        try:
            return Session.objects.get(session_key=digest(key), expire_date__gt=timezone.now())
        except Session.DoesNotExist:
            self._session_key = None
            return None

    def exists(self, session_key: str) -> bool:
        """Whether there is a session of that key."""
        return super().exists(digest(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row to be written."""
        made = super().create_model_instance(data)
        made.session_key = digest(made.session_key)
        return made

    def delete(self, session_key: str | None = None) -> None:
        """Take it away: the cookie that named it opens nothing more."""
        key = session_key if session_key is not None else self.session_key
        if key is not None:
            Session.objects.filter(session_key=digest(key)).delete()
