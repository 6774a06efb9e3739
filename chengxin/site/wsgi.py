"""The application that a WSGI server serves."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from chengxin.site.beside import beside_keep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")

application = get_wsgi_application()
_ = get_resolver().url_patterns  # every door is loaded before the first request comes, not by it
gc.freeze()  # what is loaded stays for good: the collector need not go through it in a request
_database = settings.DATABASES["default"]["NAME"]
if os.environ.get("CHENGXIN_SEQUENCER") == "beside":
    beside_keep(settings.CHENGXIN_HOME / f"sequencer-{_database}.lock", "ledger", "sequence")
if os.environ.get("CHENGXIN_CHORES") == "beside":
    beside_keep(settings.CHENGXIN_HOME / f"chores-{_database}.lock", "chores")
