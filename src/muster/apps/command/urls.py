from django.urls import path

from muster.apps.command.pages import own, printed, tabs

urlpatterns = [
    path("command/mine/", own.command_mine, name="command-mine"),
    path("command/<int:incident_id>/", tabs.command_work, name="command-work"),
    path("command/<int:incident_id>/people/", tabs.command_people, name="command-people"),
    path("command/<int:incident_id>/needs/", tabs.command_needs, name="command-needs"),
    path("command/<int:incident_id>/reports/", tabs.command_reports, name="command-reports"),
    path("command/<int:incident_id>/forms/<slug:sheet>/", printed.command_sheet, name="command-sheet"),
    path("command/<int:incident_id>/reports/<int:report_id>/", printed.command_report, name="command-report"),
]
