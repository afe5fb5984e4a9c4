"""The steps of the dialogs that set up and change the site, its lines, zones and AI."""
