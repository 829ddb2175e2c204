"""Addresses of the registers. They stand before the cards, whose address takes any member number."""

from django.urls import path

from muster.apps.people.pages import certificates, columns, downloads, edit, erase, history, imports, units, where

urlpatterns = [
    path("people/new/", edit.member_new, name="member-new"),
    path("people/map/", where.people_map, name="people-map"),
    path("people/map.json", where.people_map_json, name="people-map-json"),
    path("people/certificates/", certificates.certificates_page, name="people-certificates"),
    path("people/certificates.xlsx", certificates.certificates_file, name="people-certificates-file"),
    path("people/units/", units.units_page, name="people-units"),
    path("people/import/", imports.import_start, name="people-import"),
    path("people/import/<int:run_id>/", imports.import_run, name="people-import-run"),
    path("people/import/<int:run_id>/columns/", columns.import_columns, name="people-import-columns"),
    path("people/import/<int:run_id>/refused.xlsx", imports.import_refused, name="people-import-refused"),
    path("people/template.xlsx", downloads.template, name="people-template"),
    path("people/export.xlsx", downloads.export, name="people-export"),
    path("people/<str:number>/edit/", edit.member_edit, name="member-edit"),
    path("people/<str:number>/history/", history.member_history, name="member-history"),
    path("people/<str:number>/erase/", erase.member_erase, name="member-erase"),
]
