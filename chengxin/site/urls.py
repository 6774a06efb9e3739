"""Every address of the site."""

from django.urls import URLPattern, URLResolver, include, path

from chengxin.site import problems
from chengxin.site.api import api, health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health),
    path("api/v1/", api.urls),
    path("desk/", include("chengxin.desk.urls")),
    path("embed/", include("chengxin.desk.embedding")),
    path("", include("chengxin.portal.urls")),
]

handler400 = problems.bad_request
handler403 = problems.permission_denied
handler404 = problems.not_found
handler500 = problems.server_error
