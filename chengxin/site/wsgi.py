"""The application that a WSGI server serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")

application = get_wsgi_application()
_ = get_resolver().url_patterns  # every door is loaded before the first request comes, not by it
