"""The public's addresses."""

from django.urls import path

from chengxin.portal import pages

app_name = "portal"
urlpatterns = [
    path("", pages.home, name="home"),
    path("search", pages.search, name="search"),
    path("enterprise/<str:number>", pages.enterprise, name="enterprise"),
]
