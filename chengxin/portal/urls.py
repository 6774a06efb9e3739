"""The public's addresses."""

from django.urls import path

from chengxin.portal.pages import answering, benefits, drawing, honouring, mine, promising, proving, reporting, signing
from chengxin.portal.pages import reading as pages

app_name = "portal"
urlpatterns = [
    path("", pages.home, name="home"),
    path("search", pages.search, name="search"),
    path("enterprise/<str:number>", pages.enterprise, name="enterprise"),
    path("enterprise/<str:number>/records/<int:record>/objection", answering.objection, name="objection"),
    path("enterprise/<str:number>/records/<int:record>/repair", answering.repair, name="repair"),
    path("enterprise/<str:number>/records/<int:record>/contest", answering.contest, name="contest"),
    path("inspections", drawing.draws, name="inspections"),
    path("honours", honouring.published, name="honours"),
    path("honours/<str:number>/objection", honouring.objection, name="honour-objection"),
    path("enterprise/<str:number>/honours", honouring.application, name="honour-application"),
    path("promises", promising.promises, name="promises"),
    path("promises.csv", promising.promises_csv, name="promises-csv"),
    path("ledger", proving.ledger, name="ledger"),
    path("ledger/checkpoints.txt", proving.checkpoints, name="ledger-checkpoints"),
    path("enterprise/<str:number>/report", reporting.public, name="report-public"),
    path("reports", reporting.own, name="reports"),
    path("reports/draw", reporting.draw, name="report-draw"),
    path("reports/again", reporting.again, name="report-again"),
    path("verify", reporting.verify, name="verify"),
    path("verify/<str:number>", reporting.verify, name="verify-number"),
    path("case", answering.case, name="case"),
    path("case/answer", answering.answer, name="answer"),
    path("case/complaint", answering.complaint, name="complaint"),
    path("sign-in", signing.sign_in, name="sign-in"),
    path("sign-out", signing.sign_out, name="sign-out"),
    path("register", signing.register, name="register"),
    path("account", signing.account, name="account"),
    path("my", mine.home, name="my"),
    path("my/readings", mine.readings, name="my-readings"),
    path("my/readings/<int:entry>/question", mine.question, name="my-question"),
    path("my/records", mine.records, name="my-records"),
    path("my/records/<int:record>/objection", mine.objection, name="my-objection"),
    path("my/records/<int:record>/statement", mine.statement, name="my-statement"),
    path("my/reports", mine.reports, name="my-reports"),
    path("my/benefits", benefits.wallet, name="my-benefits"),
    path("my/data", mine.data, name="my-data"),
    path("my/data/export", mine.export, name="my-export"),
    path("my/data/erase", mine.erase, name="my-erase"),
    path("benefits", benefits.offered, name="benefits"),
    path("remedies", pages.remedies, name="remedies"),
]
