"""`chengxin stop`."""

from typing import Any

from chengxin.site.console import Command as BaseCommand
from chengxin.site.server import server_stop


class Command(BaseCommand):
    """Ends the embedded server; a server behind DATABASE_URL is not ours to stop."""

    help = "停止内嵌的 PostgreSQL 服务器 / stop the embedded PostgreSQL server"
    needs_database = False
    words = {"stopped": "已停止"}

    def handle(self, **options: Any) -> None:
        self.result({"stopped": server_stop()})
