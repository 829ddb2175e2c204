"""Codes by time (TOTP), passkeys and recovery codes: allauth does the work, pages and journal are our own."""
