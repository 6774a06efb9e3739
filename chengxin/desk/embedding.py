"""The addresses that other systems frame."""

from django.urls import path

from chengxin.desk.pages import embedded

app_name = "embed"
urlpatterns = [
    path("check", embedded.check, name="check"),
    path("used", embedded.used, name="used"),
]
