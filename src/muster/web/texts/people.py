"""What to tell people about errors of the registers, imports and service."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "people.member_unknown": _("There is no such member, or not in your part of the district. Search by name instead."),
    "people.holding_unknown": _("The member does not hold this capability any more. Load the card again."),
    "people.number_form": _("A member number has up to 20 letters, digits and dashes."),
    "people.number_taken": _("This member number is taken. Open that member's card, or choose another number."),
    "people.id_taken": _("Another member has this ID number. Search for him; perhaps he is enrolled already."),
    "people.unit_outside": _("The unit lies outside your part of the district. Ask the office to make this change."),
    "people.employer_office": _(
        "Whether an employer goes on paying wages counts for all his people. Leave it as it was, or ask the office."
    ),
    "people.whole_office": _("This concerns the whole district. Ask somebody whose account is not bound to one part."),
    "people.unit_state": _("This unit can not be changed so. Load the page again."),
    "people.unit_unknown": _(
        "There is no such unit, or not in your part of the district. Choose it from the list of units."
    ),
    "people.establishment_heads": _(
        "A unit should have between 0 and %(most)s people with a capability. Correct the number."
    ),
    "people.unit_blank": _("A row of the list of units lacks the town or the village. Fill it in and try again."),
    "people.unit_name_long": _("A name in the list of units has more than %(limit)s characters. Shorten it."),
    "people.point_outside": _("The point does not lie in the country. Check longitude and latitude; both are needed."),
    "people.choice_unknown": _("One of the choices is not on offer. Load the page again."),
    "people.away_order": _("The absence ends before it starts. Check the two times."),
    "people.away_past": _("The absence is already over. Enter one that still lasts."),
    "people.away_cancelled": _("This absence was taken back already."),
    "people.away_unknown": _("There is no such absence. Load the page again."),
    "people.holding_order": _("The certificate ends before it begins. Check the two dates."),
    "people.certificate_missing": _(
        "This capability needs a certificate. Enter its number or the day until which it is valid."
    ),
    "people.reason_missing": _("Say why you need the number; the reason is kept in the journal."),
    "people.field_unknown": _("This can not be shown."),
    "people.contact_kind": _("Choose landline, e-mail or relative."),
    "people.contact_email": _("This is no e-mail address."),
    "people.app_group": _(
        "“%(schema)s” leads to a group chat. A callout is said to one person: enter that person's own address."
    ),
    "people.app_schema": _("This messenger can not be used for callouts. These can: %(known)s."),
    "people.app_form": _("This address does not name one person. Ask who looks after the messenger."),
    "people.own_only": _("Only the member can do this, on the own page."),
    "people.erasure_settled": _("Nothing is asked any more. Load the page again."),
    "people.erasure_answer": _("Say why it can not be done yet; the member reads it."),
    "people.erasure_answer_names": _("The answer must hold neither the name nor a number of the person."),
    "people.contact_unknown": _("There is no such contact. Load the card again."),
    "people.purpose_unknown": _("Choose one of the purposes on offer."),
    "people.consent_withdrawn": _("This consent was taken back already."),
    "people.consent_unknown": _("There is no such consent. Load the card again."),
    "people.books_moved": _(
        "Somebody changed the same people since the file was checked. Nothing was written. Look at the new check."
    ),
    "people.import_not_checked": _("This file is not waiting to be taken over. Load the page again."),
    "people.import_running": _("This file is being worked on. Wait until it is done."),
    "people.import_unknown": _("There is no such import. Start a new one."),
    "people.file_gone": _("The uploaded file is no longer kept. Upload it again."),
    "people.file_damaged": _("The uploaded file was damaged on disk. Upload it again."),
    "file.empty": _("The file is empty. Choose the workbook with the roster."),
    "file.too_large": _("The file is too large. Split the roster into several files."),
    "file.corrupt": _("The file is damaged and can not be read. Open it, save it anew as .xlsx and try again."),
    "file.encrypted": _("The file is protected by a password. Save it without one and try again."),
    "file.format_unknown": _("This is no workbook. Use .xlsx, .xls or .csv."),
    "file.zip_bomb": _("The file unpacks to far too much data. It was not opened."),
    "file.too_many_rows": _("The sheet has more than a million rows. Delete the empty rows at its end, or split it."),
    "file.too_many_cells": _("The sheet has far too many cells. Delete what lies outside the table, or split it."),
    "file.encoding_unknown": _("The text of the file can not be read. Save it as CSV in UTF-8 and try again."),
    "file.csv_broken": _("The CSV file is broken. Open it, save it anew as .xlsx and try again."),
    "file.sheet_unknown": _("The workbook has no sheet of this name. It has: %(sheets)s."),
    "file.header_missing": _(
        "No sheet has a header row like that of a roster. Use the empty template, or name the columns as it does."
    ),
    "file.column_missing": _("The sheet %(sheet)s lacks columns: %(columns)s. Add them and try again."),
    "file.missing": _("There is no file %(path)s."),
    "file.day": _("%(text)s is no day; write it as 2026-11-23."),
    "units.incomplete": _("Row %(row)s of the list of units names only one of town and village. Fill it in."),
    "units.empty": _("The list of units is empty. Fill it in and try again."),
    "geo.datum_unknown": _("Say where the coordinates come from: wgs84, gcj02 or bd09."),
    "name_blank": _("Enter the name."),
    "id_blank": _("Enter the ID number."),
    "id_old_form": _("ID numbers of 15 digits are no longer valid; enter the 18 digits."),
    "id_form": _("An ID number has 18 digits; the last may be X."),
    "id_date": _("The birth date in the ID number does not exist. Check the number."),
    "id_checksum": _("The check digit of the ID number is wrong. Check the number."),
    "phone_blank": _("Enter the phone number."),
    "phone_invalid": _("This is no phone number: a mobile has 11 digits, a landline needs its area code."),
    "service.already_committed": _("Some of these people are already taken for something else. Choose again."),
    "service.no_rate": _("No pay rate is in force on %(day)s. Enter one first."),
    "service.rate_confirmed": _(
        "Pay up to %(day)s is confirmed by signed reviews. Choose a later day: what was confirmed stays as it is."
    ),
    "service.rate_form": _("The rate must be an amount in yuan of at most 100,000."),
}
