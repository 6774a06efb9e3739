"""The staff's addresses."""

from django.urls import path

from chengxin.desk.pages import assessment, cases, checks, contests, inspections, lists, reporting, staffing, tasks
from chengxin.desk.pages import waiting as pages

app_name = "desk"
urlpatterns = [
    path("", staffing.home, name="home"),
    path("sign-in", staffing.sign_in, name="sign-in"),
    path("sign-out", staffing.sign_out, name="sign-out"),
    path("join", staffing.join, name="join"),
    path("second", staffing.second, name="second"),
    path("factors", staffing.factors, name="factors"),
    path("staff", staffing.staff, name="staff"),
    path("queue", pages.queue, name="queue"),
    path("queue/decide", pages.decide, name="decide"),
    path("queue/undo", pages.undo, name="undo"),
    path("queue/decided", pages.decided, name="decided"),
    path("tasks", tasks.tasks, name="tasks"),
    path("tasks/answer", tasks.answer, name="task"),
    path("inspections", inspections.inspections, name="inspections"),
    path("check", checks.check, name="check"),
    path("check/use", checks.use, name="use"),
    path("reports", reporting.reports, name="reports"),
    path("reports/<str:number>.pdf", reporting.again, {"form": "pdf"}, name="report-pdf"),
    path("reports/<str:number>.json", reporting.again, {"form": "json"}, name="report-json"),
    path("reports/pass", reporting.admit, name="report-pass"),
    path("coverage", checks.coverage, name="coverage"),
    path("coverage.csv", checks.coverage_csv, name="coverage-csv"),
    path("lists", lists.lists, name="lists"),
    path("lists/propose", lists.propose, name="propose"),
    path("lists/<str:place>/<str:key>", lists.opened, name="list"),
    path("contests", contests.contests, name="contests"),
    path("assessment", assessment.assessment, name="assessment"),
    path("assessment.csv", assessment.assessment_csv, name="assessment-csv"),
    path("assessment/oversights", assessment.oversight, name="oversight"),
    path("assessment/oversights/<int:number>/answer", assessment.answer, name="oversight-answer"),
    path("assessment/oversights/<int:number>/withdraw", assessment.withdraw, name="oversight-withdraw"),
    path("month", cases.month, name="month"),
    path("cases", cases.tasks, name="cases"),
    path("cases/<str:number>", cases.case, name="case"),
    path("cases/<str:number>/step", cases.step, name="step"),
    path("cases/<str:number>/deeds", cases.deed, name="deed"),
    path("cases/<str:number>/papers/<int:paper>", cases.paper, name="paper"),
]
