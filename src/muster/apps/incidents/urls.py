from django.urls import include, path

from muster.apps.incidents.pages import approve, arriving, ending, opening, people, pick, review

urlpatterns = [
    path("", include("muster.apps.incidents.reply_urls")),
    path("incidents/new/", opening.incident_new, name="incident-new"),
    path("incidents/<int:incident_id>/needs/", opening.incident_needs, name="incident-needs"),
    path("incidents/<int:incident_id>/plan/", opening.incident_choose_plan, name="incident-choose-plan"),
    path("incidents/<int:incident_id>/policy/", opening.incident_policy, name="incident-policy"),
    path("incidents/<int:incident_id>/calling/", opening.incident_calling, name="incident-calling"),
    path("incidents/<int:incident_id>/false-alarm/", opening.incident_false_alarm, name="incident-false-alarm"),
    path("incidents/<int:incident_id>/approve/", approve.incident_approve, name="incident-approve"),
    path("incidents/<int:incident_id>/pick/", pick.incident_pick, name="incident-pick"),
    path("incidents/<int:incident_id>/people/", people.incident_people, name="incident-people"),
    path("incidents/<int:incident_id>/reply/<int:alert_id>/", people.incident_reply, name="incident-reply"),
    path("incidents/<int:incident_id>/call-list/", people.incident_call_list, name="incident-call-list"),
    path("incidents/<int:incident_id>/check-in/", arriving.incident_check_in, name="incident-check-in"),
    path("incidents/<int:incident_id>/qr/", arriving.incident_qr, name="incident-qr"),
    path("incidents/<int:incident_id>/roll-call/", ending.incident_roll_call, name="incident-roll-call"),
    path("incidents/<int:incident_id>/release/", ending.incident_release, name="incident-release"),
    path("incidents/<int:incident_id>/stand-down/", ending.incident_stand_down, name="incident-stand-down"),
    path("incidents/<int:incident_id>/leave/", ending.incident_leave, name="incident-leave"),
    path("incidents/<int:incident_id>/close/", ending.incident_close, name="incident-close"),
    path("incidents/<int:incident_id>/log/", ending.incident_log, name="incident-log"),
    path("review/", review.review_list, name="review-list"),
    path("review/<int:incident_id>/", review.review_page, name="review-page"),
    path("review/<int:incident_id>/pay/", review.review_pay, name="review-pay"),
    path("review/<int:incident_id>/pay.xlsx", review.review_pay_xlsx, name="review-pay-xlsx"),
]
