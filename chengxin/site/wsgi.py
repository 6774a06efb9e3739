"""The application that a WSGI server serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from chengxin.site.beside import sequencer_keep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")

application = get_wsgi_application()
_ = get_resolver().url_patterns  # every door is loaded before the first request comes, not by it
if os.environ.get("CHENGXIN_SEQUENCER") == "beside":
    sequencer_keep(settings.CHENGXIN_HOME / f"sequencer-{settings.DATABASES['default']['NAME']}.lock")
