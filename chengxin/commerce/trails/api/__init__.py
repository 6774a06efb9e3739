"""The door of trails for firms' own programs: the EPCIS 2.0 REST binding (capture, events, queries), and recalls."""

from ninja import Router

from chengxin.commerce.trails.api import events, queries, recalls

router = Router()
for each in (events, queries, recalls):
    router.add_router("", each.router)
