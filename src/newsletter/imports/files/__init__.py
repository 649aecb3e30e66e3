"""The files of an import, opened: text in any encoding, spreadsheets, archives."""
